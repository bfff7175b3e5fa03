"""Provocations of the rules for every request: tags, dry runs, callers, and resources that are not seen yet."""

import json
from typing import Any

import boto3

from tests.embedded.provocations import ECR, HTTPS, REGION, S3, Account, block, code_of, provokes

LOGS = f"com.amazonaws.{REGION}.logs"
NOTHING = json.dumps({"Statement": []})


def tags_of(kind: str, *tags: tuple[str, str]) -> dict[str, Any]:
    rows = [{"Key": key, "Value": value} for key, value in tags]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": rows}]}


@provokes("quota-read")
def read_quotas(account: Account) -> str:
    quotas = boto3.client("service-quotas", REGION)

    def value(service: str, code: str) -> float:
        return float(quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])

    assert (value("vpc", "L-29B6F2EB"), value("ec2", "L-0263D0A3")) == (50, 5)
    account.settings.quotas = {"L-29B6F2EB": 1}
    assert value("vpc", "L-29B6F2EB") == 1
    assert code_of(quotas.get_service_quota, ServiceCode="vpc", QuotaCode="L-0") == "NoSuchResourceException"
    return ""


@provokes("new-resource-unseen")
def unseen_resources(account: Account) -> str:
    account.settings.unseen_calls = 2
    group = account.new_group("new")
    asked = {"GroupId": group, "IpPermissions": [HTTPS | block("10.0.0.0/16")]}
    code = code_of(account.ec2.authorize_security_group_ingress, **asked)
    assert code_of(account.ec2.describe_security_groups, GroupIds=[group]) == code
    account.ec2.authorize_security_group_ingress(**asked)
    endpoint = account.interface()
    assert [endpoint in account.endpoints() for _ in range(3)] == [False, False, True]
    account.settings.replace(b'{"unseen_seconds": 60}')
    allocation = account.address()
    gateway = account.ec2.create_nat_gateway(SubnetId=account.a, ConnectivityType="private")["NatGateway"]
    only = {"AllocationIds": [allocation]}
    assert code_of(account.ec2.describe_addresses, **only) == "InvalidAllocationID.NotFound"
    assert code_of(account.nat, gateway=gateway["NatGatewayId"]) == "NatGatewayNotFound"
    account.settings.advance(61)
    assert account.ec2.describe_addresses(**only)["Addresses"]
    assert account.nat(gateway["NatGatewayId"])["State"] == "available"
    account.ec2.release_address(AllocationId=allocation)
    return code


@provokes("tags-at-creation")
def tags_of_new_resources(account: Account) -> str:
    own = ("made-by", "a test")
    ids = [
        account.new_group("tagged", **tags_of("security-group", own)),
        account.interface(**tags_of("vpc-endpoint", own)),
        account.ec2.allocate_address(Domain="vpc", **tags_of("elastic-ip", own))["AllocationId"],
        account.ec2.create_nat_gateway(SubnetId=account.a, ConnectivityType="private", **tags_of("natgateway", own))[
            "NatGateway"
        ]["NatGatewayId"],
    ]
    account.allow({"IpRanges": [{"CidrIp": "10.0.0.0/16"}]}, **tags_of("security-group-rule", own))
    [rule] = account.rules()
    assert rule["Tags"] == [{"Key": "made-by", "Value": "a test"}]
    only = [{"Name": "resource-id", "Values": ids}]
    rows = account.ec2.describe_tags(Filters=only)["Tags"]
    assert {row["ResourceId"] for row in rows if row["Value"] == "a test"} == set(ids)
    account.ec2.release_address(AllocationId=ids[2])
    return ""


@provokes("tags-of-other-type")
def tags_of_another_type(account: Account) -> str:
    return code_of(account.interface, **tags_of("security-group", ("made-by", "a test")))


@provokes("tags-reserved")
def reserved_tags(account: Account) -> str:
    tags = [{"Key": "aws:made-by", "Value": "a test"}]
    assert code_of(account.ec2.create_tags, Resources=[account.vpc], Tags=tags) == "InvalidParameterValue"
    return code_of(account.interface, **tags_of("vpc-endpoint", ("AWS:made-by", "a test")))


@provokes("tags-too-many")
def too_many_tags(account: Account) -> str:
    tags = [(f"key-{number}", "value") for number in range(51)]
    account.interface(**tags_of("vpc-endpoint", *tags[:50]))
    return code_of(account.interface, ServiceName=LOGS, **tags_of("vpc-endpoint", *tags))


@provokes("dry-run")
def dry_runs(account: Account) -> str:
    ec2 = account.ec2
    internet = account.internet_gateway()
    route = {"RouteTableId": account.table, "DestinationCidrBlock": "0.0.0.0/0"}
    calls: list[tuple[Any, dict[str, Any]]] = [
        (ec2.create_vpc_endpoint, {"VpcId": account.vpc, "ServiceName": S3}),
        (ec2.create_route, {**route, "GatewayId": internet}),
        (ec2.delete_route, {"RouteTableId": account.table, "DestinationCidrBlock": "10.0.0.0/16"}),
        (ec2.delete_subnet, {"SubnetId": account.a}),
        (ec2.delete_security_group, {"GroupId": account.group}),
        (ec2.create_nat_gateway, {"SubnetId": account.a, "ConnectivityType": "private"}),
        (ec2.delete_route_table, {"RouteTableId": account.table}),
        (ec2.delete_vpc, {"VpcId": account.vpc}),
        (ec2.describe_vpcs, {}),
    ]
    codes = {code_of(call, **asked, DryRun=True) for call, asked in calls}
    assert account.endpoints() == {}
    assert list(account.routes()) == ["10.0.0.0/16"]
    ec2.delete_subnet(SubnetId=account.a)
    [code] = codes
    return code


@provokes("dry-run-unknown-id")
def dry_run_with_an_unknown_id(account: Account) -> str:
    return code_of(account.ec2.delete_subnet, SubnetId="subnet-0123456789abcdef0", DryRun=True)


def client_of(account: Account, *statements: dict[str, Any]) -> Any:
    """A client with the keys of an IAM user with a policy."""
    iam = boto3.client("iam")
    name = f"user-{account.vpc}-{len(iam.list_users()['Users'])}"
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return boto3.client("ec2", REGION, **keys)


@provokes("dry-run-denied")
def denied_dry_run(account: Account) -> str:
    reads = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}
    group = f"arn:aws:ec2:{REGION}:123456789012:security-group/{account.group}"
    client = client_of(account, reads, {"Effect": "Allow", "Action": "ec2:DeleteSecurityGroup", "Resource": group})
    assert code_of(client.describe_vpcs, DryRun=True) == "DryRunOperation"
    assert code_of(client.delete_security_group, GroupId=account.group, DryRun=True) == "DryRunOperation"
    other = account.new_group("other")
    return code_of(client.delete_security_group, GroupId=other, DryRun=True)


@provokes("caller-denied")
def denied_caller(account: Account) -> str:
    allowed = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "ec2:CreateVpcEndpoint", "Resource": "*"}
    client = client_of(account, allowed, denied)
    assert client.describe_vpcs()["Vpcs"]
    asked = {"VpcId": account.vpc, "ServiceName": ECR, "VpcEndpointType": "Interface"}
    code = code_of(client.create_vpc_endpoint, **asked)
    assert account.endpoints() == {}
    return code


@provokes("tagging-denied")
def denied_tags(account: Account) -> str:
    create = {"Effect": "Allow", "Action": "ec2:CreateSecurityGroup", "Resource": "*"}
    creating = {"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}}
    tag = {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": creating}
    asked = {"GroupName": "new", "Description": "new", "VpcId": account.vpc}
    tags = tags_of("security-group", ("made-by", "a test"))
    code = code_of(client_of(account, create).create_security_group, **asked, **tags)
    allowed = client_of(account, create, tag)
    allowed.create_security_group(**asked, **tags)
    plain = {"Resources": [account.group], "Tags": [{"Key": "made-by", "Value": "a test"}]}
    assert code_of(allowed.create_tags, **plain) == code
    return code


@provokes("caller-denied")
def denied_role(account: Account) -> str:
    iam, sts = boto3.client("iam"), boto3.client("sts")
    name = f"role-{account.vpc}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=NOTHING)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    client = boto3.client(
        "ec2",
        REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert client.describe_vpcs()["Vpcs"]
    return code_of(client.describe_subnets)
