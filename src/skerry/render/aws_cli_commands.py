"""The commands of the AWS CLI for each change, and those of its reversal.

Options: https://docs.aws.amazon.com/cli/latest/reference/ec2/
and https://docs.aws.amazon.com/cli/latest/reference/route53/associate-vpc-with-hosted-zone.html
"""

import json
from typing import assert_never

from msgspec import UNSET

from skerry.model.network import Route
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    EndpointChange,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteChange,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Planned
from skerry.render import aws_cli_services, iac_common
from skerry.render.aws_cli_steps import AwsCommand, Commands, CommandStep, FunctionCall, Option
from skerry.render.iac_names import Names
from skerry.render.shell_words import Json, JsonWord, Variable, Word

_DEFAULT = "0.0.0.0/0"


class CommandWriter:
    """The commands for the changes of one plan."""

    def __init__(self, world: World, rows: list[Planned]) -> None:
        self._world = world
        self._names = Names(rows)
        self._prefix_lists = iac_common.services_of_prefix_lists(world, rows)
        self._variables: dict[str, Variable] = {}
        self._looked_up: set[str] = set()

    def step_of(self, row: Planned) -> CommandStep | None:
        """Return the commands of a change; None for a manual step."""
        change = row.change
        match change:
            case CreateSecurityGroup() | AuthorizeRule() | RevokeRule():
                return self._of_group(row, change)
            case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
                return self._of_endpoint(change)
            case SetVpcAttribute():
                return CommandStep((_attribute(change, value=True),), (_attribute(change, value=False),))
            case AddAclEntry():
                return _entry(change)
            case CreateNatGateway():
                return self._nat_gateway(change)
            case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
                return self._of_route(change)
            case ConfigureService():
                return aws_cli_services.update_service(self._world, row, change)
            case AssociateZone():
                return self._association(change)
            case AddZoneRecord() | ProposeStatement() | MirrorImage() | Advise():
                return None
            case _:
                assert_never(change)

    def variable_of(self, resource: str) -> Word:
        """Return the variable of a new resource, or the id of an existing one."""
        return self._made(resource) if is_new(resource) else resource

    def _made(self, resource: str) -> Variable:
        """Return the variable of a new resource: one for each, even if their names differ only by signs."""
        if resource not in self._variables:
            kind, _, name = resource.partition("-new-")
            label = f"{kind}_{Names.plain(name)}".upper()
            taken = {variable.name for variable in self._variables.values()}
            name = label if label not in taken else f"{label}_{len(taken)}"
            self._variables[resource] = Variable(name)
        return self._variables[resource]

    def _of_group(self, row: Planned, change: CreateSecurityGroup | AuthorizeRule | RevokeRule) -> CommandStep:
        match change:
            case CreateSecurityGroup():
                return self._group(change)
            case AuthorizeRule():
                return self._rule(row, change)
            case RevokeRule():
                permissions = self._permissions(change)
                back = _rule_command("authorize", change, permissions)
                return CommandStep(
                    (_rule_command("revoke", change, permissions),), (back,), "The rule's tags are lost."
                )
            case _:
                assert_never(change)

    def _of_endpoint(self, change: EndpointChange) -> CommandStep:
        match change:
            case CreateInterfaceEndpoint():
                return self._interface_endpoint(change)
            case CreateGatewayEndpoint():
                return self._endpoint(change, "Gateway", ("route-table-ids", *change.route_tables))
            case ModifyEndpoint():
                return self._modified_endpoint(change)
            case DeleteEndpoint():
                gone = f"{change.endpoint_id} cannot be restored."
                return CommandStep((FunctionCall("delete_endpoint", change.endpoint_id),), (), gone)
            case _:
                assert_never(change)

    def _group(self, change: CreateSecurityGroup) -> CommandStep:
        made = self._made(change.group_id)
        create = _ec2(
            "create-security-group",
            ("group-name", change.name),
            ("description", change.description),
            ("vpc-id", change.vpc_id),
        )._replace(variable=made, query="GroupId")
        wait = _ec2("wait security-group-exists", ("group-ids", made))
        return CommandStep((create, wait), (_ec2("delete-security-group", ("group-id", made)),))

    def _rule(self, row: Planned, change: AuthorizeRule) -> CommandStep:
        described = self._permissions(change, iac_common.description_of(row))
        look_up = self._prefix_list(change.rule.peer)
        authorize = _rule_command("authorize", change, described, self.variable_of(change.group_id))
        if is_new(change.group_id):
            return CommandStep((*look_up, authorize))  # it goes with its group
        return CommandStep((*look_up, authorize), (_rule_command("revoke", change, described),))

    def _permissions(self, change: AuthorizeRule | RevokeRule, description: str = "") -> JsonWord:
        rule = change.rule
        kinds = {
            "cidr": ("IpRanges", "CidrIp"),
            "group": ("UserIdGroupPairs", "GroupId"),
            "prefix-list": ("PrefixListIds", "PrefixListId"),
        }
        peers, name = kinds[rule.kind]
        peer: dict[str, Json] = {name: self.variable_of(rule.peer)}
        if description:
            peer["Description"] = description
        ports: dict[str, Json] = {"IpProtocol": rule.protocol, "FromPort": rule.port, "ToPort": rule.port}
        return JsonWord([ports | {peers: [peer]}])

    def _prefix_list(self, peer: str) -> Commands:
        """Return the look-up of a prefix list with unknown id, by the name of its service."""
        if peer not in self._prefix_lists or peer in self._looked_up:
            return ()
        self._looked_up.add(peer)
        name = self._prefix_lists[peer]
        filters = JsonWord([{"Name": "prefix-list-name", "Values": [name]}])
        look_up = _ec2("describe-prefix-lists", ("filters", filters))
        return (look_up._replace(variable=self._made(peer), query="PrefixLists[0].PrefixListId"),)

    def _interface_endpoint(self, change: CreateInterfaceEndpoint) -> CommandStep:
        dns = "private-dns-enabled" if change.private_dns else "no-private-dns-enabled"
        return self._endpoint(
            change,
            "Interface",
            ("subnet-ids", *change.subnets),
            ("security-group-ids", *(self.variable_of(group) for group in change.groups)),
            (dns,),
            ("ip-address-type", change.ip_address_type),
        )

    def _endpoint(
        self, change: CreateInterfaceEndpoint | CreateGatewayEndpoint, kind: str, *more: tuple[Word, ...]
    ) -> CommandStep:
        made = self._made(change.endpoint_id)
        tag: Json = {"Key": "Name", "Value": self._names.endpoint_key(change)}
        command = _ec2(
            "create-vpc-endpoint",
            ("vpc-id", change.vpc_id),
            ("service-name", change.service_name),
            ("vpc-endpoint-type", kind),
            *more,
            *_policy(change.policy),
            ("tag-specifications", JsonWord([{"ResourceType": "vpc-endpoint", "Tags": [tag]}])),
        )._replace(variable=made, query="VpcEndpoint.VpcEndpointId")
        wait = FunctionCall("wait_until_available", made)
        return CommandStep((command, wait), (FunctionCall("delete_endpoint", made),))

    def _modified_endpoint(self, change: ModifyEndpoint) -> CommandStep:
        members = (
            ("subnet-ids", change.subnets),
            ("security-group-ids", tuple(map(self.variable_of, change.groups))),
            ("route-table-ids", change.route_tables),
        )
        add = [(f"add-{name}", *ids) for name, ids in members if ids]
        remove = [(f"remove-{name}", *ids) for name, ids in members if ids]
        switched = change.private_dns is not None
        endpoint = ("vpc-endpoint-id", change.endpoint_id)
        modify = _ec2(
            "modify-vpc-endpoint",
            endpoint,
            *add,
            *([("private-dns-enabled",)] if switched else []),
            *_policy(change.policy),
        )
        former = self._former_policy(change) if change.policy is not None else []
        back = _ec2(
            "modify-vpc-endpoint",
            endpoint,
            *remove,
            *([("no-private-dns-enabled",)] if switched else []),
            *former,
        )
        return CommandStep((modify, FunctionCall("wait_until_available", change.endpoint_id)), (back,))

    def _former_policy(self, change: ModifyEndpoint) -> list[tuple[str | JsonWord, ...]]:
        """Return the present policy of an endpoint; AWS's default, where it prints none."""
        policy = self._world.vpc_endpoints[change.endpoint_id].policy_document
        return [("reset-policy",)] if policy is None else _policy(policy)

    def _nat_gateway(self, change: CreateNatGateway) -> CommandStep:
        """Return the commands for an Elastic IP address and a NAT gateway with it.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
        """
        nat, address = self._made(change.nat_gateway_id), self._made(change.allocation_id)
        allocate = _ec2("allocate-address", ("domain", "vpc"))._replace(variable=address, query="AllocationId")
        create = _ec2("create-nat-gateway", ("subnet-id", change.subnet_id), ("allocation-id", address))._replace(
            variable=nat, query="NatGateway.NatGatewayId"
        )
        wait = _ec2("wait nat-gateway-available", ("nat-gateway-ids", nat))
        back = (
            _ec2("delete-nat-gateway", ("nat-gateway-id", nat)),
            _ec2("wait nat-gateway-deleted", ("nat-gateway-ids", nat)),
            _ec2("release-address", ("allocation-id", address)),
        )
        return CommandStep((allocate, create, wait), back)

    def _of_route(self, change: RouteChange) -> CommandStep:
        match change:
            case DeleteRoute():
                gone = f"The black hole for {change.destination} in {change.route_table_id} cannot be restored."
                return CommandStep(
                    (_ec2("delete-route", *_route(change.route_table_id, change.destination)),), (), gone
                )
            case RouteToNat():
                return _create_route(change.route_table_id, "nat-gateway-id", self.variable_of(change.nat_gateway_id))
            case RouteToInternetGateway():
                return _create_route(change.route_table_id, "gateway-id", change.internet_gateway_id)
            case ReplaceRoute():
                return self._replace_route(change)
            case _:
                assert_never(change)

    def _replace_route(self, change: ReplaceRoute) -> CommandStep:
        route = _route(change.route_table_id, change.destination)
        option = "nat-gateway-id" if change.target_kind == "nat-gateway" else "gateway-id"
        table = self._world.route_tables.get(change.route_table_id)
        routes = () if table is None or table.routes is UNSET else table.routes
        former = next((row for row in routes if row.to == change.destination), None)
        target = None if former is None else _target_option(former)
        replace = (_ec2("replace-route", *route, (option, self.variable_of(change.target))),)
        if target is None:
            lost = f"The former target of {change.destination} in {change.route_table_id} is not known."
            return CommandStep(replace, (), lost)
        return CommandStep(replace, (_ec2("replace-route", *route, target),))

    def _association(self, change: AssociateZone) -> CommandStep:
        vpc: dict[str, Json] = {"VPCRegion": self._world.region or "", "VPCId": change.vpc_id}
        options: tuple[Option, ...] = (("hosted-zone-id", (change.zone_id,)), ("vpc", (JsonWord(vpc),)))
        return CommandStep(
            (AwsCommand("route53", "associate-vpc-with-hosted-zone", options),),
            (AwsCommand("route53", "disassociate-vpc-from-hosted-zone", options),),
        )


def _ec2(operation: str, *options: tuple[Word | JsonWord, ...]) -> AwsCommand:
    return AwsCommand("ec2", operation, tuple((str(option[0]), option[1:]) for option in options))


def _route(table_id: str, destination: str) -> tuple[tuple[str, str], ...]:
    """Return the options that name a route."""
    is_list = destination.startswith("pl-")
    return (
        ("route-table-id", table_id),
        ("destination-prefix-list-id" if is_list else "destination-cidr-block", destination),
    )


def _create_route(table_id: str, option: str, target: Word) -> CommandStep:
    route = _route(table_id, _DEFAULT)
    return CommandStep((_ec2("create-route", *route, (option, target)),), (_ec2("delete-route", *route),))


def _policy(policy: str | None) -> list[tuple[str | JsonWord, ...]]:
    return [] if policy is None else [("policy-document", JsonWord(json.loads(policy)))]


def _rule_command(
    verb: str, change: AuthorizeRule | RevokeRule, permissions: JsonWord, group: Word | None = None
) -> AwsCommand:
    side = "ingress" if change.direction == "in" else "egress"
    return _ec2(
        f"{verb}-security-group-{side}",
        ("group-id", group or change.group_id),
        ("ip-permissions", permissions),
    )


def _attribute(change: SetVpcAttribute, *, value: bool) -> AwsCommand:
    option = change.attribute.replace("_", "-")
    return _ec2("modify-vpc-attribute", ("vpc-id", change.vpc_id), (option, JsonWord({"Value": value})))


def _entry(change: AddAclEntry) -> CommandStep:
    place: tuple[tuple[str, ...], ...] = (
        ("network-acl-id", change.acl_id),
        ("rule-number", str(change.number)),
        ("egress" if change.direction == "out" else "ingress",),
    )
    ports: dict[str, Json] = {"From": change.ports[0], "To": change.ports[1]}
    create = _ec2(
        "create-network-acl-entry",
        *place,
        ("protocol", "6"),
        ("port-range", JsonWord(ports)),
        ("cidr-block", change.cidr),
        ("rule-action", "allow"),
    )
    return CommandStep((create,), (_ec2("delete-network-acl-entry", *place),))


def _target_option(route: Route) -> tuple[str, str] | None:
    """Return the target of a route as an option of ``replace-route``; an instance's route has its interface too."""
    targets = {
        "nat-gateway-id": route.nat_gateway_id,
        "transit-gateway-id": route.transit_gateway_id,
        "vpc-peering-connection-id": route.vpc_peering_connection_id,
        "network-interface-id": route.network_interface_id,
        "instance-id": route.instance_id,
        "carrier-gateway-id": route.carrier_gateway_id,
        "local-gateway-id": route.local_gateway_id,
        "core-network-arn": route.core_network_arn,
        "odb-network-arn": route.odb_network_arn,
        "gateway-id": route.gateway_id,
    }
    return next(((name, target) for name, target in targets.items() if target is not None), None)
