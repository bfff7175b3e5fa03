"""The values of Ref and Fn::GetAtt: ids, names and ARNs in place of those that AWS gives at the deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html: the section
"Return values" of each type.
"""

from collections.abc import Callable
from typing import Final

from skerry.catalogue.partitions import partition_of
from skerry.sources.cloudformation.attributes import AttributeOwner
from skerry.sources.cloudformation.values import Identifier, Value, join_texts
from skerry.sources.planned.made_by_aws import digest_of, endpoint_dns_name

_IDS: Final = {
    "AWS::EC2::CarrierGateway": "cagw",
    "AWS::EC2::CustomerGateway": "cgw",
    "AWS::EC2::DHCPOptions": "dopt",
    "AWS::EC2::EgressOnlyInternetGateway": "eigw",
    "AWS::EC2::Instance": "i",
    "AWS::EC2::InternetGateway": "igw",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::NetworkAcl": "acl",
    "AWS::EC2::NetworkInterface": "eni",
    "AWS::EC2::PrefixList": "pl",
    "AWS::EC2::RouteTable": "rtb",
    "AWS::EC2::SecurityGroup": "sg",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::SubnetCidrBlock": "subnet-cidr-assoc",
    "AWS::EC2::TransitGateway": "tgw",
    "AWS::EC2::TransitGatewayAttachment": "tgw-attach",
    "AWS::EC2::TransitGatewayRouteTable": "tgw-rtb",
    "AWS::EC2::TransitGatewayVpcAttachment": "tgw-attach",
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCBlockPublicAccessExclusion": "vpcbpa-exclude",
    "AWS::EC2::VPCCidrBlock": "vpc-cidr-assoc",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::VPCPeeringConnection": "pcx",
    "AWS::EC2::VPNGateway": "vgw",
    "AWS::EFS::AccessPoint": "fsap",
    "AWS::EFS::FileSystem": "fs",
    "AWS::EFS::MountTarget": "fsmt",
    "AWS::Route53::HostedZone": "Z",
    "AWS::Route53Profiles::Profile": "rp",
    "AWS::Route53Resolver::FirewallDomainList": "rslvr-fdl",
    "AWS::Route53Resolver::FirewallRuleGroup": "rslvr-frg",
    "AWS::Route53Resolver::ResolverEndpoint": "rslvr-endpt",
    "AWS::Route53Resolver::ResolverRule": "rslvr-rr",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "ns",
}
"""The prefixes of ids: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html."""
_ID_ATTRIBUTES: Final = {
    "AWS::EC2::DHCPOptions": "DhcpOptionsId",
    "AWS::EC2::SecurityGroup": "GroupId",
    "AWS::EC2::VPC": "VpcId",
}
"""Attributes with the id of a resource that are not named after its type."""
_NAMED: Final = {
    "AWS::ECR::Repository": ("RepositoryName", "ecr", "repository/{}"),
    "AWS::ECS::CapacityProvider": ("Name", "ecs", "capacity-provider/{}"),
    "AWS::ECS::Cluster": ("ClusterName", "ecs", "cluster/{}"),
    "AWS::Events::EventBus": ("Name", "events", "event-bus/{}"),
    "AWS::Events::Rule": ("Name", "events", "rule/{}"),
    "AWS::IAM::Role": ("RoleName", "iam", "role/{}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs", "log-group:{}:*"),
    "AWS::S3::Bucket": ("BucketName", "s3", "{}"),
    "AWS::SSM::Parameter": ("Name", "ssm", "parameter/{}"),
    "AWS::Scheduler::Schedule": ("Name", "scheduler", "schedule/default/{}"),
}
"""Types whose Ref is their name: the property of the name, the service and the resource of their ARN."""
_BY_ARN: Final = {
    "AWS::Batch::ComputeEnvironment": ("ComputeEnvironmentName", "batch", "compute-environment/{}"),
    "AWS::Batch::JobDefinition": ("JobDefinitionName", "batch", "job-definition/{}:1"),
    "AWS::Batch::JobQueue": ("JobQueueName", "batch", "job-queue/{}"),
    "AWS::ECS::TaskDefinition": ("Family", "ecs", "task-definition/{}:1"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "iam", "policy/{}"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "secret:{}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states", "stateMachine:{}"),
}
"""Types whose Ref is their ARN."""
_WITHOUT_REGION: Final = {"iam": "", "s3": None}
_SUFFIX: Final = 6
"""The random characters at the end of a secret's ARN:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html."""


def name_property_of(kind: str) -> str | None:
    """Return the property with the name of a resource; None for types with ids."""
    names = {**_NAMED, **_BY_ARN}.get(kind)
    return None if names is None else names[0]


def digest_of_owner(owner: AttributeOwner) -> str:
    """Return the digits that tell a resource from all others."""
    return digest_of(f"{owner.stack}.{owner.logical_id}")


def attribute_of(owner: AttributeOwner, attribute: str) -> Value | None:
    """Return the value of Ref or of an attribute; None where nobody knows it before the deployment."""
    special = _SPECIAL.get((owner.type, attribute))
    if special is not None:
        return special(owner)
    prefix = _IDS.get(owner.type)
    if prefix is not None:
        return _of_identified(owner, attribute, prefix)
    if owner.type in _NAMED:
        return _of_named(owner, attribute, *_NAMED[owner.type])
    if owner.type in _BY_ARN:
        names = {"Ref", "Arn", "Id", f"{owner.type.rpartition('::')[2]}Arn", "PolicyArn"}
        return _arn(owner, *_BY_ARN[owner.type]) if attribute in names else _property(owner, attribute)
    return _property(owner, attribute)


def physical_id_of(owner: AttributeOwner, prefix: str) -> str:
    """Return the id of a resource."""
    if prefix == "Z":
        return f"Z{digest_of_owner(owner)[:13].upper()}"
    return f"{prefix}-{digest_of_owner(owner)}"


def physical_name_of(owner: AttributeOwner, key: str) -> Value:
    """Return the name of a resource, or one like those that CloudFormation makes up, without its random end.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
    """
    name = owner.property(key)
    made_up = f"{owner.stack.replace('/', '-')}-{owner.logical_id}"
    return (made_up.lower() if owner.type in _LOWER_CASE else made_up) if name is None else name


_LOWER_CASE: Final = {"AWS::ECR::Repository", "AWS::S3::Bucket"}


def _property(owner: AttributeOwner, attribute: str) -> Value | None:
    """Return a property of the same name: most attributes that are no ids repeat one."""
    return None if attribute in {"Ref", "Arn"} else owner.property(attribute)


def _of_identified(owner: AttributeOwner, attribute: str, prefix: str) -> Value | None:
    names = {"Ref", "Id", _ID_ATTRIBUTES.get(owner.type, f"{owner.type.rpartition('::')[2]}Id")}
    return physical_id_of(owner, prefix) if attribute in names else _property(owner, attribute)


def _of_named(owner: AttributeOwner, attribute: str, key: str, service: str, form: str) -> Value | None:
    if attribute == "Arn":
        return _arn(owner, key, service, form)
    return physical_name_of(owner, key) if attribute in {"Ref", "Name"} else _property(owner, attribute)


def _arn(owner: AttributeOwner, key: str, service: str, form: str) -> Value:
    name = physical_name_of(owner, key)
    if service == "ssm" and isinstance(name, str):
        name = name.removeprefix("/")
    if service == "iam":
        path = owner.property("Path")
        name = join_texts([(path if isinstance(path, str) else "/").lstrip("/"), name])
    before, after = form.split("{}")
    tail = f"-{digest_of_owner(owner)[:_SUFFIX].title()}" if service == "secretsmanager" else ""
    return arn_of(owner, service, [before, name, f"{after}{tail}"])


def arn_of(owner: AttributeOwner, service: str, resource: list[Value]) -> Value:
    """Return an ARN in the Region and account of a resource, as far as the service's ARNs have them."""
    region = owner.region if isinstance(owner.region, str) else ""
    partition = partition_of(region)
    name = "aws" if partition is None else partition.name
    place: list[Value] = [owner.region, ":", owner.account]
    if service in _WITHOUT_REGION:
        place = [":", owner.account] if service == "iam" else [":"]
    return join_texts([f"arn:{name}:{service}:", *place, ":", *resource])


# ------------------------------------------------------------------------------------------- types of their own kind


def ipv6_block_of_vpc(vpc: str) -> str:
    """Return an IPv6 block in place of the one that AWS gives a VPC: a /56 of AWS's addresses.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv6
    """
    digits = digest_of(vpc)
    return f"2600:1f18:{digits[:4]}:{digits[4:6]}00::/56"


def _service_arn(owner: AttributeOwner) -> Value:
    cluster = owner.property("Cluster") or "default"
    short = cluster.rpartition("/")[2] if isinstance(cluster, str) else cluster
    return arn_of(owner, "ecs", ["service/", short, "/", physical_name_of(owner, "ServiceName")])


def _repository_uri(owner: AttributeOwner) -> Value:
    region = owner.region
    partition = partition_of(region) if isinstance(region, str) else None
    suffix = "amazonaws.com" if partition is None else partition.suffix
    name = physical_name_of(owner, "RepositoryName")
    return join_texts([owner.account, ".dkr.ecr.", region, f".{suffix}/", name])


def _dns_entries(owner: AttributeOwner) -> Value | None:
    """Return the names of an interface endpoint, each after the id of its zone.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html
    """
    service = owner.property("ServiceName")
    if not isinstance(service, str):
        return None
    return [f"{ZONE_OF_AWS}:{endpoint_dns_name(physical_id_of(owner, 'vpce'), service)}"]


ZONE_OF_AWS: Final = "Z0AWS"
"""In place of the hosted zone of AWS's own names."""


def _interfaces(owner: AttributeOwner) -> Value | None:
    subnets = owner.property("SubnetIds")
    if not isinstance(subnets, list):
        return None
    endpoint = physical_id_of(owner, "vpce")
    return [f"eni-{digest_of(f'{endpoint} {position}')}" for position, _ in enumerate(subnets)]


def _firewall_endpoints(owner: AttributeOwner) -> Value | None:
    """Return the endpoint of a firewall in one subnet, after its zone: the order of several is not certain.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-networkfirewall-firewall.html
    """
    subnets = owner.property("SubnetMappings")
    if not isinstance(subnets, list) or len(subnets) != 1:
        return None
    zone = Identifier(f"zone of {owner.stack}.{owner.logical_id}", "the zone of a firewall is that of its subnet")
    return [join_texts([zone, f":{firewall_endpoint(owner.stack, owner.logical_id)}"])]


def firewall_endpoint(stack: str, logical_id: str) -> str:
    """Return the id of the endpoint of a firewall in one subnet."""
    return f"vpce-{digest_of(f'{stack}.{logical_id}.Endpoint')}"


def _of_vpc(prefix: str, part: str) -> Callable[[AttributeOwner], Value]:
    return lambda owner: made_with_vpc(prefix, physical_id_of(owner, "vpc"), part)


def made_with_vpc(prefix: str, vpc: str, part: str) -> str:
    """Return the id of an object that AWS makes with a VPC."""
    return f"{prefix}-{digest_of(f'{vpc}.{part}')}"


def _key_arn(owner: AttributeOwner) -> Value:
    return arn_of(owner, "kms", ["key/", _key_id(owner)])


def _key_id(owner: AttributeOwner) -> str:
    digits = digest_of_owner(owner)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8000-{digits[:12]}"


def _public_address(owner: AttributeOwner) -> str:
    """Return an address in place of an Elastic IP address: https://www.rfc-editor.org/rfc/rfc5737."""
    return f"192.0.2.{int(digest_of_owner(owner)[:2], 16) % 254 + 1}"


def _rule_name(owner: AttributeOwner) -> Value:
    """Return the Ref of a rule: its name, after its bus if that is not the default one.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    """
    name, bus = physical_name_of(owner, "Name"), owner.property("EventBusName")
    return name if bus in {None, "default"} else join_texts([bus, "|", name])


def _schedule_arn(owner: AttributeOwner) -> Value:
    group = owner.property("GroupName") or "default"
    return arn_of(owner, "scheduler", ["schedule/", group, "/", physical_name_of(owner, "Name")])


def _in_efs(kind: str, prefix: str) -> Callable[[AttributeOwner], Value]:
    return lambda owner: arn_of(owner, "elasticfilesystem", [f"{kind}/", physical_id_of(owner, prefix)])


_SPECIAL: Final[dict[tuple[str, str], Callable[[AttributeOwner], Value | None]]] = {
    ("AWS::EC2::EIP", "AllocationId"): lambda owner: physical_id_of(owner, "eipalloc"),
    ("AWS::EC2::EIP", "PublicIp"): _public_address,
    ("AWS::EC2::EIP", "Ref"): _public_address,
    ("AWS::EC2::NatGateway", "RouteTableId"): lambda owner: made_with_vpc(
        "rtb", physical_id_of(owner, "nat"), "RouteTable"
    ),
    ("AWS::EC2::NetworkInterface", "PrimaryPrivateIpAddress"): lambda owner: owner.property("PrivateIpAddress"),
    ("AWS::EC2::VPC", "DefaultNetworkAcl"): _of_vpc("acl", "DefaultNetworkAcl"),
    ("AWS::EC2::VPC", "DefaultSecurityGroup"): _of_vpc("sg", "DefaultSecurityGroup"),
    ("AWS::EC2::VPC", "Ipv6CidrBlocks"): lambda owner: [ipv6_block_of_vpc(physical_id_of(owner, "vpc"))],
    ("AWS::EC2::VPCEndpoint", "DnsEntries"): _dns_entries,
    ("AWS::EC2::VPCEndpoint", "NetworkInterfaceIds"): _interfaces,
    ("AWS::ECR::Repository", "RepositoryUri"): _repository_uri,
    ("AWS::ECS::Service", "Name"): lambda owner: physical_name_of(owner, "ServiceName"),
    ("AWS::ECS::Service", "Ref"): _service_arn,
    ("AWS::ECS::Service", "ServiceArn"): _service_arn,
    ("AWS::EFS::AccessPoint", "Arn"): _in_efs("access-point", "fsap"),
    ("AWS::EFS::FileSystem", "Arn"): _in_efs("file-system", "fs"),
    ("AWS::Events::Rule", "Ref"): _rule_name,
    ("AWS::KMS::Alias", "Ref"): lambda owner: owner.property("AliasName"),
    ("AWS::KMS::Key", "Arn"): _key_arn,
    ("AWS::KMS::Key", "KeyId"): _key_id,
    ("AWS::KMS::Key", "Ref"): _key_id,
    ("AWS::NetworkFirewall::Firewall", "EndpointIds"): _firewall_endpoints,
    ("AWS::Route53::RecordSet", "Ref"): lambda owner: owner.property("Name"),
    ("AWS::Scheduler::Schedule", "Arn"): _schedule_arn,
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", "HostedZoneId"): lambda owner: physical_id_of(owner, "Z"),
}
"""Attributes with a rule of their own."""
