"""Plans with transit gateways, peering, file systems, private zones, Resolver, schedules, Batch and interfaces."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from skerry.model.schedules import EcsParameters, RunTarget, RunVpcConfiguration
from skerry.model.world import World
from skerry.sources.terraform.plan_configuration import AccountPlace, read_file
from skerry.sources.terraform.writing import write
from tests.sources.terraform.plans import REGION, change, plan_of, refers, vpc, world_of, written

IN_VPC = refers("aws_vpc.main.id", "aws_vpc.main")


def world(*rows: Any, **references: dict[str, Any]) -> World:
    """A new VPC with a subnet, and other resources; their references by address with ``_`` for the dot."""
    subnet = change("aws_subnet.a", {"cidr_block": "10.0.1.0/24"}, unknown={"vpc_id": True})
    expressions = {"aws_subnet.a": {"vpc_id": IN_VPC}} | {
        row["address"]: references.get(row["type"], {}) for row in rows
    }
    return world_of(vpc(), subnet, *rows, **written(*expressions.items()))


class TestTransitGateways:
    def attached(self, *rows: Any, gateway: Any = None, **values: Any) -> World:
        names = ("association_default_route_table_id", "propagation_default_route_table_id")
        hub = change("aws_ec2_transit_gateway.t", gateway or {}, unknown=dict.fromkeys(names, True))
        attachment = change(
            "aws_ec2_transit_gateway_vpc_attachment.a",
            values,
            unknown={"vpc_id": True, "subnet_ids": True, "transit_gateway_id": True},
        )
        expressions = {
            "vpc_id": IN_VPC,
            "subnet_ids": refers("aws_subnet.a.id", "aws_subnet.a"),
            "transit_gateway_id": refers("aws_ec2_transit_gateway.t.id", "aws_ec2_transit_gateway.t"),
        }
        return world(hub, attachment, *rows, aws_ec2_transit_gateway_vpc_attachment=expressions)

    def test_default_table_has_an_association_and_the_route_of_each_vpc(self) -> None:
        facts = self.attached().facts
        [table], [attachment] = facts.transit_gateway_route_tables, facts.transit_gateway_attachments
        assert attachment.association is not None
        assert attachment.association.transit_gateway_route_table_id == table.transit_gateway_route_table_id
        assert [(route.to, route.is_dynamic) for route in table.routes or ()] == [("10.0.0.0/16", True)]

    def test_attachment_without_default_association_has_no_table(self) -> None:
        facts = self.attached(transit_gateway_default_route_table_association=False).facts
        [attachment] = facts.transit_gateway_attachments
        assert attachment.association is None

    def test_gateway_without_default_tables_has_none(self) -> None:
        off = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
        assert self.attached(gateway=off).facts.transit_gateway_route_tables == ()

    @pytest.mark.parametrize("kind", ["aws_vpn_connection", "aws_ec2_transit_gateway_peering_attachment"])
    def test_other_networks_leave_the_routes_unknown(self, kind: str) -> None:
        [table] = self.attached(change(f"{kind}.a", {})).facts.transit_gateway_route_tables
        assert table.routes is UNSET


class TestPeering:
    def peered(self, *rows: Any, **values: Any) -> World:
        row = change("aws_vpc_peering_connection.p", {"peer_vpc_id": "vpc-other", **values}, unknown={"vpc_id": True})
        table = change("aws_route_table.a", {}, unknown={"vpc_id": True})
        route = change("aws_route.a", {"destination_cidr_block": "10.9.0.0/16"},
                       unknown={"route_table_id": True, "vpc_peering_connection_id": True})  # fmt: skip
        peering = refers("aws_vpc_peering_connection.p.id", "aws_vpc_peering_connection.p")
        return world(
            *(row, table, route, *rows),
            aws_vpc_peering_connection={"vpc_id": IN_VPC},
            aws_vpc_peering_connection_accepter={"vpc_peering_connection_id": peering},
            aws_route_table={"vpc_id": IN_VPC},
            aws_route={
                "route_table_id": refers("aws_route_table.a.id", "aws_route_table.a"),
                "vpc_peering_connection_id": peering,
            },
        )

    def states(self, world: World) -> tuple[Any, set[str]]:
        [connection] = world.facts.peering_connections
        routes = [route for table in world.facts.route_tables for route in table.routes or ()]
        return connection.status.code, {route.state for route in routes if route.vpc_peering_connection_id}

    def test_accepted_connection_is_active(self) -> None:
        assert self.states(self.peered(auto_accept=True)) == ("active", {"active"})

    def test_connection_that_nobody_accepts_makes_black_holes(self) -> None:
        assert self.states(self.peered()) == ("pending-acceptance", {"blackhole"})

    def test_accepter_of_its_own_accepts(self) -> None:
        accepter = change("aws_vpc_peering_connection_accepter.p", {"auto_accept": True},
                          unknown={"vpc_peering_connection_id": True})  # fmt: skip
        assert self.states(self.peered(accepter)) == ("active", {"active"})


class TestFileSystems:
    def test_new_file_system_has_the_mount_targets_of_the_plan_alone(self) -> None:
        facts = world(change("aws_efs_file_system.f", {}))
        [mark] = [scope for kind, scope in facts.facts.completeness.complete if kind == "mount_targets"]
        assert facts.mount_targets_of(mark) == ()

    def test_mount_target_without_groups_has_the_default_group(self) -> None:
        target = change("aws_efs_mount_target.f", {}, unknown={"subnet_id": True, "file_system_id": True})
        found = world(
            *(change("aws_efs_file_system.f", {}), target),
            aws_efs_mount_target={
                "subnet_id": refers("aws_subnet.a.id", "aws_subnet.a"),
                "file_system_id": refers("aws_efs_file_system.f.id", "aws_efs_file_system.f"),
            },
        ).facts
        [interface], [group] = found.network_interfaces, found.security_groups
        assert [one.group_id for one in interface.groups or ()] == [group.group_id]


class TestZones:
    def zone(self, *records: Any, **values: Any) -> Any:
        rows = [change(f"aws_route53_record.r{number}", record, unknown={"zone_id": True})
                for number, record in enumerate(records)]  # fmt: skip
        zone = change("aws_route53_zone.z", {"name": "example.com", "vpc": [{}], **values},
                      unknown={"vpc": [{"vpc_id": True}], "zone_id": True})  # fmt: skip
        found = world(
            *(zone, *rows),
            aws_route53_zone={"vpc": [{"vpc_id": IN_VPC}]},
            aws_route53_record={"zone_id": refers("aws_route53_zone.z.zone_id", "aws_route53_zone.z")},
        )
        [owner] = found.facts.vpcs
        assert found.knows("zones", owner.vpc_id)
        return found.facts.zones

    def test_zone_of_a_new_vpc_is_whole_with_its_records(self) -> None:
        [zone] = self.zone({"name": "db", "type": "A", "records": ["10.0.1.9"]})
        assert (zone.whole, [str(record.name) for record in zone.records]) == (True, ["db.example.com."])

    def test_absolute_name_of_a_record_is_kept(self) -> None:
        [zone] = self.zone({"name": "db.example.com", "type": "A", "records": ["10.0.1.9"]})
        assert [str(record.name) for record in zone.records] == ["db.example.com."]

    def test_record_with_an_unknown_part_leaves_its_zone_open(self) -> None:
        values = {"name": "db", "type": "A", "zone_id": "Z1"}
        row = change("aws_route53_record.r", values, unknown={"records": True})
        zone = change(
            "aws_route53_zone.z", {"name": "example.com", "id": "Z1", "zone_id": "Z1", "vpc": [{"vpc_id": "vpc-1"}]}
        )
        [found] = world(zone, row, aws_route53_record={"records": refers("local.a")}).facts.zones
        assert (found.whole, found.records, found.vpc_ids) == (False, (), ("vpc-1",))

    def test_zone_without_a_vpc_is_public(self) -> None:
        assert world(change("aws_route53_zone.z", {"name": "example.com", "vpc": []})).facts.zones == ()

    def test_association_with_an_unknown_zone_leaves_the_zones_unknown(self) -> None:
        row = change("aws_route53_zone_association.a", {"vpc_id": "vpc-1"}, unknown={"zone_id": True})
        found = world(row, aws_route53_zone_association={"zone_id": refers("local.a")})
        assert not found.knows("zones", found.facts.vpcs[0].vpc_id)


class TestResolver:
    GROUP, LIST = "aws_route53_resolver_firewall_rule_group.g", "aws_route53_resolver_firewall_domain_list.l"

    def test_rules_of_a_new_group_and_their_domains_are_whole(self) -> None:
        values = {"name": "a", "action": "BLOCK", "priority": 1, "block_response": "NODATA"}
        rule = change("aws_route53_resolver_firewall_rule.r", values,
                      unknown={"firewall_rule_group_id": True, "firewall_domain_list_id": True})  # fmt: skip
        found = world(
            *(change(self.GROUP, {"name": "g"}), change(self.LIST, {"name": "l", "domains": ["*.a.com."]}), rule),
            aws_route53_resolver_firewall_rule={
                "firewall_rule_group_id": refers(f"{self.GROUP}.id", self.GROUP),
                "firewall_domain_list_id": refers(f"{self.LIST}.id", self.LIST),
            },
        ).facts
        [rule_read], [domains] = found.firewall_rules, found.firewall_domain_lists
        assert rule_read.firewall_domain_list_id == domains.id
        assert domains.domains == ("*.a.com.",)

    def test_new_vpc_has_the_associations_of_the_plan_alone(self) -> None:
        found = world()
        for kind in ("resolver_rule_associations", "firewall_associations"):
            assert found.knows(kind, found.facts.vpcs[0].vpc_id)

    def test_profile_leaves_the_rules_of_a_vpc_unknown(self) -> None:
        found = world(change("aws_route53profiles_association.p", {}))
        for kind in ("resolver_rule_associations", "firewall_associations", "zones"):
            assert not found.knows(kind, found.facts.vpcs[0].vpc_id)

    def test_forwarding_rule_has_its_targets(self) -> None:
        values = {
            "domain_name": "corp.example",
            "rule_type": "FORWARD",
            "target_ip": [{"ip": "10.9.0.2", "port": None}],
        }
        [rule] = world(change("aws_route53_resolver_rule.r", values)).facts.resolver_rules
        assert [(str(target.ip), target.port) for target in rule.target_ips] == [("10.9.0.2", 53)]


class TestScheduledTasks:
    def parameters(self) -> Any:
        network = {"subnets": ["subnet-1"], "security_groups": ["sg-1"], "assign_public_ip": False}
        definition = "arn:aws:ecs:eu-west-1:123456789012:task-definition/a:1"
        return {"task_definition_arn": definition, "launch_type": "FARGATE", "network_configuration": [network]}

    def test_schedule_runs_tasks_in_its_subnets(self) -> None:
        target = {"arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/main", "ecs_parameters": [self.parameters()]}
        arn = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/s"
        row = change("aws_scheduler_schedule.s", {"name": "s", "arn": arn, "target": [target]}, actions=("no-op",))
        found = world(row).facts
        assert isinstance(found.schedules[0].target, RunTarget)
        assert isinstance(found.schedules[0].target.ecs_parameters, EcsParameters)
        network = found.schedules[0].target.ecs_parameters.network_configuration.awsvpc_configuration
        assert network == RunVpcConfiguration(("subnet-1",), ("sg-1",), "DISABLED")

    @pytest.mark.parametrize(("state", "count"), [("ENABLED", 1), ("DISABLED", 0)])
    def test_targets_of_a_disabled_rule_run_nothing(self, state: str, count: int) -> None:
        rule = change("aws_cloudwatch_event_rule.r", {"name": "r", "state": state})
        arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
        target = change("aws_cloudwatch_event_target.t", {"rule": "r", "arn": arn, "ecs_target": [self.parameters()]})
        assert len(world(rule, target).facts.rule_targets) == count

    def test_schedule_and_task_count_of_a_rule_are_read(self) -> None:
        rule = change("aws_cloudwatch_event_rule.r", {"name": "r", "schedule_expression": "rate(1 hour)"})
        by_events = change("aws_cloudwatch_event_rule.e", {"name": "e", "event_pattern": "{}"})
        target: dict[str, Any] = {"rule": "r", "arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/main"}
        target |= {"ecs_target": [self.parameters() | {"task_count": 4}]}
        facts = world(rule, by_events, change("aws_cloudwatch_event_target.t", target)).facts
        assert [(row.name, row.schedule_expression) for row in facts.event_rules] == [("r", "rate(1 hour)")]
        [row] = facts.rule_targets
        assert isinstance(row.target.ecs_parameters, EcsParameters)
        assert row.target.ecs_parameters.task_count == 4


class TestBatch:
    def test_properties_of_a_job_have_neither_commands_nor_environments(self) -> None:
        properties = {"image": "a", "command": ["hunter2"], "environment": [{"name": "a", "value": "hunter2"}]}
        values = {"name": "j", "type": "container", "platform_capabilities": ["FARGATE"],
                  "container_properties": json.dumps(properties)}  # fmt: skip
        [definition] = world(change("aws_batch_job_definition.j", values, unknown={"arn": True})).facts.job_definitions
        assert "hunter2" not in str(definition)
        assert definition.container_properties is not None
        assert definition.container_properties.image == "a"


class TestInterfaces:
    def instance(self, *rows: Any, **values: Any) -> Any:
        unknown = {"subnet_id": True, "primary_network_interface_id": True}
        row = change("aws_instance.nat", {"vpc_security_group_ids": ["sg-1"], **values}, unknown=unknown)
        found = world(row, *rows, aws_instance={"subnet_id": refers("aws_subnet.a.id", "aws_subnet.a")},
                      aws_eip={"instance": refers("aws_instance.nat.id", "aws_instance.nat")})  # fmt: skip
        return found.facts.network_interfaces

    def test_instance_has_an_interface_that_checks_source_and_destination(self) -> None:
        [interface] = self.instance()
        assert (interface.source_dest_check, interface.association.public_ip) == (True, None)

    def test_elastic_address_of_an_instance_is_that_of_its_interface(self) -> None:
        [interface] = self.instance(change("aws_eip.e", {"domain": "vpc"}, unknown={"instance": True}))
        assert interface.association.public_ip is not None


class TestPrefixLists:
    @pytest.mark.parametrize(("unknown", "cidrs"), [({}, ("10.0.1.0/24", "10.0.2.0/24")), ({"cidr": True}, UNSET)])
    def test_entries_are_inline_and_single_ones(self, unknown: Any, cidrs: Any) -> None:
        name = "aws_ec2_managed_prefix_list.l"
        single = change("aws_ec2_managed_prefix_list_entry.e", {"cidr": "10.0.2.0/24"},
                        unknown={"prefix_list_id": True, **unknown})  # fmt: skip
        row = change(name, {"name": "l", "entry": [{"cidr": "10.0.1.0/24"}]})
        owner = {"prefix_list_id": refers(f"{name}.id", name)}
        [found] = world(row, single, aws_ec2_managed_prefix_list_entry=owner).facts.prefix_lists
        assert found.cidrs == cidrs


class TestFirewalls:
    def test_firewall_whose_endpoints_are_not_known_leaves_the_endpoints_open(self) -> None:
        row = change("aws_networkfirewall_firewall.f", {}, unknown={"vpc_id": True, "firewall_status": True})
        found = world(row, aws_networkfirewall_firewall={"vpc_id": IN_VPC})
        assert not found.knows("vpc_endpoints", found.facts.vpcs[0].vpc_id)

    def test_firewall_that_attaches_nothing_yet_leaves_the_endpoints_open(self) -> None:
        found = world(self.firewall(), aws_networkfirewall_firewall={"vpc_id": IN_VPC})
        assert not found.knows("vpc_endpoints", found.facts.vpcs[0].vpc_id)

    def test_endpoints_of_a_firewall_have_its_address(self) -> None:
        plan = plan_of(vpc(), self.firewall({"endpoint_id": "vpce-1"}, {"endpoint_id": "vpce-2"}, {}))
        addresses = write(read_file("plan.json", plan, AccountPlace(REGION))).addresses
        owners = {name: address for name, address in addresses.items() if name.startswith("vpce-")}
        assert owners == dict.fromkeys(("vpce-1", "vpce-2"), "aws_networkfirewall_firewall.f")

    def firewall(self, *attachments: dict[str, Any]) -> dict[str, Any]:
        states = [{"attachment": [attachment]} for attachment in attachments] or [{"attachment": []}]
        values = {"firewall_status": [{"sync_states": states}]}
        return change("aws_networkfirewall_firewall.f", values, unknown={"vpc_id": True})


def test_second_block_of_a_vpc_has_a_local_route() -> None:
    row = change("aws_vpc_ipv4_cidr_block_association.b", {"cidr_block": "100.64.0.0/16"}, unknown={"vpc_id": True})
    [table] = world(row, aws_vpc_ipv4_cidr_block_association={"vpc_id": IN_VPC}).facts.route_tables
    assert [route.to for route in table.routes or ()] == ["10.0.0.0/16", "100.64.0.0/16"]
