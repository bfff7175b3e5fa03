"""Provocations of the rules for routes and the entries of network ACLs."""

from typing import Any

from tests.embedded.provocations import Account, code_of, provokes

ALL = {"DestinationCidrBlock": "0.0.0.0/0"}
ENTRY = {"Protocol": "6", "RuleAction": "allow", "CidrBlock": "10.0.0.0/16", "PortRange": {"From": 443, "To": 443}}


@provokes("route-exists")
def route_again(account: Account) -> str:
    internet = account.internet_gateway()
    target = {"RouteTableId": account.table, "GatewayId": internet}
    account.ec2.create_route(**target, **ALL)
    account.ec2.create_route(**target, DestinationIpv6CidrBlock="::/0")
    lists = account.ec2.describe_prefix_lists()["PrefixLists"]
    prefixes = {"DestinationPrefixListId": lists[0]["PrefixListId"]}
    account.ec2.create_route(**target, **prefixes)
    destinations = (ALL, {"DestinationIpv6CidrBlock": "::/0"}, prefixes)
    [code] = {code_of(account.ec2.create_route, **target, **destination) for destination in destinations}
    return code


@provokes("route-canonical")
def route_with_host_bits(account: Account) -> str:
    target = {"RouteTableId": account.table, "GatewayId": account.internet_gateway()}
    account.ec2.create_route(**target, DestinationCidrBlock="192.168.1.7/24")
    assert "192.168.1.0/24" in account.routes()
    return code_of(account.ec2.create_route, **target, DestinationCidrBlock="192.168.1.0/24")


@provokes("route-malformed")
def malformed_destination(account: Account) -> str:
    target = {"RouteTableId": account.table, "GatewayId": account.internet_gateway()}
    return code_of(account.ec2.create_route, **target, DestinationCidrBlock="192.168.1")


@provokes("route-without-destination")
def route_without_a_destination(account: Account) -> str:
    target = {"RouteTableId": account.table, "GatewayId": account.internet_gateway()}
    return code_of(account.ec2.create_route, **target)


@provokes("route-prefix-list-unknown")
def route_to_an_unknown_prefix_list(account: Account) -> str:
    target = {"RouteTableId": account.table, "GatewayId": account.internet_gateway()}
    return code_of(account.ec2.create_route, **target, DestinationPrefixListId="pl-01234567")


@provokes("route-to-unknown-transit-gateway")
def route_to_an_unknown_transit_gateway(account: Account) -> str:
    target = {"RouteTableId": account.table, "TransitGatewayId": "tgw-0123456789abcdef0"}
    return code_of(account.ec2.create_route, **target, **ALL)


@provokes("route-to-unknown-nat-gateway")
def route_to_a_deleted_nat_gateway(account: Account) -> str:
    internet = account.internet_gateway()
    gateway = account.nat_gateway()
    account.end_nat_gateway(gateway)
    account.ec2.create_route(RouteTableId=account.table, GatewayId=internet, **ALL)
    codes = {
        code_of(call, RouteTableId=account.table, NatGatewayId=name, **destination)
        for call, destination in (
            (account.ec2.create_route, {"DestinationCidrBlock": "192.168.0.0/16"}),
            (account.ec2.replace_route, ALL),
        )
        for name in (gateway, "nat-0123456789abcdef0")
    }
    assert account.routes()["0.0.0.0/0"]["GatewayId"] == internet
    assert "192.168.0.0/16" not in account.routes()
    [code] = codes
    return code


@provokes("route-to-unknown-internet-gateway")
def route_to_an_unknown_internet_gateway(account: Account) -> str:
    target = {"RouteTableId": account.table, "GatewayId": "igw-0123456789abcdef0"}
    return code_of(account.ec2.create_route, **target, **ALL)


@provokes("route-to-other-vpc")
def route_to_a_detached_internet_gateway(account: Account) -> str:
    detached = account.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    return code_of(account.ec2.create_route, RouteTableId=account.table, GatewayId=detached, **ALL)


@provokes("route-quota")
def too_many_routes(account: Account) -> str:
    account.settings.quotas = {"L-93826ACB": 1}
    target = {"RouteTableId": account.table, "GatewayId": account.internet_gateway()}
    account.ec2.create_route(**target, **ALL)
    return code_of(account.ec2.create_route, **target, DestinationCidrBlock="192.168.0.0/16")


@provokes("replaced-route-unknown")
def replace_a_missing_route(account: Account) -> str:
    internet = account.internet_gateway()
    code = code_of(account.ec2.replace_route, RouteTableId=account.table, GatewayId=internet, **ALL)
    account.ec2.create_route(RouteTableId=account.table, GatewayId=internet, **ALL)
    gateway = account.nat_gateway()
    account.ec2.replace_route(RouteTableId=account.table, NatGatewayId=gateway, **ALL)
    assert account.routes()["0.0.0.0/0"]["NatGatewayId"] == gateway
    account.end_nat_gateway(gateway)
    return code


@provokes("deleted-route-unknown")
def delete_a_missing_route(account: Account) -> str:
    return code_of(account.ec2.delete_route, RouteTableId=account.table, **ALL)


@provokes("endpoint-route-deleted")
def delete_the_route_of_an_endpoint(account: Account) -> str:
    endpoint = account.gateway()
    [prefixes] = [name for name in account.routes() if name.startswith("pl-")]
    route = {"RouteTableId": account.table, "DestinationPrefixListId": prefixes}
    code = code_of(account.ec2.delete_route, **route)
    assert code_of(account.ec2.replace_route, GatewayId=account.internet_gateway(), **route) == code
    account.delete_endpoint(endpoint)
    assert prefixes not in account.routes()
    return code


@provokes("local-route-deleted")
def delete_the_local_route(account: Account) -> str:
    return code_of(account.ec2.delete_route, RouteTableId=account.table, DestinationCidrBlock="10.0.0.0/16")


@provokes("route-black-hole")
def black_holes(account: Account) -> str:
    internet = account.internet_gateway()
    gateway = account.nat_gateway()
    account.ec2.create_route(RouteTableId=account.table, NatGatewayId=gateway, **ALL)
    block = {"DestinationCidrBlock": "192.168.0.0/16"}
    account.ec2.create_route(RouteTableId=account.table, GatewayId=internet, **block)
    assert {route["State"] for route in account.routes().values()} == {"active"}
    account.end_nat_gateway(gateway)
    assert account.routes()["0.0.0.0/0"]["State"] == "blackhole"
    assert account.routes()["192.168.0.0/16"]["State"] == "active"
    account.ec2.detach_internet_gateway(InternetGatewayId=internet, VpcId=account.vpc)
    assert account.routes()["192.168.0.0/16"]["State"] == "blackhole"
    account.ec2.delete_route(RouteTableId=account.table, **ALL)
    return ""


@provokes("acl-entry-exists")
def entry_again(account: Account) -> str:
    entry = {"NetworkAclId": account.acl(), "RuleNumber": 100, "Egress": True} | ENTRY
    account.ec2.create_network_acl_entry(**entry)
    account.ec2.create_network_acl_entry(**(entry | {"Egress": False}))
    return code_of(account.ec2.create_network_acl_entry, **entry)


@provokes("acl-entry-number")
def reserved_number(account: Account) -> str:
    acl = account.acl()
    for number in (0, 32767):
        entry = {"NetworkAclId": acl, "RuleNumber": number, "Egress": True} | ENTRY
        assert code_of(account.ec2.create_network_acl_entry, **entry) == "InvalidParameterValue"
    return code_of(account.ec2.delete_network_acl_entry, NetworkAclId=acl, RuleNumber=32767, Egress=True)


@provokes("acl-entry-without-ports")
def entry_without_ports(account: Account) -> str:
    entry = {name: value for name, value in ENTRY.items() if name != "PortRange"}
    place: dict[str, Any] = {"NetworkAclId": account.acl(), "RuleNumber": 100, "Egress": True}
    account.ec2.create_network_acl_entry(**(place | entry | {"Protocol": "-1", "RuleNumber": 200}))
    return code_of(account.ec2.create_network_acl_entry, **place, **entry)


@provokes("acl-entry-malformed")
def malformed_block(account: Account) -> str:
    place: dict[str, Any] = {"NetworkAclId": account.acl(), "RuleNumber": 100, "Egress": True}
    return code_of(account.ec2.create_network_acl_entry, **place, **(ENTRY | {"CidrBlock": "10.0.0.0/33"}))


@provokes("acl-entry-unknown")
def missing_entry(account: Account) -> str:
    place: dict[str, Any] = {"NetworkAclId": account.acl(), "RuleNumber": 100}
    account.ec2.create_network_acl_entry(**place, Egress=True, **ENTRY)
    replace = code_of(account.ec2.replace_network_acl_entry, **place, Egress=False, **ENTRY)
    code = code_of(account.ec2.delete_network_acl_entry, **place, Egress=False)
    assert replace == code
    account.ec2.replace_network_acl_entry(**place, Egress=True, **(ENTRY | {"CidrBlock": "10.9.9.9/16"}))
    [acl] = account.ec2.describe_network_acls(NetworkAclIds=[place["NetworkAclId"]])["NetworkAcls"]
    assert "10.9.0.0/16" in {entry.get("CidrBlock") for entry in acl["Entries"]}
    account.ec2.delete_network_acl_entry(**place, Egress=True)
    return code


@provokes("acl-entry-quota")
def too_many_entries(account: Account) -> str:
    acl = account.acl()
    for number in range(1, 21):
        account.ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=number, Egress=True, **ENTRY)
    account.ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=21, Egress=False, **ENTRY)
    return code_of(account.ec2.create_network_acl_entry, NetworkAclId=acl, RuleNumber=21, Egress=True, **ENTRY)
