"""Changes of plans that meet others: tables and names of before, answers about deleted resources, several inputs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from skerry.errors import InputError
from skerry.model.missing import Missing
from skerry.model.resource_answers import Absent
from skerry.model.world import World
from skerry.sources.descriptions import Description, InputFile, ReadingOptions, join
from skerry.sources.terraform.reading import read
from tests.networks import ACCOUNT, EVERYWHERE, Network
from tests.sources.overlay.changes import (
    Json,
    changed,
    created,
    deleted,
    kept,
    notes_of,
    put,
    routes_of,
    served_network,
    world_after,
)
from tests.sources.terraform.plans import REGION, plan_of


@pytest.fixture
def network() -> Network:
    return served_network()


class TestTables:
    def test_new_main_table_replaces_that_of_before(self) -> None:
        """Whichever of the two comes last in the answer."""
        main = {"id": "rtbassoc-x", "vpc_id": "vpc-1"}
        for table in ("rtb-0", "rtb-z"):
            other = Network()
            other.table(table)
            other.rows["RouteTables"].sort(key=lambda row: str(row["RouteTableId"]))
            after = world_after(other, created("aws_main_route_table_association.x", **main, route_table_id=table))
            assert getattr(after.route_table_of(after.subnets["subnet-a"]), "route_table_id", None) == table

    def test_second_table_of_a_subnet_leaves_its_table_open(self, network: Network) -> None:
        network.table("rtb-own", subnets=["subnet-a"])
        association = created("aws_route_table_association.x", subnet_id="subnet-a", route_table_id="rtb-main")
        world = world_after(network, association)
        assert isinstance(world.route_table_of(world.subnets["subnet-a"]), Missing)
        assert notes_of(network, association) == [
            "the plan associates subnet-a with a second route table, which AWS refuses"
        ]


def test_deleted_group_of_a_service_of_others_is_told(network: Network) -> None:
    group = {"id": "sg-task", "name": "task", "vpc_id": "vpc-1", "ingress": [], "egress": []}
    assert notes_of(network, deleted("aws_security_group.task", **group)) == [
        "the plan deletes aws_security_group.task (sg-task), and web still names it: no task starts with it"
    ]
    other = {**group, "id": "sg-open", "name": "open"}
    assert notes_of(network, deleted("aws_security_group.open", **other)) == []


def test_action_on_a_policy_concerns_the_role(network: Network) -> None:
    """A policy names its role, and a blocker the ARN of it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/web"
    network.add("RoleDetailList", RoleName="web", Arn=role, RolePolicyList=[], AttachedManagedPolicies=[])
    policy = {"id": "web:pull", "name": "pull", "role": "web", "policy": "{}"}
    [action] = put(network, deleted("aws_iam_role_policy.pull", **policy)).actions
    assert role in action.ids
    group = {"id": "web", "name": "web", "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:web"}
    [action] = put(network, deleted("aws_cloudwatch_log_group.web", **group)).actions
    assert role not in action.ids


@pytest.mark.parametrize(
    ("made_at", "is_there"),
    [("2026-01-01T00:00:00Z", False), ("2026-03-01T00:00:00Z", True), (None, True), ("yesterday", True)],
)
def test_resource_that_a_newer_reading_lacks_is_gone(network: Network, made_at: str | None, *, is_there: bool) -> None:
    read_at = datetime(2026, 2, 1, tzinfo=UTC)
    existing = msgspec.structs.replace(network.world().facts, read_at=read_at)
    subnet = kept("aws_subnet.x", id="subnet-x", vpc_id="vpc-1", cidr_block="10.0.9.0/24")
    given = InputFile("plan.json", Path("plan.json"), plan_of(subnet, timestamp=made_at))
    described = [one for one in read([given], ReadingOptions(existing=existing)) if isinstance(one, Description)]
    [result] = join(described, existing)
    assert ("subnet-x" in World(result.facts).subnets) is is_there
    words = "in the plan alone, not among what exists: aws_subnet.x (subnet-x)"
    assert result.facts.notes == (
        words if is_there else "the plan expects aws_subnet.x (subnet-x), which was deleted since",
    )


def test_new_vpc_has_the_dhcp_options_of_aws_whatever_a_newer_reading_lacks(network: Network) -> None:
    existing = msgspec.structs.replace(network.world().facts, read_at=datetime(2026, 2, 1, tzinfo=UTC))
    vpc = created("aws_vpc.new", cidr_block="10.9.0.0/16")
    given = InputFile("plan.json", Path("plan.json"), plan_of(vpc, timestamp="2026-01-01T00:00:00Z"))
    described = [one for one in read([given], ReadingOptions(existing=existing)) if isinstance(one, Description)]
    [result] = join(described, existing)
    [new] = [row for row in result.facts.vpcs if row.vpc_id != "vpc-1"]
    assert new.dhcp_options_id in {row.dhcp_options_id for row in result.facts.dhcp_options}


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_accounts_and_regions_of_a_plan_have_their_own_resources_before_it(network: Network, region: str) -> None:
    """Nothing of one of them is taken for deleted in the other one."""
    role = {"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::000011112222:role/deploy"}}]}
    providers = {
        "aws": {"name": "aws", "expressions": {"region": {"constant_value": REGION}}},
        "aws.far": {"name": "aws", "alias": "far", "expressions": {"region": {"constant_value": region}, **role}},
    }
    keys = {"aws_vpc.main": "aws", "aws_subnet.b": "aws", "aws_vpc.far": "aws.far", "aws_subnet.far": "aws.far"}
    resources = [{"address": address, "provider_config_key": key} for address, key in keys.items()]
    rows = (
        kept("aws_vpc.main", id="vpc-1", cidr_block="10.0.0.0/16"),
        kept("aws_subnet.b", id="subnet-b", vpc_id="vpc-1", cidr_block="10.0.2.0/24"),
        kept("aws_vpc.far", id="vpc-9", cidr_block="10.9.0.0/16"),
        deleted("aws_subnet.far", id="subnet-9", vpc_id="vpc-9", cidr_block="10.9.0.0/24"),
    )
    existing = msgspec.structs.replace(network.world().facts, account=ACCOUNT)
    content = plan_of(*rows, configuration={"root_module": {"resources": resources}, "provider_config": providers})
    options = ReadingOptions(account=ACCOUNT, existing=existing)
    given = InputFile("plan.json", Path("plan.json"), content)
    described = [one for one in read([given], options) if isinstance(one, Description)]
    first, second = sorted(join(described, existing), key=lambda one: one.existing is None)
    assert (len(described), second.existing) == (2, None)
    assert first.facts.subnets == existing.subnets
    assert not any("deletes" in note or "changes" in note for note in first.facts.notes)


class TestDeletedAnswers:
    """Resources of tasks that AWS answers about one by one."""

    ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:token-AbCdEf"

    def test_deleted_secret_does_not_exist(self, network: Network) -> None:
        network.call("secretsmanager:DescribeSecret", {"SecretId": self.ARN}, {"ARN": self.ARN})
        secret = {"id": self.ARN, "arn": self.ARN, "name": "token"}
        [answer] = world_after(network, deleted("aws_secretsmanager_secret.x", **secret)).facts.resource_answers
        assert answer.answer == Absent("ResourceNotFoundException")
        [answer] = world_after(network, kept("aws_secretsmanager_secret.x", **secret)).facts.resource_answers
        assert not isinstance(answer.answer, Absent)

    def test_deleted_repository_does_not_exist(self, network: Network) -> None:
        call = {"registryId": ACCOUNT, "repositoryName": "web", "imageIds": [{"imageTag": "1"}]}
        network.call(
            "ecr:BatchGetImage",
            call,
            {"images": [], "failures": [{"imageId": {"imageTag": "1"}, "failureCode": "ImageNotFound"}]},
        )
        arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web"
        repository = {"id": "web", "name": "web", "arn": arn}
        answers = world_after(network, deleted("aws_ecr_repository.web", **repository)).facts.resource_answers
        assert {str(getattr(one.answer, "code", "")) for one in answers} == {"RepositoryNotFoundException"}
        other = deleted("aws_ecr_repository.other", id="other", name="other", arn=arn.replace("web", "other"))
        answers = world_after(network, other).facts.resource_answers
        assert not any(isinstance(one.answer, Absent) for one in answers)


class TestSeveralInputs:
    """A state or another plan that describes a resource which a plan deletes is older than that plan."""

    ENDPOINT: ClassVar[Json] = {"id": "vpce-1", "vpc_id": "vpc-1", "service_name": f"com.amazonaws.{REGION}.ecr.api"}

    def described(self, options: ReadingOptions, **plans: Json) -> list[Description]:
        inputs = [InputFile(name, Path(name), plan_of(change)) for name, change in plans.items()]
        return [one for one in read(inputs, options) if isinstance(one, Description)]

    @pytest.mark.parametrize("is_put", [True, False])
    def test_deleted_resource_of_another_input_is_refused(self, network: Network, *, is_put: bool) -> None:
        existing = network.world().facts if is_put else None
        options = ReadingOptions(region=REGION, account=ACCOUNT, existing=existing)
        rows = {
            "new": deleted("aws_vpc_endpoint.a", **self.ENDPOINT),
            "old": kept("aws_vpc_endpoint.a", **self.ENDPOINT),
        }
        with pytest.raises(InputError, match=r"new deletes aws_vpc_endpoint\.a, and old describes it"):
            join(self.described(options, **rows), existing)

    def test_resource_that_two_plans_change_is_refused(self, network: Network) -> None:
        existing = network.world().facts
        options = ReadingOptions(region=REGION, account=ACCOUNT, existing=existing)
        rows = {name: changed("aws_vpc_endpoint.a", self.ENDPOINT, policy=name) for name in ("a", "b")}
        with pytest.raises(InputError, match=r"a and b both change aws_vpc_endpoint\.a"):
            join(self.described(options, **rows), existing)

    def test_two_plans_change_parts_of_one_resource(self, network: Network) -> None:
        existing = network.world().facts
        options = ReadingOptions(region=REGION, account=ACCOUNT, existing=existing)
        more = {"id": None, "route_table_id": "rtb-main", "nat_gateway_id": "nat-1"}
        rows = {
            f"plan{number}": created(f"aws_route.r{number}", **more, destination_cidr_block=f"192.0.{number}.0/24")
            for number in (2, 3)
        }
        [result] = join(self.described(options, **rows), existing)
        assert {"192.0.2.0/24", "192.0.3.0/24", EVERYWHERE} <= routes_of(World(result.facts)).keys()

    def test_deleted_resource_that_another_input_only_names_is_deleted(self, network: Network) -> None:
        existing = network.world().facts
        options = ReadingOptions(region=REGION, account=ACCOUNT, existing=existing)
        policy = created("aws_vpc_endpoint_policy.a", vpc_endpoint_id="vpce-1", policy="{}")
        rows = self.described(options, new=deleted("aws_vpc_endpoint.a", **self.ENDPOINT), other=policy)
        [result] = join(rows, existing)
        assert "vpce-1" not in World(result.facts).vpc_endpoints
