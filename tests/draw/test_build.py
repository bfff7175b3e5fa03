"""From a World to the map: chips, tables, gateways and connections, and the stops of paths."""

from skerry import app
from skerry.draw.build import network_map_of
from skerry.draw.layout import layout
from skerry.draw.network_map import ChipStop, GatewayStop, LinkStop, MapChip, MapPath, MapVpc, ServiceStop, TableStop
from skerry.draw.picture import Shape
from skerry.draw.rewriting import rewrite_map
from skerry.draw.vpcs import Touched, VpcReader
from skerry.verdicts import OK
from tests.draw.scenes import map_of
from tests.networks import VPC, Network, Row, container


def touched(**fields: object) -> Touched:
    empty: dict[str, object] = {
        "placements": {},
        "task": "web",
        "subnets": (),
        "tables": (),
        "chips": {},
        "gateways": {},
    }
    return Touched(**empty | fields)  # type: ignore[arg-type]  # the fields of the test


def labels(network: Network, subnet: str = "subnet-a", **fields: object) -> list[tuple[str, str]]:
    vpc = VpcReader(network.world()).read(VPC, touched(**fields))
    row = next(item for item in vpc.subnets if item.id == subnet)
    return [(chip.label, chip.note) for chip in row.chips]


def path_of(scenario: str, step: str) -> MapPath:
    path = next(item.path for item in map_of(scenario).steps if item.step == step)
    assert path is not None
    return path


def stops(scenario: str, step: str = "registry-auth") -> list[str]:
    """The kinds of stops of a path, with the numbers of the hops at them."""
    names = {ChipStop: "chip", TableStop: "table", GatewayStop: "gateway", LinkStop: "link", ServiceStop: "service"}
    return [
        f"{names[type(item.stop)]} {' '.join(str(hop.number) for hop in item.at)}".strip()
        for item in path_of(scenario, step).stops
    ]


def test_chips_of_a_subnet_are_its_task_endpoints_and_nat_gateways() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs")
    network.nat(subnet="subnet-a")
    assert labels(network, placements={"subnet-a": OK}) == [
        ("task web", ""),
        ("logs", "10.0.1.10"),
        ("NAT gateway", "available"),
    ]


def test_endpoint_that_does_not_work_shows_its_state() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", State="pending")
    assert labels(network) == [("logs", "pending")]


def test_more_than_six_endpoints_are_folded_but_not_those_on_paths() -> None:
    network = Network()
    for number in range(9):
        network.endpoint(f"vpce-{number}", f"service-{number}")
    names = [label for label, _ in labels(network, chips={"subnet-a": ("vpce-8",)})]
    assert names == ["service-0", "service-1", "service-2", "service-3", "service-8", "+ 4 more endpoints"]


def test_interface_on_a_path_has_a_chip() -> None:
    network = Network()
    network.interface("eni-1", "10.0.1.60", subnet="subnet-a")
    shown = labels(network, chips={"subnet-a": ("eni-1", "10.0.1.77")})
    assert shown == [("interface", "10.0.1.60"), ("10.0.1.77", "")]


def gateways(network: Network, **fields: object) -> list[tuple[str, str, bool]]:
    vpc = VpcReader(network.world()).read(VPC, touched(**fields))
    return [(row.id, row.label, row.on_path) for row in vpc.gateways]


def attach(network: Network, kind: str, key: str, name: str) -> Row:
    attachments = "VpcAttachments" if kind == "VpnGateways" else "Attachments"
    return network.add(kind, **{key: name, attachments: [{"VpcId": VPC, "State": "attached"}]})


def test_gateways_of_a_vpc_are_those_that_something_leads_to() -> None:
    network = Network()
    network.internet_gateway()
    network.gateway_endpoint()
    attach(network, "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", "eigw-1")
    attach(network, "VpnGateways", "VpnGatewayId", "vgw-1")
    attach(network, "VpnGateways", "VpnGatewayId", "vgw-2")
    network.route("::/0", EgressOnlyInternetGatewayId="eigw-1")
    assert gateways(network, gateways={VPC: ("vgw-1",)}) == [
        ("igw-1", "internet gw", False),
        ("vpce-93", "S3 gateway", False),
        ("vgw-1", "VPN gateway", True),
        ("eigw-1", "egress-only gw", False),
    ]


def test_gateway_that_was_not_read_is_named_by_its_route() -> None:
    network = Network()
    network.route("10.9.0.0/16", TransitGatewayId="tgw-1")
    network.route("10.8.0.0/16", CarrierGatewayId="cagw-1")
    shown = gateways(network, tables=("rtb-main",), gateways={VPC: ("tgw-1", "cagw-1")})
    assert shown == [("tgw-1", "transit gw", True), ("cagw-1", "gateway", True)]


def test_words_of_routes_name_the_kinds_of_their_targets() -> None:
    network = Network()
    targets = {
        "GatewayId": "igw-1",
        "NatGatewayId": "nat-1",
        "TransitGatewayId": "tgw-1",
        "VpcPeeringConnectionId": "pcx-1",
        "NetworkInterfaceId": "eni-1",
        "CarrierGatewayId": "cagw-1",
        "CoreNetworkArn": "arn:aws:networkmanager::1:core-network/c",
        "EgressOnlyInternetGatewayId": "eigw-1",
    }
    for number, (key, name) in enumerate(targets.items()):
        network.route(f"10.{number + 1}.0.0/16", **{key: name})
    network.route("10.20.0.0/16", GatewayId="vgw-1")
    network.route("10.21.0.0/16", GatewayId="vpce-unread")
    (table,) = VpcReader(network.world()).read(VPC, touched()).tables
    assert [route.word for route in table.routes] == [
        *("local", "internet", "NAT", "transit", "peering", "interface", "another gateway", "core network"),
        *("internet, outbound", "VPN", "endpoint"),
    ]


def test_table_whose_routes_were_not_read_says_so() -> None:
    network = Network()
    del network.row("RouteTables", "rtb-main")["Routes"]
    vpc = VpcReader(network.world()).read(VPC, touched())
    assert vpc.tables[0].routes == ()


def test_vpc_that_is_read_twice_is_the_same() -> None:
    reader = VpcReader(Network().world())
    assert reader.read(VPC, touched()) == reader.read(VPC, touched())


def test_peering_that_leads_no_further_is_one_stop() -> None:
    assert stops("peering-to-a-nat-gateway")[-2:] == ["gateway 5 6", "service"]


def test_endpoint_without_a_service_name_is_an_endpoint() -> None:
    network = Network()
    row = network.endpoint("vpce-1", "logs")
    del row["ServiceName"]
    assert labels(network) == [("endpoint", "10.0.1.10")]


def test_attachments_that_were_not_read_attach_nothing() -> None:
    network = Network()
    network.add("InternetGateways", InternetGatewayId="igw-1")
    assert gateways(network) == []


def test_path_through_a_nat_gateway_stops_at_both_tables() -> None:
    assert stops("nat-works") == ["chip 2", "table 4", "chip 6", "table 8", "gateway 9", "service"]


def test_path_over_a_transit_gateway_ends_at_the_hubs_endpoint() -> None:
    path = path_of("hub-and-spoke", "registry-auth")
    assert stops("hub-and-spoke") == ["chip 2", "table 4", "link 6", "chip 10"]
    assert [hop.number for hop in path.stops[2].after] == [7, 8]
    end = path.stops[-1]
    assert end.into is not None
    assert (end.into.number, end.is_reached) == (9, True)


def test_policy_of_a_gateway_endpoint_is_at_the_gateway() -> None:
    assert stops("s3-policy-without-layer-bucket", "layers") == ["chip 2", "table 4", "gateway 5 6", "service"]


def test_path_without_a_route_does_not_reach_its_end() -> None:
    path = path_of("article-broken", "secrets")
    assert stops("article-broken", "secrets") == ["chip 2", "table 4", "service"]
    assert not path.stops[-1].is_reached


def test_name_without_an_answer_leads_nowhere() -> None:
    assert stops("dead-name-still-shows-filters") == ["chip 1 2"]


def test_transit_gateway_without_a_route_stands_before_the_hub() -> None:
    assert stops("hub-transit-route-missing") == ["chip 2", "table 4", "link 5", "chip"]


def test_transit_gateway_to_an_unknown_network_is_on_the_border() -> None:
    assert stops("transit-gateway-default-route")[-2:] == ["gateway 5", "service"]


def test_target_that_was_not_read_is_a_gateway_of_the_map() -> None:
    network = map_of("route-more-specific-than-local")
    assert [row.label for row in network.vpcs[0].gateways] == ["S3 gateway", "interface"]


def test_subnet_that_was_not_read_is_in_a_vpc_without_a_name() -> None:
    network = map_of("subnet-not-shown")
    assert [vpc.id for vpc in network.vpcs] == [""]
    assert network.vpcs[0].subnets[0].chips[0].label == "task web"


def test_interface_of_an_endpoint_is_the_endpoint_on_the_map() -> None:
    end = path_of("central-endpoints-by-zone", "registry-auth").stops[-1].stop
    assert isinstance(end, ChipStop)
    assert end.chip in {endpoint.id for vpc in map_of("central-endpoints-by-zone").vpcs for endpoint in _chips(vpc)}


def _chips(vpc: MapVpc) -> list[MapChip]:
    return [chip for subnet in vpc.subnets for chip in subnet.chips if chip.kind == "endpoint"]


def test_hosts_outside_aws_come_after_the_services() -> None:
    network = map_of("docker-hub-by-nat")
    assert [service.is_outside for service in network.services] == sorted(item.is_outside for item in network.services)
    assert any(service.is_outside for service in network.services)


def test_file_system_is_a_called_service() -> None:
    assert "fs-0f" in {service.id for service in map_of("s3-files-volume").services}


def test_policy_of_an_interface_endpoint_is_at_the_end_of_the_path() -> None:
    ends = [path.stops[-1] for step in map_of("ecr-policy-denies-only").steps if (path := step.path) is not None]
    assert any(hop.hop.kind == "endpoint" for end in ends for hop in end.at)


def test_denied_permission_is_said_at_the_service() -> None:
    picture = layout(map_of("role-without-token"))
    step = next(item for item in picture.steps if item.callout is not None)
    assert step.callout is not None
    assert " ".join(line.words for line in step.callout.lines) == "The policies of the role do not allow the request"


def test_secrets_in_texts_are_masked_before_they_are_cut() -> None:
    network = Network()
    name = "a-long-name password=hunter2hunter2hunter2hunter2"
    for key in ("Vpcs", "Subnets", "RouteTables"):
        for row in network.rows[key]:
            row["Tags"] = [{"Key": "Name", "Value": name}]
    network.endpoint("vpce-1", "logs", State=f"pending {name}")
    network.definition(container())
    network.service(f"web {name}")
    shown = network_map_of(world := network.world(), app.diagnose(world).services[0])
    assert shown.vpcs[0].name == "a-long-name password=<removed>"
    texts = [text.words for box in layout(shown).chips for text in box.texts]
    assert shown.service == "web a-long-name password=<removed>"
    assert "hunter2" not in f"{shown.vpcs} {shown.services} {shown.service} {texts}"


def test_map_with_other_texts_has_the_same_ways() -> None:
    for name in ("docker-hub-by-nat", "efs-in-both-zones", "hub-and-spoke"):
        network = map_of(name)
        other = layout(rewrite_map(network, lambda text: f"other {text}"))
        dots = [[(dot.number, dot.at) for dot in step.dots] for step in layout(network).steps]
        assert [[(dot.number, dot.at) for dot in step.dots] for step in other.steps] == dots


def is_closed(network: Network) -> bool:
    return VpcReader(network.world()).read(VPC, touched()).is_closed


def test_vpc_is_closed_only_if_all_of_its_tables_are_known() -> None:
    assert is_closed(Network())
    unread_routes = Network()
    del unread_routes.row("RouteTables", "rtb-main")["Routes"]
    assert not is_closed(unread_routes)
    unread_tables = Network()
    unread_tables.forget("RouteTables")
    assert not is_closed(unread_tables)
    assert not map_of("subnet-not-shown").vpcs[0].is_closed


def test_file_system_with_a_name_is_a_service_at_its_mount_target() -> None:
    network = map_of("efs-in-both-zones")
    service = network.services[-1]
    assert (service.label, service.is_outside) == ("fs-0a1", False)
    end = path_of("efs-in-both-zones", "volumes").stops[-1].stop
    assert end == ChipStop("subnet-a", "eni-efs-a")
    chips = {chip.id: chip.label for vpc in network.vpcs for subnet in vpc.subnets for chip in subnet.chips}
    assert chips["eni-efs-a"] == "mount target"


SHAPES: tuple[Shape, ...] = ("wide", "tall")


def test_hops_at_one_gateway_stand_along_its_edge() -> None:
    for shape in SHAPES:
        picture = layout(map_of("s3-policy-without-layer-bucket"), shape)
        rect = next(box.rect for box in picture.chips if box.kind == "gateway")
        step = next(item for item in picture.steps if item.number == map_step_number("layers"))
        places = [dot.at for dot in step.dots if dot.number in {5, 6}]
        edge = {place.x for place in places} if shape == "wide" else {place.y for place in places}
        assert edge == ({rect.x} if shape == "wide" else {rect.y})
        assert len(set(places)) == 2


def map_step_number(step: str) -> int:
    return next(item.number for item in map_of("s3-policy-without-layer-bucket").steps if item.step == step)


def test_path_to_an_endpoint_in_a_subnet_that_was_not_read_is_drawn() -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.api")
    network.row("VpcEndpoints", "vpce-1")["SubnetIds"] = ["subnet-gone"]
    for interface in network.rows["NetworkInterfaces"]:
        interface["SubnetId"] = "subnet-gone"
    network.definition(container())
    network.service("web", ["subnet-a"])
    shown = network_map_of(world := network.world(), app.diagnose(world).services[0])
    chips = {chip.id for vpc in shown.vpcs for row in vpc.subnets if row.id == "subnet-gone" for chip in row.chips}
    assert chips == {"vpce-1"}
    assert layout(shown).steps


def test_endpoints_of_a_subnet_that_were_not_read_are_not_known() -> None:
    network = Network()
    network.forget("VpcEndpoints")
    assert labels(network, placements={"subnet-a": OK}) == [("task web", ""), ("endpoints not known", "")]
    assert [label for label, _ in labels(network)] == []
    chips = map_of("subnet-not-shown").vpcs[0].subnets[0].chips
    assert [chip.label for chip in chips] == ["task web", "endpoints not known"]


def test_subnet_with_an_empty_vpc_is_drawn_in_a_vpc_that_is_not_known() -> None:
    network = Network()
    network.row("Subnets", "subnet-a")["VpcId"] = ""
    network.definition(container())
    network.service("web", ["subnet-a"])
    shown = network_map_of(world := network.world(), app.diagnose(world).services[0])
    assert [(vpc.id, [row.id for row in vpc.subnets]) for vpc in shown.vpcs] == [("", ["subnet-a"])]
    assert layout(shown).steps


def test_gateway_with_two_attachments_to_one_vpc_is_drawn_once() -> None:
    network = Network()
    network.internet_gateway()["Attachments"] *= 2
    assert gateways(network) == [("igw-1", "internet gw", False)]
