"""Resources of templates as answers of AWS: defaults, what AWS makes by itself, and what is not known."""

from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath, read_descriptions
from skerry.errors import SkerryError
from skerry.model.facts import Missing
from skerry.model.iam import Role
from skerry.verdicts import BLOCKED
from tests.sources.cloudformation.worlds import GROUP, SUBNET, VPC, resource, world_of

ENDPOINT = "VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-1.ecr.api"


class TestVpcs:
    def test_vpc_has_the_defaults_of_cloudformation(self, tmp_path: Path) -> None:
        [row] = world_of(tmp_path, VPC).facts.vpc_attributes
        assert (row.enable_dns_support.value, row.enable_dns_hostnames.value) == (True, False)

    def test_new_vpc_is_known_as_a_whole(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, VPC)
        [row] = world.facts.vpcs
        for kind in ("subnets", "route_tables", "vpc_endpoints", "security_groups", "network_acls", "zones"):
            assert world.knows(kind, row.vpc_id)
        assert (row.cidr_block, row.dhcp_options_id) == ("10.0.0.0/16", "dopt-default")

    def test_host_bits_of_blocks_are_cleared(self, tmp_path: Path) -> None:
        world = world_of(
            tmp_path, resource("Vpc", "EC2::VPC", "CidrBlock: 10.0.3.7/16"), SUBNET.replace("1.0/24", "1.9/24")
        )
        assert [world.facts.vpcs[0].cidr_block, world.facts.subnets[0].cidr_block] == ["10.0.0.0/16", "10.0.1.0/24"]

    def test_vpc_of_a_pool_has_no_known_block(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, resource("Vpc", "EC2::VPC", "Ipv4IpamPoolId: p, Ipv4NetmaskLength: 16"))
        assert world.facts.vpcs == ()

    def test_amazon_answers_without_name_servers_and_nobody_without_options(self, tmp_path: Path) -> None:
        options = resource("Options", "EC2::DHCPOptions", "DomainName: corp.example")
        pair = "VpcId: !Ref Vpc, DhcpOptionsId: {}"
        own = resource("Pair", "EC2::VPCDHCPOptionsAssociation", pair.format("!Ref Options"))
        world = world_of(tmp_path, VPC, options, own)
        found = world.dhcp_options_of(world.facts.vpcs[0])
        assert not isinstance(found, Missing)
        assert {one.key: [v.value for v in one.values] for one in found.dhcp_configurations}["domain-name-servers"] == [
            "AmazonProvidedDNS"
        ]
        none = resource("Pair", "EC2::VPCDHCPOptionsAssociation", pair.format("default"))
        world = world_of(tmp_path, VPC, none)
        assert world.facts.vpcs[0].dhcp_options_id == "default"

    def test_vpc_beside_an_unknown_macro_is_open(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, VPC, GROUP, SERVICE, head="Transform: MyMacro")
        assert not world.knows("vpc_endpoints", world.facts.vpcs[0].vpc_id)


SERVICE = resource("Service", "ECS::Service", "LaunchType: FARGATE, TaskDefinition: web:1, Cluster: demo")


class TestSecurityGroups:
    def egress(self, tmp_path: Path, *parts: str) -> list[tuple[str, int | None]] | object:
        world = world_of(tmp_path, VPC, *parts)
        rows = next(row for row in world.facts.security_groups if row.group_name != "default").ip_permissions_egress
        return rows if rows is UNSET else [(row.ip_protocol, row.from_port) for row in rows]

    def test_group_without_egress_rules_lets_everything_out(self, tmp_path: Path) -> None:
        assert self.egress(tmp_path, GROUP) == [("-1", None)]
        assert self.egress(tmp_path, GROUP.replace("g,", "g, SecurityGroupEgress: [],")) == [("-1", None)]

    def test_rule_apart_takes_open_rules_away(self, tmp_path: Path) -> None:
        rule = "GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16"
        apart = resource("Out", "EC2::SecurityGroupEgress", rule)
        assert self.egress(tmp_path, GROUP, apart) == [("tcp", 443)]
        explicit = GROUP.replace("g,", "g, SecurityGroupEgress: [{IpProtocol: -1, CidrIp: 0.0.0.0/0}],")
        assert self.egress(tmp_path, explicit, apart) == [("tcp", 443)]

    def test_rule_of_an_unknown_group_leaves_every_group_open(self, tmp_path: Path) -> None:
        rule = "GroupId: !ImportValue other, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16"
        assert self.egress(tmp_path, GROUP, resource("Out", "EC2::SecurityGroupEgress", rule)) is UNSET

    def test_egress_in_a_vpc_with_ipv6_is_known_for_ipv4_alone(self, tmp_path: Path) -> None:
        block = resource("Six", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true")
        assert self.egress(tmp_path, GROUP, block) == [("-1", None), ("-1", None)]
        world = world_of(tmp_path, VPC, GROUP, block)
        [unsure] = world.facts.prefix_lists
        assert (unsure.is_ipv6, unsure.cidrs) == (True, UNSET)
        rule = "GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16"
        assert self.egress(tmp_path, GROUP, block, resource("Out", "EC2::SecurityGroupEgress", rule)) == [("tcp", 443)]

    @pytest.mark.parametrize(
        ("rule", "permission"),
        [
            ("IpProtocol: TCP, FromPort: '443', ToPort: 443, CidrIp: 10.0.0.0/8", ("tcp", 443, 443)),
            ("IpProtocol: 6, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8", ("tcp", 443, 443)),
            ("IpProtocol: -1, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8", ("-1", None, None)),
            ("IpProtocol: 50, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8", ("50", None, None)),
        ],
    )
    def test_rule_is_written_as_aws_prints_it(
        self, tmp_path: Path, rule: str, permission: tuple[str, int | None, int | None]
    ) -> None:
        world = world_of(tmp_path, VPC, GROUP.replace("g,", f"g, SecurityGroupIngress: [{{{rule}}}],"))
        [row] = next(row for row in world.facts.security_groups if row.group_name != "default").ip_permissions or ()
        assert (row.ip_protocol, row.from_port, row.to_port) == permission

    def test_rule_without_a_peer_is_not_added(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, VPC, GROUP.replace("g,", "g, SecurityGroupIngress: [{IpProtocol: -1}],"))
        assert next(row for row in world.facts.security_groups if row.group_name != "default").ip_permissions == ()

    def test_default_group_loses_both_rules_to_the_resource_of_cdk(self, tmp_path: Path) -> None:
        custom = (
            "\n  Restrict:\n    Type: Custom::VpcRestrictDefaultSG\n    Properties:\n"
            "      DefaultSecurityGroupId: !GetAtt Vpc.DefaultSecurityGroup\n"
        )
        [plain] = world_of(tmp_path, VPC).facts.security_groups
        [row] = world_of(tmp_path, VPC, custom).facts.security_groups
        assert [len(rules or ()) for rules in (plain.ip_permissions, plain.ip_permissions_egress)] == [1, 1]
        assert (row.ip_permissions, row.ip_permissions_egress) == ((), ())


class TestRoutesAndAcls:
    def test_subnet_without_an_association_is_on_the_main_table(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, VPC, SUBNET, resource("Table", "EC2::RouteTable", "VpcId: !Ref Vpc"))
        table = world.route_table_of(world.facts.subnets[0])
        assert not isinstance(table, Missing)
        assert [route.to for route in table.routes or ()] == ["10.0.0.0/16"]
        assert world.origin_of(table.route_table_id).address == "Vpc.MainRouteTable"  # type: ignore[union-attr]

    def test_endpoint_of_a_firewall_is_printed_as_a_gateway(self, tmp_path: Path) -> None:
        route = "RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: vpce-1"
        parts = resource("Table", "EC2::RouteTable", "VpcId: !Ref Vpc"), resource("Way", "EC2::Route", route)
        tables = world_of(tmp_path, VPC, *parts).facts.route_tables
        assert [row.gateway_id for table in tables for row in table.routes or () if row.to == "0.0.0.0/0"] == ["vpce-1"]

    def test_routes_under_an_unknown_condition_are_not_known(self, tmp_path: Path) -> None:
        head = "Parameters: {Nat: {Type: String}}\nConditions: {WithNat: !Equals [!Ref Nat, yes]}"
        route = resource(
            "Way", "EC2::Route", "RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: igw-1"
        )
        route = route.replace("    Type", "    Condition: WithNat\n    Type")
        parts = (
            resource("Table", "EC2::RouteTable", "VpcId: !Ref Vpc"),
            resource("Other", "EC2::RouteTable", "VpcId: !Ref Vpc"),
        )
        world = world_of(tmp_path, VPC, *parts, route, head=head)
        routes = {world.origin_of(row.route_table_id).address: row.routes for row in world.facts.route_tables}  # type: ignore[union-attr]
        assert (routes["Table"], len(routes["Other"] or ())) == (UNSET, 1)

    def test_acl_without_entries_denies_everything(self, tmp_path: Path) -> None:
        acl = resource("Acl", "EC2::NetworkAcl", "VpcId: !Ref Vpc")
        pair = resource("Pair", "EC2::SubnetNetworkAclAssociation", "SubnetId: !Ref Subnet, NetworkAclId: !Ref Acl")
        world = world_of(tmp_path, VPC, SUBNET, acl, pair)
        own = world.network_acl_of(world.facts.subnets[0].subnet_id)
        assert not isinstance(own, Missing)
        assert {(entry.rule_number, entry.rule_action) for entry in own.entries or ()} == {(32767, "deny")}
        default = next(row for row in world.facts.network_acls if row.is_default)
        assert default.associations == ()

    def test_entry_without_egress_is_inbound_and_all_protocols_have_no_ports(self, tmp_path: Path) -> None:
        values = "NetworkAclId: !Ref Acl, RuleNumber: 10, Protocol: -1, RuleAction: ALLOW, CidrBlock: 0.0.0.0/0"
        entry = resource("In", "EC2::NetworkAclEntry", f"{values}, PortRange: {{From: 1, To: 2}}")
        world = world_of(tmp_path, VPC, resource("Acl", "EC2::NetworkAcl", "VpcId: !Ref Vpc"), entry)
        acl = next(row for row in world.facts.network_acls if not row.is_default)
        row = (acl.entries or ())[0]
        assert (row.egress, row.rule_action, row.port_range) == (False, "allow", None)


class TestEndpoints:
    def test_endpoint_has_the_defaults_of_cloudformation(self, tmp_path: Path) -> None:
        service = "VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-1.s3, RouteTableIds: [!Ref Table]"
        parts = resource("Table", "EC2::RouteTable", "VpcId: !Ref Vpc"), resource("S3", "EC2::VPCEndpoint", service)
        world = world_of(tmp_path, VPC, *parts)
        [row] = world.facts.vpc_endpoints
        assert (row.vpc_endpoint_type, row.private_dns_enabled, row.state) == ("Gateway", False, "available")
        assert '"Action": "*"' in (row.policy_document or "")
        [table] = [table for table in world.facts.route_tables if len(table.routes or ()) > 1]
        assert (table.routes or ())[1].gateway_id == row.vpc_endpoint_id

    def test_interface_endpoint_without_groups_is_in_the_default_group(self, tmp_path: Path) -> None:
        values = f"{ENDPOINT}, VpcEndpointType: Interface, SubnetIds: [!Ref Subnet]"
        world = world_of(tmp_path, VPC, SUBNET, resource("Api", "EC2::VPCEndpoint", values))
        [row], [group] = world.facts.vpc_endpoints, world.facts.security_groups
        assert [one.group_id for one in row.groups or ()] == [group.group_id]

    def test_policy_with_an_unknown_action_is_not_full_access(self, tmp_path: Path) -> None:
        head = "Parameters: {Action: {Type: String}}"
        policy = "PolicyDocument: {Statement: [{Effect: Allow, Principal: '*', Action: !Ref Action, Resource: '*'}]}"
        values = f"{ENDPOINT}, VpcEndpointType: Interface, {policy}"
        [row] = world_of(tmp_path, VPC, resource("Api", "EC2::VPCEndpoint", values), head=head).facts.vpc_endpoints
        assert "the parameter Action has no value" in (row.policy_document or "")

    def test_customer_list_has_its_entries(self, tmp_path: Path) -> None:
        values = "PrefixListName: l, AddressFamily: IPv4, MaxEntries: 1, Entries: [{Cidr: 10.1.0.0/16}]"
        [row] = world_of(tmp_path, resource("List", "EC2::PrefixList", values)).facts.prefix_lists
        assert row.cidrs == ("10.1.0.0/16",)


class TestTasks:
    def test_service_has_the_defaults_of_ecs(self, tmp_path: Path) -> None:
        network = "NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}"
        values = f"LaunchType: FARGATE, TaskDefinition: web, {network}"
        [row] = world_of(tmp_path, resource("Service", "ECS::Service", values)).facts.services
        vpc = row.network_configuration.awsvpc_configuration
        assert vpc is not None
        assert (row.desired_count, vpc.assign_public_ip, vpc.security_groups) == (1, "DISABLED", ())
        assert row.cluster_arn == "arn:aws:ecs:eu-west-1:111122223333:cluster/default"

    def test_family_of_the_templates_is_its_task_definition(self, tmp_path: Path) -> None:
        definition = resource(
            "Task", "ECS::TaskDefinition", "Family: web, ContainerDefinitions: [{Name: web, Image: a}]"
        )
        service = resource("Service", "ECS::Service", "LaunchType: FARGATE, TaskDefinition: web")
        world = world_of(tmp_path, definition, service)
        assert world.facts.services[0].task_definition == world.facts.task_definitions[0].task_definition_arn
        assert world.facts.task_definitions[0].network_mode == "bridge"

    def test_blocks_have_the_names_of_the_api_and_keys_of_maps_stay(self, tmp_path: Path) -> None:
        container = (
            "Name: web, Image: a, Essential: 'false', Memory: '64', LogConfiguration: {LogDriver: awslogs, Options: "
            "{awslogs-group: g}}, Secrets: [{Name: S, ValueFrom: p}]"
        )
        volume = (
            "Name: v, EFSVolumeConfiguration: {FilesystemId: fs-1, AuthorizationConfig: {IAM: ENABLED, "
            "AccessPointId: fsap-1}}"
        )
        values = f"Family: web, ContainerDefinitions: [{{{container}}}], Volumes: [{{{volume}}}]"
        [row] = world_of(tmp_path, resource("Task", "ECS::TaskDefinition", values)).facts.task_definitions
        [web] = row.container_definitions or ()
        assert (web.essential, web.memory, web.secrets[0].value_from) == (False, 64, "p")
        assert web.log_configuration is not None
        assert web.log_configuration.options == {"awslogs-group": "g"}
        efs = row.volumes[0].efs_volume_configuration
        assert efs is not None
        assert efs.authorization_config is not None
        assert (efs.file_system_id, efs.authorization_config.iam) == ("fs-1", "ENABLED")

    @pytest.mark.parametrize(
        ("part", "is_known"),
        [
            ("Secrets: [{Name: S, ValueFrom: !Ref P}]", False),
            ("Secrets: [{Name: S, ValueFrom: !Sub 'arn:aws:ssm:eu-west-1:111122223333:parameter/${P}'}]", True),
            ("LogConfiguration: {LogDriver: awslogs, Options: {awslogs-region: !Ref P}}", False),
            ("LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: !Ref P}}", True),
        ],
    )
    def test_containers_are_unknown_if_a_place_in_aws_is(self, tmp_path: Path, part: str, is_known: bool) -> None:  # noqa: FBT001
        head = "Parameters: {P: {Type: String}}"
        values = f"Family: web, ContainerDefinitions: [{{Name: web, Image: !Ref P, {part}}}]"
        [row] = world_of(tmp_path, resource("Task", "ECS::TaskDefinition", values), head=head).facts.task_definitions
        assert (row.container_definitions is not UNSET) == is_known
        if row.container_definitions is not UNSET:
            assert row.container_definitions[0].image is UNSET

    def test_disabled_rules_start_nothing(self, tmp_path: Path) -> None:
        arn = "arn:aws:ecs:eu-west-1:111122223333:cluster/c"
        target = f"Targets: [{{Id: t, Arn: '{arn}', EcsParameters: {{TaskDefinitionArn: web}}}}]"
        for state, count in (("ENABLED", 1), ("DISABLED", 0)):
            rule = resource("Rule", "Events::Rule", f"State: {state}, ScheduleExpression: rate(1 day), {target}")
            assert len(world_of(tmp_path, SERVICE, rule).facts.rule_targets) == count


class TestRoles:
    def test_role_has_the_policies_that_other_resources_attach(self, tmp_path: Path) -> None:
        document = "{Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}"
        role = resource("Role", "IAM::Role", f"RoleName: r, Path: /app/, AssumeRolePolicyDocument: {document}")
        inline = resource("Inline", "IAM::Policy", f"PolicyName: p, Roles: [!Ref Role], PolicyDocument: {document}")
        managed = resource("Managed", "IAM::ManagedPolicy", f"Roles: [!Ref Role], PolicyDocument: {document}")
        world = world_of(tmp_path, role, inline, managed)
        [row] = world.facts.roles
        assert row.arn == "arn:aws:iam::111122223333:role/app/r"
        assert [one.policy_name for one in row.role_policy_list or ()] == ["p"]
        [policy] = row.attached_managed_policies or ()
        assert not isinstance(world.resources.find_managed_policy(policy.policy_arn), Missing)

    def test_role_of_another_template_is_not_examined(self, tmp_path: Path) -> None:
        world = world_of(tmp_path, resource("Role", "IAM::Role", "RoleName: r"))
        assert isinstance(world.resources.find_role(world.facts.roles[0].arn), Role)
        assert world.resources.find_role(type(world.facts.roles[0].arn)("arn:aws:iam::111122223333:role/other")) is None


class TestInputs:
    def test_template_for_any_region_asks_for_one(self, tmp_path: Path) -> None:
        with pytest.raises(SkerryError, match=r"net\.yaml is for any Region"):
            world_of(tmp_path, VPC, region=None)  # type: ignore[arg-type]

    def test_region_of_zones_is_the_region(self, tmp_path: Path) -> None:
        assert world_of(tmp_path, VPC, SUBNET, region=None).region == "eu-west-1"  # type: ignore[arg-type]

    def test_fault_is_told_with_file_line_and_column(self, tmp_path: Path) -> None:
        with pytest.raises(SkerryError, match=r"net\.yaml:\d+:\d+: .*Nowhere"):
            world_of(tmp_path, resource("Subnet", "EC2::Subnet", "VpcId: !Ref Nowhere"))

    def test_template_with_its_launches_elsewhere_names_the_missing_part(self, tmp_path: Path) -> None:
        nested = resource("Tasks", "CloudFormation::Stack", "TemplateURL: https://s3.amazonaws.com/b/k.yaml")
        with pytest.raises(SkerryError, match="the nested stack Tasks"):
            world_of(tmp_path, VPC, nested)

    def test_parameters_give_values(self, tmp_path: Path) -> None:
        head = "Parameters: {Block: {Type: String}}"
        vpc = resource("Vpc", "EC2::VPC", "CidrBlock: !Ref Block")
        world = world_of(tmp_path, vpc, head=head, parameters=("Block=10.9.0.0/16",))
        assert world.facts.vpcs[0].cidr_block == "10.9.0.0/16"
        with pytest.raises(SkerryError, match="Block is no parameter with a value"):
            world_of(tmp_path, vpc, head=head, parameters=("Block",))

    def test_import_that_nobody_exports_is_unknown_and_with_strict_a_fault(self, tmp_path: Path) -> None:
        path = tmp_path / "net.yaml"
        text = f"Resources:{VPC}{SUBNET.replace('!Ref Vpc', '!ImportValue vpc')}"
        path.write_text(text, encoding="utf-8")
        request = CheckRequest((NamedPath(path),), region="eu-west-1")
        [network] = read_descriptions(request).networks
        assert any("no stack here exports vpc" in note for note in network.facts.notes)
        with pytest.raises(SkerryError, match=r"net\.yaml:\d+:\d+: no stack here exports vpc"):
            read_descriptions(msgspec.structs.replace(request, strict=True))

    def test_template_with_a_fault_does_not_hide_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "good.yaml").write_text(f"Resources:{VPC}", encoding="utf-8")
        (tmp_path / "bad.yaml").write_text("Resources:\n\tVpc: {}\n", encoding="utf-8")
        paths = tuple(NamedPath(tmp_path / name) for name in ("bad.yaml", "good.yaml"))
        described = read_descriptions(CheckRequest(paths, region="eu-west-1"))
        assert [(one.name, one.error is None) for one in described.inputs] == [("good.yaml", True), ("bad.yaml", False)]
        assert len(described.networks[0].facts.vpcs) == 1

    def test_reasons_of_open_values_are_notes_and_their_names_are_shown(self, tmp_path: Path) -> None:
        head = "Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}"
        network = "NetworkConfiguration: {AwsvpcConfiguration: {Subnets: !Ref Subnets, SecurityGroups: [sg-task]}}"
        values = f"LaunchType: FARGATE, TaskDefinition: web, {network}"
        world = world_of(tmp_path, resource("Service", "ECS::Service", values), head=head)
        vpc = world.facts.services[0].network_configuration.awsvpc_configuration
        assert vpc is not None
        origin = world.origin_of(vpc.subnets[0])
        assert origin is not None
        assert origin.address == "parameter Subnets"
        assert "the parameter Subnets has no value" in world.facts.notes

    def test_resource_of_cdk_is_named_by_its_path(self, tmp_path: Path) -> None:
        vpc = VPC.rstrip() + "\n    Metadata: {'aws:cdk:path': Net/Vpc/Resource}\n"
        world = world_of(tmp_path, vpc)
        origin = world.origin_of(world.facts.vpcs[0].vpc_id)
        assert origin is not None
        assert (origin.address, origin.line, origin.column) == ("Net/Vpc", 3, 3)

    def test_template_is_put_on_what_exists(self, tmp_path: Path) -> None:
        head = "Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}"
        network = "NetworkConfiguration: {AwsvpcConfiguration: {Subnets: !Ref Subnets, SecurityGroups: [sg-task]}}"
        values = f"LaunchType: FARGATE, TaskDefinition: web:1, {network}"
        path = tmp_path / "net.yaml"
        service = resource("Service", "ECS::Service", values)
        path.write_text(f"{head}\nResources:{service}", encoding="utf-8")
        existing = app.load(Path(__file__).parents[2] / "scenarios" / "only-ecr-api" / "network.json")
        given = ("Subnets=subnet-a",)
        request = CheckRequest((NamedPath(path),), parameters=given, region="eu-west-1", existing=existing)
        [checked] = app.check(request).networks
        verdicts = {one.launch.name: one.verdict for one in checked.diagnosis.services}
        assert verdicts == {"web": BLOCKED, "net-Service": BLOCKED}


class TestRegionalNatGateways:
    """The route table that AWS makes with a regional NAT gateway."""

    GATEWAY = """
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
"""
    NAT = "\n  Nat: {Type: AWS::EC2::NatGateway, Properties: {VpcId: !Ref Vpc, AvailabilityMode: regional}}\n"

    def routes(self, folder: Path, *parts: str) -> list[str | None] | None:
        """Return the destinations of its routes; None if they are not known."""
        world = world_of(folder, VPC, self.NAT, *parts)
        [gateway] = world.facts.nat_gateways
        table = next(row for row in world.facts.route_tables if row.route_table_id == gateway.route_table_id)
        return None if table.routes is UNSET else [route.destination_cidr_block for route in table.routes]

    def test_table_leads_to_the_internet_gateway(self, tmp_path: Path) -> None:
        assert self.routes(tmp_path, self.GATEWAY) == ["10.0.0.0/16", "0.0.0.0/0"]

    def test_table_without_an_internet_gateway_is_not_known(self, tmp_path: Path) -> None:
        assert self.routes(tmp_path) is None

    def test_routes_of_the_template_are_added(self, tmp_path: Path) -> None:
        own = resource(
            "Own",
            "EC2::Route",
            "RouteTableId: !GetAtt Nat.RouteTableId, DestinationCidrBlock: 0.0.0.0/0, TransitGatewayId: tgw-1",
        )
        assert self.routes(tmp_path, self.GATEWAY, own) == ["10.0.0.0/16", "0.0.0.0/0"]
