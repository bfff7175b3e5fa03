"""Provocations of the rules for endpoints."""

import json
from typing import Any

from tests.embedded.provocations import ECR, REGION, Account, code_of, provokes

LOGS = f"com.amazonaws.{REGION}.logs"
NOTHING = json.dumps({"Statement": []})


@provokes("endpoint-private-dns-attributes")
def private_dns_in_a_vpc_without_dns(account: Account) -> str:
    quiet = account.interface(PrivateDnsEnabled=False)
    for attribute in ("EnableDnsHostnames", "EnableDnsSupport"):
        account.ec2.modify_vpc_attribute(VpcId=account.vpc, **{attribute: {"Value": False}})
        assert code_of(account.interface) == "InvalidParameter"
    return code_of(account.ec2.modify_vpc_endpoint, VpcEndpointId=quiet, PrivateDnsEnabled=True)


@provokes("endpoint-private-dns-twice")
def private_dns_twice(account: Account) -> str:
    first = account.interface()
    account.interface(ServiceName=LOGS)
    second = account.interface(PrivateDnsEnabled=False)
    assert code_of(account.interface) == "InvalidParameter"
    account.settings.deleting_calls = 1
    account.delete_endpoint(first)
    enable = {"VpcEndpointId": second, "PrivateDnsEnabled": True}
    code = code_of(account.ec2.modify_vpc_endpoint, **enable)
    assert account.endpoints()[first]["State"] == "deleting"
    account.ec2.modify_vpc_endpoint(**enable)
    return code


@provokes("endpoint-subnets-of-a-zone")
def two_subnets_of_a_zone(account: Account) -> str:
    other = account.subnet("10.0.3.0/24", "a")
    endpoint = account.interface()
    add = {"VpcEndpointId": endpoint, "AddSubnetIds": [other]}
    assert code_of(account.ec2.modify_vpc_endpoint, **add) == "DuplicateSubnetsInSameZone"
    account.ec2.modify_vpc_endpoint(**add, RemoveSubnetIds=[account.a])
    return code_of(account.interface, ServiceName=LOGS, SubnetIds=[account.a, other])


@provokes("endpoint-subnet-unknown")
def unknown_subnet(account: Account) -> str:
    asked = {"SubnetIds": [account.a, "subnet-0123456789abcdef0"]}
    code = code_of(account.interface, **asked)
    assert account.interfaces() == []
    return code


@provokes("endpoint-subnet-of-other-vpc")
def subnet_of_another_vpc(account: Account) -> str:
    foreign = account.subnet("10.0.1.0/24", "b", account.new_vpc())
    endpoint = account.interface()
    add = {"VpcEndpointId": endpoint, "AddSubnetIds": [foreign]}
    assert code_of(account.ec2.modify_vpc_endpoint, **add) == "InvalidParameter"
    return code_of(account.interface, ServiceName=LOGS, SubnetIds=[foreign])


@provokes("endpoint-subnet-full")
def full_subnet(account: Account) -> str:
    small = account.subnet("10.0.4.0/28", "b")
    for _ in range(11):
        account.ec2.create_network_interface(SubnetId=small)
    before = len(account.interfaces())
    code = code_of(account.interface, SubnetIds=[account.a, small])
    assert len(account.interfaces()) == before
    assert account.endpoints() == {}
    return code


@provokes("endpoint-group-unknown")
def group_of_another_vpc(account: Account) -> str:
    foreign = account.new_group("foreign", account.new_vpc())
    assert code_of(account.interface, SecurityGroupIds=["sg-0123456789abcdef0"]) == "InvalidGroup.NotFound"
    endpoint = account.interface()
    add = {"VpcEndpointId": endpoint, "AddSecurityGroupIds": [foreign]}
    assert code_of(account.ec2.modify_vpc_endpoint, **add) == "InvalidGroup.NotFound"
    return code_of(account.interface, ServiceName=LOGS, SecurityGroupIds=[account.group, foreign])


@provokes("endpoint-group-quota")
def too_many_groups_of_an_endpoint(account: Account) -> str:
    groups = [account.new_group(f"group-{number}") for number in range(6)]
    endpoint = account.interface(SecurityGroupIds=groups[:5])
    change = {"VpcEndpointId": endpoint, "AddSecurityGroupIds": groups[5:]}
    code = code_of(account.ec2.modify_vpc_endpoint, **change)
    account.ec2.modify_vpc_endpoint(**change, RemoveSecurityGroupIds=groups[:1])
    assert code_of(account.interface, ServiceName=LOGS, SecurityGroupIds=groups) == code
    return code


@provokes("endpoint-service-unknown")
def unknown_service(account: Account) -> str:
    return code_of(account.interface, ServiceName=f"com.amazonaws.{REGION}.nothing")


@provokes("endpoint-policy-invalid")
def policy_without_json(account: Account) -> str:
    endpoint = account.gateway()
    for policy in ("{", "[]", '"all"'):
        change = {"VpcEndpointId": endpoint, "PolicyDocument": policy}
        assert code_of(account.ec2.modify_vpc_endpoint, **change) == "InvalidPolicyDocument"
    return code_of(account.interface, PolicyDocument="allow")


@provokes("endpoint-of-other-type")
def fields_of_the_other_type(account: Account) -> str:
    interface, gateway = account.interface(), account.gateway()
    change = account.ec2.modify_vpc_endpoint
    assert code_of(change, VpcEndpointId=interface, AddRouteTableIds=[account.table]) == "InvalidParameter"
    assert code_of(change, VpcEndpointId=gateway, AddSubnetIds=[account.a]) == "InvalidParameter"
    assert code_of(account.gateway, RouteTableIds=[], SecurityGroupIds=[account.group]) == "InvalidParameter"
    return code_of(account.interface, ServiceName=LOGS, RouteTableIds=[account.table])


@provokes("endpoint-type-unsupported")
def gateway_endpoint_of_ecr(account: Account) -> str:
    return code_of(account.gateway, ServiceName=ECR)


@provokes("endpoint-table-of-other-vpc")
def table_of_another_vpc(account: Account) -> str:
    foreign = account.ec2.create_route_table(VpcId=account.new_vpc())["RouteTable"]["RouteTableId"]
    endpoint = account.gateway()
    add = {"VpcEndpointId": endpoint, "AddRouteTableIds": [foreign]}
    assert code_of(account.ec2.modify_vpc_endpoint, **add) == "InvalidParameter"
    assert list(account.routes(foreign)) == ["10.0.0.0/16"]
    return code_of(account.gateway, RouteTableIds=[foreign])


@provokes("endpoint-route-exists")
def second_gateway_on_a_table(account: Account) -> str:
    account.gateway()
    second = account.gateway(RouteTableIds=[])
    add = {"VpcEndpointId": second, "AddRouteTableIds": [account.table]}
    assert code_of(account.ec2.modify_vpc_endpoint, **add) == "RouteAlreadyExists"
    account.gateway(ServiceName=f"com.amazonaws.{REGION}.dynamodb")
    return code_of(account.gateway)


@provokes("interface-endpoint-quota")
def too_many_interface_endpoints(account: Account) -> str:
    account.settings.quotas = {"L-29B6F2EB": 1}
    account.interface()
    account.gateway()
    return code_of(account.interface, ServiceName=LOGS)


@provokes("gateway-endpoint-quota")
def too_many_gateway_endpoints(account: Account) -> str:
    rows = account.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    account.settings.quotas = {"L-1B52E74A": sum(row["VpcEndpointType"] == "Gateway" for row in rows) + 1}
    account.gateway(RouteTableIds=[])
    return code_of(account.gateway)


@provokes("endpoint-token-repeated")
def token_again(account: Account) -> str:
    first = account.interface(ClientToken=account.vpc)
    assert account.interface(ClientToken=account.vpc) == first
    assert list(account.endpoints()) == [first]
    account.delete_endpoint(first)
    assert account.interface(ClientToken=account.vpc) == first
    assert account.endpoints() == {}
    private = {"SubnetId": account.a, "ConnectivityType": "private", "ClientToken": account.vpc}
    first = account.ec2.create_nat_gateway(**private)["NatGateway"]["NatGatewayId"]
    assert account.ec2.create_nat_gateway(**private)["NatGateway"]["NatGatewayId"] == first
    return ""


@provokes("endpoint-token-mismatch")
def token_of_another_request(account: Account) -> str:
    account.interface(ClientToken=account.vpc)
    private = {"SubnetId": account.a, "ConnectivityType": "private", "ClientToken": account.vpc}
    account.ec2.create_nat_gateway(**private)
    other = private | {"SubnetId": account.b}
    assert code_of(account.ec2.create_nat_gateway, **other) == "IdempotentParameterMismatch"
    return code_of(account.interface, ClientToken=account.vpc, SubnetIds=[account.b])


@provokes("endpoint-token-invalid")
def token_too_long(account: Account) -> str:
    account.interface(ClientToken=(account.vpc * 4)[:64])
    assert code_of(account.interface, ServiceName=LOGS, ClientToken="zufällig") == "InvalidClientToken"
    return code_of(account.interface, ServiceName=LOGS, ClientToken="t" * 65)


@provokes("endpoint-states")
def states_of_an_endpoint(account: Account) -> str:
    account.settings.pending_calls, account.settings.deleting_seconds = 2, 60
    endpoint = account.interface()
    states = [account.endpoints()[endpoint]["State"] for _ in range(3)]
    assert states == ["pending", "pending", "available"]
    account.delete_endpoint(endpoint)
    assert account.endpoints()[endpoint]["State"] == "deleting"
    assert len(account.interfaces()) == 1
    account.settings.advance(61)
    assert account.endpoints() == {}
    assert account.interfaces() == []
    account.settings.replace(b"{}")
    endpoint = account.gateway()
    assert account.endpoints()[endpoint]["State"] == "available"
    account.delete_endpoint(endpoint)
    assert account.endpoints() == {}
    return ""


@provokes("endpoint-follows-changes")
def changes_of_an_endpoint(account: Account) -> str:
    endpoint, other = account.interface(), account.new_group("other")
    account.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint,
        AddSubnetIds=[account.b],
        RemoveSubnetIds=[account.a],
        AddSecurityGroupIds=[other],
        RemoveSecurityGroupIds=[account.group],
        PrivateDnsEnabled=False,
        PolicyDocument=NOTHING,
    )
    [interface] = account.interfaces()
    assert (interface["SubnetId"], [group["GroupId"] for group in interface["Groups"]]) == (account.b, [other])
    row = account.endpoints()[endpoint]
    assert (row["PrivateDnsEnabled"], row["PolicyDocument"]) == (False, NOTHING)
    assert not any(name["DnsName"] == f"api.ecr.{REGION}.amazonaws.com" for name in row["DnsEntries"])
    account.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True, PrivateDnsEnabled=True)
    row = account.endpoints()[endpoint]
    assert json.loads(row["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"
    assert any(name["DnsName"] == f"api.ecr.{REGION}.amazonaws.com" for name in row["DnsEntries"])
    gateway = account.gateway()
    account.ec2.modify_vpc_endpoint(VpcEndpointId=gateway, RemoveRouteTableIds=[account.table])
    assert list(account.routes()) == ["10.0.0.0/16"]
    return ""


@provokes("changed-endpoint-deleting")
def change_a_deleting_endpoint(account: Account) -> str:
    endpoint = account.interface()
    account.settings.deleting_seconds = 60
    account.delete_endpoint(endpoint)
    return code_of(account.ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, PrivateDnsEnabled=False)


@provokes("changed-endpoint-unknown")
def change_an_unknown_endpoint(account: Account) -> str:
    return code_of(account.ec2.modify_vpc_endpoint, VpcEndpointId="vpce-0123456789abcdef0", ResetPolicy=True)


@provokes("deleted-endpoint-unknown")
def delete_an_unknown_endpoint(account: Account) -> str:
    endpoint = account.interface()
    answer = account.ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0123456789abcdef0", endpoint])
    [item] = answer["Unsuccessful"]
    assert item["ResourceId"] == "vpce-0123456789abcdef0"
    assert account.endpoints() == {}
    return str(item["Error"]["Code"])


@provokes("deleted-endpoint-of-aws")
def delete_an_endpoint_of_another_service(account: Account) -> str:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - no call of AWS makes such an endpoint

    endpoint = account.interface()
    stored: Any = ec2_backends["123456789012"][REGION].vpc_end_points[endpoint]
    stored.requester_managed = True
    [item] = account.delete_endpoint(endpoint)
    assert endpoint in account.endpoints()
    return str(item["Error"]["Code"])
