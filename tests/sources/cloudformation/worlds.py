"""Worlds of templates, for tests of what resources become."""

from pathlib import Path

from skerry.app.checking import CheckRequest, NamedPath, read_descriptions
from skerry.model.world import World

VPC = """
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
"""
SUBNET = """
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1a}
"""
GROUP = """
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: g, VpcId: !Ref Vpc}
"""


def world_of(
    folder: Path, *parts: str, head: str = "", parameters: tuple[str, ...] = (), region: str = "eu-west-1"
) -> World:
    """Return the World of a template of these resources."""
    path = folder / "net.yaml"
    path.write_text(f"{head}\nResources:{''.join(parts)}", encoding="utf-8")
    request = CheckRequest((NamedPath(path),), parameters=parameters, region=region, account="111122223333")
    [network] = read_descriptions(request).networks
    return World(network.facts)


def resource(name: str, kind: str, properties: str) -> str:
    """Return one resource as YAML in flow style."""
    return f"\n  {name}:\n    Type: AWS::{kind}\n    Properties: {{{properties}}}\n"
