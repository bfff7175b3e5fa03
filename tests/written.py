"""A first service as templates write it, and the network that skerry reads where AWS has made it."""

import json
from typing import Any, NamedTuple

from tests.holdings import CONFIGURATION, Resources, image, images
from tests.networks import ACCOUNT, S3_CIDRS, VPC, Network, Row

PREFIX_LIST = "pl-53"
KEPT = {"DhcpOptions", "NetworkAcls", "Calls", "tasks", "clusters", "NatGateways", "InternetGateways", "MountTargets"}


class Endpoint(NamedTuple):
    """An endpoint: of a gateway ``places`` are route tables, of an interface endpoint they are subnets."""

    kind: str
    service: str
    places: list[str]
    policy: Any
    groups: list[str]
    private_dns: bool


class Written(NamedTuple):
    """What a template makes: rows as AWS prints them, by id, where AWS has some of that kind."""

    cidr: str
    dns: tuple[bool, bool]
    subnets: dict[str, tuple[str, str]]
    tables: dict[str, list[str]]
    inbound: dict[str, list[Row]]
    outbound: dict[str, list[Row]]
    endpoints: dict[str, Endpoint]
    trusts: dict[str, Row]
    statements: dict[str, list[Row]]
    repository: str
    log_group: str
    definition: Row
    network: Row


class Made(Resources):
    """The network that a template makes, with an image in its repository, and nothing else."""

    def __init__(self, written: Written) -> None:
        Network.__init__(self)
        self.rows |= {key: [] for key in self.rows if key not in KEPT}
        self.add("Vpcs", VpcId=VPC, CidrBlock=written.cidr, DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        dns = {"EnableDnsSupport": {"Value": written.dns[0]}, "EnableDnsHostnames": {"Value": written.dns[1]}}
        self.add("VpcAttributes", VpcId=VPC, **dns)
        self.row("NetworkAcls", "acl-all")["Associations"] = []
        for name, (cidr, zone) in written.subnets.items():
            self.subnet(name, cidr, zone)
        for name, subnets in written.tables.items():
            self.table(name, subnets=subnets)["Routes"][0]["DestinationCidrBlock"] = written.cidr
        for name, rules in written.inbound.items():
            self.group(name, inbound=rules, outbound=written.outbound[name])
        self.s3_list(*S3_CIDRS, name=PREFIX_LIST)
        for name, endpoint in written.endpoints.items():
            self._endpoint(name, endpoint)
        for arn, trust in written.trusts.items():
            self.role(arn, *written.statements[arn], trust=trust)
        self.definition(
            *written.definition["containerDefinitions"],
            executionRoleArn=written.definition["executionRoleArn"],
            taskRoleArn=written.definition["taskRoleArn"],
        )
        self.service(subnets=written.network["subnets"], groups=written.network["groups"])
        self._image_and_log_group(written)

    def _endpoint(self, name: str, written: Endpoint) -> None:
        policy = {"PolicyDocument": json.dumps(written.policy)}
        if written.kind == "Gateway":
            self.gateway_endpoint(name, RouteTableIds=written.places, ServiceName=written.service, **policy)
            for table in written.places:
                self.route(PREFIX_LIST, table, GatewayId=name)
            return
        (group,) = written.groups
        dns = {"PrivateDnsEnabled": written.private_dns}
        self.endpoint(name, "", written.places, group, ServiceName=written.service, **dns, **policy)

    def _image_and_log_group(self, written: Written) -> None:
        self.rows["pullThroughCacheRules"] = []
        repository = {"registryId": ACCOUNT, "repositoryName": written.repository}
        self.refuse("ecr:GetRepositoryPolicy", repository, "RepositoryPolicyNotFoundException")
        self.tell("ecr:BatchGetImage", repository, images([image("1.0", "sha256:d1")]))
        layer = repository | {"layerDigest": CONFIGURATION}
        self.tell("ecr:GetDownloadUrlForLayer", layer, {"architecture": "amd64", "os": "linux"})
        groups = [{"logGroupName": written.log_group}]
        self.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": written.log_group}, {"logGroups": groups})
        self.refuse("organizations:DescribeOrganization", {}, "AWSOrganizationsNotInUseException")
