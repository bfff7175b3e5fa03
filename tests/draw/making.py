"""Maps of any size, made of records alone."""

from skerry.draw.network_map import (
    ChipStop,
    MapChip,
    MapGateway,
    MapLink,
    MapRoute,
    MapService,
    MapSubnet,
    MapTable,
    MapVpc,
    NetworkMap,
)
from skerry.reach.subnets import Place
from skerry.verdicts import BLOCKED, OK, Verdict


def subnet(
    name: str,
    zone: str = "eu-west-1a",
    kind: Place = "isolated",
    *chips: MapChip,
    table: str | None = "rtb-1",
    verdict: Verdict | None = None,
) -> MapSubnet:
    task = () if verdict is None else (MapChip("task", "task", "task web", verdict=verdict),)
    return MapSubnet(
        id=name,
        name=None,
        cidr="10.0.0.0/24",
        zone=zone,
        kind=kind,
        table=table,
        acl="acl-1",
        verdict=verdict,
        chips=(*task, *chips),
        attached=False,
        on_path=verdict is not None,
    )


def endpoint(name: str, label: str = "logs", note: str = "10.0.0.9") -> MapChip:
    return MapChip("endpoint", name, label, note)


def table(name: str, *subnets: str, on_path: bool = False, words: tuple[str, ...] = ("local",)) -> MapTable:
    routes = tuple(MapRoute("0.0.0.0/0", f"{word}-1", word, "active") for word in words)
    return MapTable(name, None, subnets, routes, on_path)


def vpc(*subnets: MapSubnet, tables: tuple[MapTable, ...] = (), gateways: tuple[MapGateway, ...] = ()) -> MapVpc:
    home = any(item.verdict is not None for item in subnets)
    return MapVpc("vpc-1", "main", "10.0.0.0/16", home, not gateways, subnets, tables, gateways)


def network(
    *vpcs: MapVpc, links: tuple[MapLink, ...] = (), services: tuple[MapService, ...] = (), verdict: Verdict = BLOCKED
) -> NetworkMap:
    return NetworkMap("web", verdict, "eu-west-1", vpcs, links, services, ())


def service(name: str, *, outside: bool = False) -> MapService:
    return MapService(name, name, f"{name}.example.com", outside, (3,), OK)


def twenty_subnets() -> NetworkMap:
    """Three zones with public, private and isolated subnets, most of them untouched."""
    subnets = [
        subnet(f"public-{zone}", f"eu-west-1{zone}", "public", MapChip("nat", f"nat-{zone}", "NAT gateway"))
        for zone in "abc"
    ]
    subnets += [
        subnet(f"app-{number}-{zone}", f"eu-west-1{zone}", "private with NAT", table=f"rtb-{zone}")
        for number in range(2)
        for zone in "abc"
    ]
    subnets += [
        subnet(f"tasks-{zone}", f"eu-west-1{zone}", "isolated", endpoint("vpce-1"), verdict=OK) for zone in "ab"
    ]
    subnets += [subnet(f"data-{number}-{zone}", f"eu-west-1{zone}") for number in range(3) for zone in "abc"]
    tables = (table("rtb-1", *(item.id for item in subnets)), *(table(f"rtb-{name}") for name in "abcdefg"))
    gateways = (MapGateway("igw-1", "internet", "internet gw", "", on_path=False),)
    return network(
        vpc(*subnets, tables=tables, gateways=gateways), services=(service("s3"), service("hub", outside=True))
    )


TASK = ChipStop("tasks-a", "task")
