"""What AWS holds while a test plans: the answers of Terraform's data sources about a small VPC."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, load_services, private_names_of

Json = dict[str, Any]

VPC = "vpc-1"
ACCOUNT = "111122223333"


class Subnet(NamedTuple):
    """A subnet; ``table`` is None if it has no association, and so the VPC's main route table."""

    cidr: str
    zone: str
    table: str | None = "rtb-private"
    vpc: str = VPC
    cidr6: str = ""


SUBNETS = {"subnet-a": Subnet("10.0.1.0/24", "eu-west-1a"), "subnet-b": Subnet("10.0.2.0/24", "eu-west-1b")}
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def answers(
    subnets: Mapping[str, Subnet] = SUBNETS,
    *,
    region: str = "eu-west-1",
    zones: Iterable[str] = ZONES,
    offered: Mapping[str, Iterable[str]] | None = None,
    dns: tuple[bool, bool] = (True, True),
) -> Json:
    """The answers about a VPC with these subnets.

    ``dns``: its attributes enableDnsSupport and enableDnsHostnames. ``offered``: by service, the zones in which it is
    offered, where not in all of ``zones``.
    """
    partition = partition_of(region)
    vpc = {"id": VPC, "enable_dns_support": dns[0], "enable_dns_hostnames": dns[1], "cidr_block": "10.0.0.0/16"}
    return {
        "aws_region": [{"then": {"id": region, "name": region, "region": region}}],
        "aws_partition": [{"then": {"id": "p", "partition": partition.name if partition else ""}}],
        "aws_caller_identity": [{"then": {"id": ACCOUNT, "account_id": ACCOUNT}}],
        "aws_availability_zones": [{"then": {"id": region, "names": list(zones)}}],
        "aws_vpc": [{"when": {"id": VPC}, "then": vpc}, {"when": {"tags": {"Environment": "test"}}, "then": vpc}],
        "aws_subnets": [{"then": {"id": region, "ids": list(subnets)}}],
        "aws_subnet": [
            {
                "when": {"id": key},
                "then": {
                    "availability_zone": subnet.zone,
                    "cidr_block": subnet.cidr,
                    "ipv6_cidr_block": subnet.cidr6,
                    "vpc_id": subnet.vpc,
                },
            }
            for key, subnet in subnets.items()
        ],
        "aws_route_tables": [*_route_tables(subnets), {"then": {"id": region, "ids": ["rtb-tagged"]}}],
        "made": {"aws_vpc_endpoint": {"dns_entry": [{"dns_name": "vpce.example", "hosted_zone_id": "Z1"}]}},
        "aws_vpc_endpoint_service": [
            {
                "when": {"service_name": name},
                "then": row | {"availability_zones": list((offered or {}).get(key, zones))},
            }
            for key, name, row in _offers(region)
        ],
    }


def _route_tables(subnets: Mapping[str, Subnet]) -> list[Json]:
    tables = {key: [subnet.table] for key, subnet in subnets.items() if subnet.table}
    return [{"filter": "association.subnet-id", "ids": tables}]


def _offers(region: str) -> Iterable[tuple[str, str, Json]]:
    for key, service in load_services().items():
        name = endpoint_service_name_of(ServiceRef(key, region))
        if name is not None and "Interface" in service.types:
            names = private_names_of(ServiceRef(key, region))
            yield (
                key,
                name,
                {
                    "id": name,
                    "private_dns_name": names[0] if names else None,
                    "supported_ip_address_types": ["ipv4", "ipv6"],
                },
            )
