"""Small things that plans must say or do, each of one module's edges."""

import json

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from skerry.catalogue.services import ServiceRef
from skerry.launch.needs import Call, Interface
from skerry.plan import manual_steps
from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    RevokeRule,
    Rule,
)
from skerry.plan.disruption import disposition_of
from skerry.plan.ordering import sort_changes
from skerry.plan.records import Why
from skerry.plan.scope import Failing, Kind, Scope
from skerry.plan.security_groups import choose_task_group, endpoint_group_for, is_only_for_endpoints
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Piece
from skerry.verdicts import BLOCKED
from tests.diagnose.labelled_names import CASES
from tests.holdings import EXECUTION, MANAGED, Resources
from tests.networks import ALL, EVERYWHERE, VPC, Network
from tests.plan.test_rules_and_entries import served
from tests.planning import isolated, kinds, launches, of_kind, only, planned, rules

ONE, TWO = Why("A", "x", "one", ("logs",)), Why("B", "x", "two", ("layers",))


class TestChangeOrder:
    def test_changes_are_sorted_with_referenced_resources_first(self) -> None:
        created = endpoint_group_for(VPC)
        rule = AuthorizeRule(created.group_id, "in", Rule("tcp", 443, "10.0.1.0/24"))
        endpoint = CreateInterfaceEndpoint("vpce-new-x", VPC, "x", ("subnet-a",), (created.group_id,))
        gone = DeleteEndpoint("vpce-1", "")
        assert list(sort_changes({endpoint: (), rule: (), created: (), gone: ()})) == [created, rule, gone, endpoint]

    def test_modification_is_merged_into_a_new_interface_endpoint(self) -> None:
        endpoint = CreateInterfaceEndpoint("vpce-new-x", VPC, "x", ("subnet-a",), ("sg-1",))
        more = ModifyEndpoint("vpce-new-x", groups=("sg-2",), subnets=("subnet-b",), policy="{}")
        (found, why), *_ = sort_changes({endpoint: (ONE,), more: (TWO,)}).items()
        assert found == CreateInterfaceEndpoint(
            "vpce-new-x", VPC, "x", ("subnet-a", "subnet-b"), ("sg-1", "sg-2"), policy="{}"
        )
        assert why == (ONE, TWO)

    def test_modifications_of_an_endpoint_are_merged(self) -> None:
        rows = [
            ModifyEndpoint("vpce-1", private_dns=True),
            ModifyEndpoint("vpce-1", groups=("sg-2",)),
            ModifyEndpoint("vpce-1", route_tables=("rtb-1",), prefix_list="pl-1"),
            ModifyEndpoint("vpce-1", policy="{}"),
        ]
        (found,) = sort_changes(dict.fromkeys(rows, (ONE,)))
        assert found == ModifyEndpoint(
            "vpce-1", (), ("sg-2",), ("rtb-1",), private_dns=True, policy="{}", prefix_list="pl-1"
        )

    def test_modification_is_merged_into_a_new_gateway_endpoint(self) -> None:
        gateway = CreateGatewayEndpoint("vpce-new-s3", VPC, "s3", ("rtb-1",), "pl-1", "[]")
        more = ModifyEndpoint("vpce-new-s3", route_tables=("rtb-2",), prefix_list="pl-1", policy="{}")
        (found,) = sort_changes({gateway: (), more: ()})
        assert found == CreateGatewayEndpoint("vpce-new-s3", VPC, "s3", ("rtb-1", "rtb-2"), "pl-1", "{}")

    def test_proposed_statements_for_different_resources_stay_separate(self) -> None:
        rows = [
            ProposeStatement("role", json.dumps({"Effect": "Allow", "Action": "a", "Resource": name}), "")
            for name in ("x", "y")
        ]
        assert list(sort_changes(dict.fromkeys(rows, ()))) == rows


class TestEndpointSecurityGroups:
    @pytest.mark.parametrize("group", ["sg-default", "sg-task", "sg-gone"])
    def test_default_task_and_missing_groups_are_not_endpoint_only(self, group: str) -> None:
        world = isolated().world()
        assert not is_only_for_endpoints(world, group, Scope(launches(world)))
        assert is_only_for_endpoints(world, "sg-open", Scope(launches(world)))

    def test_group_of_service_out_of_scope_is_not_endpoint_only(self) -> None:
        network = isolated()
        network.service("other", groups=["sg-open"])
        world = network.world()
        assert not is_only_for_endpoints(world, "sg-open", Scope(launches(world)[:1]))

    def test_new_endpoint_group_is_created_if_interfaces_are_unread(self) -> None:
        network = served("sg-end")
        network.group("sg-end", inbound=[], outbound=[ALL])
        network.forget("NetworkInterfaces")
        found = planned(network)
        assert of_kind(found, CreateSecurityGroup) == [endpoint_group_for(VPC)]

    def test_task_group_is_none_if_subnet_or_groups_are_unknown(self) -> None:
        world = isolated().world()
        (launch,) = launches(world)
        assert choose_task_group(world, launch, "subnet-a") == "sg-task"
        assert choose_task_group(world, launch, "subnet-gone") is None
        assert choose_task_group(world, replace(launch, groups=UNSET), "subnet-a") is None

    def test_ingress_falls_back_to_subnet_cidr_if_task_group_is_missing(self) -> None:
        network = isolated()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = ["sg-gone"]
        found = planned(network, ingress="from-tasks")
        assert rules(found) <= {("sg-new-endpoints-vpc-1", "tcp", 443, "10.0.1.0/24")}
        assert not found.proven


class TestExistingEndpoints:
    def test_role_denial_adds_no_endpoint_if_the_route_is_unknown(self) -> None:
        """The role is refused, and where the packets go is not known: that is no reason for an endpoint."""
        network = Resources()
        network.role(EXECUTION, managed=[MANAGED])
        network.rows["VpcEndpoints"].remove(network.row("VpcEndpoints", "vpce-5e"))
        network.route(NatGatewayId="nat-unseen")
        found = planned(network)
        assert kinds(found) == ["ProposeStatement"]
        assert not found.proven

    def test_private_dns_only_for_inbound_resolvers_yields_only_advice(self) -> None:
        network = served()
        options = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
        network.row("VpcEndpoints", "vpce-10")["DnsOptions"] = options
        found = planned(network)
        assert set(kinds(found)) == {"Advise"}
        assert not found.proven

    def test_pending_gateway_endpoint_yields_advice_to_wait(self) -> None:
        network = served()
        network.row("VpcEndpoints", "vpce-93")["State"] = "pendingAcceptance"
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        found = planned(network)
        assert only(found, Advise).message.startswith("vpce-93 waits until the owner of com.amazonaws.eu-west-1.s3")

    def test_amazon_dns_server_of_a_peer_vpc_yields_advice_about_dhcp_options(self) -> None:
        found = planned(CASES["dhcp_with_the_amazon_dns_server_of_a_peer_vpc"].make())
        assert "Name AmazonProvidedDNS in the DHCP options" in only(found, Advise).message

    def test_failed_gateway_endpoint_is_replaced(self) -> None:
        network = served()
        network.row("VpcEndpoints", "vpce-93")["State"] = "failed"
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        found = planned(network)
        assert kinds(found) == ["DeleteEndpoint", "CreateGatewayEndpoint"]
        assert found.proven

    def test_gateway_endpoint_is_not_created_if_route_tables_are_unread(self) -> None:
        network = isolated()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        network.forget("RouteTables")
        assert of_kind(planned(network), CreateGatewayEndpoint) == []

    def test_endpoint_without_service_name_leaves_the_plan_unproven(self) -> None:
        network = isolated()
        network.endpoint("vpce-x", "logs", PrivateDnsEnabled=False).pop("ServiceName")
        assert not planned(network).proven

    def test_unknown_log_region_leaves_the_plan_unproven(self) -> None:
        network = isolated()
        log = network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"]["options"]
        log["awslogs-region"] = "mars-north-1"
        assert not planned(network).proven


class TestProposals:
    def test_mirror_proposal_names_the_valid_image(self) -> None:
        call = Call("manifest", "quay.io", subjects=("not an image:::", "quay.io/org/app:2"))
        assert manual_steps.external_host_step_for(call) == MirrorImage(
            "quay.io/org/app:2", "org/app", getattr(manual_steps.external_host_step_for(call), "message", "")
        )

    def test_advice_for_first_pull_is_to_fill_the_cache(self) -> None:
        image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/quay/app:1"
        advice = manual_steps.external_host_step_for(Call("manifest", None, place="internet", subjects=(image,)))
        assert isinstance(advice, Advise)
        assert advice.resource == image
        assert advice.message.startswith(f"the pull-through cache lacks {image}, and its first pull needs a way")
        layers = manual_steps.external_host_step_for(Call("layers", "mcr.microsoft.com", subjects=(image,)))
        assert isinstance(layers, MirrorImage)

    def test_advice_for_call_without_host_suggests_a_nat_gateway(self) -> None:
        assert manual_steps.external_host_step_for(Call("logs", None)).message == (  # type: ignore[union-attr]
            "no endpoint leads to the host: it needs a way to the internet, such as a NAT gateway"
        )

    def test_advice_for_another_region_names_the_service_host(self) -> None:
        network = isolated()
        found = planned(network, also=(ServiceRef("sqs", "us-east-1"),))
        advice = [row for row in of_kind(found, Advise) if "us-east-1" in row.message]
        assert [row.resource for row in advice] == ["sqs.us-east-1.amazonaws.com"]


class TestReasons:
    def test_rule_for_new_endpoints_lists_the_tasks_as_its_reason(self) -> None:
        found = planned(isolated())
        (row,) = [row for row in found.changes if isinstance(row.change, AuthorizeRule)]
        assert row.why[0].message == "lets calls in to the new endpoints"
        assert row.why[0].services == ("web",)

    def test_rule_revocation_is_disruptive(self) -> None:
        revoke = RevokeRule("sg-1", "in", Rule("tcp", 443, EVERYWHERE))
        assert disposition_of(Network().world(), revoke, (), ())[0] == "disruptive"


def test_key_policy_that_shuts_fargate_out_gets_a_statement_for_it() -> None:
    need = Interface(groups=("sg-task",))
    failing = Failing(Kind(launches(isolated().world())[0], ("web",)), need, "subnet-a", Outcome(BLOCKED, ()))
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    piece = Piece("STORAGE_KEY_DENIES_FARGATE", key, "", "no", asked=("kms:CreateGrant", key))
    change = manual_steps.access_fix_for(failing, piece, "policy")
    assert isinstance(change, ProposeStatement)
    assert json.loads(change.statement)["Principal"] == {"Service": "fargate.amazonaws.com"}
