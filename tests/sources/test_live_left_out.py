"""Resources that are deleted while an account is read are left out, and the others stay what they are."""

from typing import Any

import pytest

from skerry import app
from skerry.model.world import World
from skerry.sources.live import read
from tests.accounts import REGION, Answer, error
from tests.lists import complete_kinds, incomplete_kinds
from tests.sources.clusters import ARN, account_of, cluster_of, containers, everything, facts, reading, service, task

GONE = {
    "DescribeVpcAttribute": ("InvalidVpcID.NotFound", "VPC vpc-1", "vpcs"),
    "GetManagedPrefixListEntries": ("InvalidPrefixListID.NotFound", "prefix list pl-1", "prefix_lists"),
    "SearchTransitGatewayRoutes": (
        "InvalidRouteTableID.NotFound",
        "transit gateway route table tgw-rtb-1",
        "transit_gateway_route_tables",
    ),
    "ListResolverEndpointIpAddresses": (
        "ResourceNotFoundException",
        "resolver endpoint rslvr-in-1",
        "resolver_endpoints",
    ),
    "ListProfileResourceAssociations": ("ResourceNotFoundException", "profile rp-1", "profile_associations"),
    "DescribeMountTargets": ("FileSystemNotFound", "file system fs-1", "mount_targets"),
    "ListTargetsByRule": ("ResourceNotFoundException", "rule nightly", "rule_targets"),
    "GetSchedule": ("ResourceNotFoundException", "schedule hourly", "schedules"),
}


@pytest.mark.parametrize("operation", GONE)
def test_deleted_resource_is_noted_and_its_kind_stays_complete(operation: str) -> None:
    code, name, kind = GONE[operation]
    _, found = reading(**everything() | {operation: error(code)})
    told = facts(found)
    assert f"left out: {name}, which no longer exists" in found.notes
    assert told.refused == ()
    assert kind not in incomplete_kinds(told)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("DescribeVpcAttribute", "vpcs"),
        ("SearchTransitGatewayRoutes", "transit_gateway_route_tables"),
        ("ListResolverEndpointIpAddresses", "resolver_endpoints"),
        ("ListProfileResourceAssociations", "profile_associations"),
        ("GetSchedule", "schedules"),
    ],
)
def test_deleted_resource_is_not_listed(operation: str, kind: str) -> None:
    before = getattr(facts(reading(**everything())[1]), kind)
    after = getattr(facts(reading(**everything() | {operation: error(GONE[operation][0])})[1]), kind)
    assert len(after) == len(before) - 1


class TestHostedZones:
    def answers(self, owner: str) -> dict[str, Answer]:
        row = {"HostedZoneId": "Z1", "Name": "internal.example.", "Owner": {"OwningAccount": owner}}
        zones = {"HostedZoneSummaries": [row], "MaxItems": "100"}
        return everything() | {"ListHostedZonesByVPC": zones, "ListResourceRecordSets": error("NoSuchHostedZone")}

    def test_deleted_zone_of_the_account_is_omitted_with_a_note(self) -> None:
        _, found = reading(**self.answers("123456789012"))
        assert "left out: hosted zone Z1, which no longer exists" in found.notes
        assert facts(found).zones == ()

    def test_missing_zone_of_another_account_stays_listed(self) -> None:
        _, found = reading(**self.answers("999988887777"))
        assert found.notes == ()
        assert [zone.zone_id for zone in facts(found).zones] == ["Z1"]
        assert [refusal.code for refusal in facts(found).refused] == ["NoSuchHostedZone"]


class TestEcs:
    @pytest.mark.parametrize(
        ("operation", "row"), [("ListServices", "service/one/gone"), ("ListTasks", "task/one/gone")]
    )
    def test_deleted_service_or_task_is_noted_and_lists_stay_complete(self, operation: str, row: str) -> None:
        key = {"ListServices": "serviceArns", "ListTasks": "taskArns"}[operation]
        _, found = reading(**containers([service("web")]) | {operation: {key: [f"{ARN}:{row}"]}})
        assert found.notes == (f"left out: {row.partition('/')[0]} gone, which no longer exists",)
        assert {"services", "tasks"} <= complete_kinds(facts(found))

    @pytest.mark.parametrize(
        "operation", ["ListServices", "ListTasks", "DescribeServices", "DescribeTasks", "DescribeCapacityProviders"]
    )
    def test_deleted_cluster_is_omitted_with_its_services_and_tasks(self, operation: str) -> None:
        rows = [service("web"), service("api", "two")]
        answers = containers(rows, [task(), task(cluster="two")], ("one", "two"))
        whole = answers.get(operation, {})

        def one_is_gone(asked: dict[str, Any]) -> Any:
            if asked["cluster"] == cluster_of("one"):
                return error("ClusterNotFoundException")
            return whole(asked) if callable(whole) else whole

        _, found = reading(**answers | {operation: one_is_gone})
        told = facts(found)
        assert found.notes == ("left out: cluster one, which no longer exists",)
        assert [row.cluster_name for row in told.clusters] == ["two"]
        assert {row.cluster_arn for row in told.services} == {cluster_of("two")}
        assert [row.task_arn for row in told.tasks] == [task(cluster="two")["taskArn"]]
        assert (told.refused, {"services", "tasks", "clusters"} <= complete_kinds(told)) == ((), True)

    def test_deleted_task_definition_leaves_service_verdicts_unchanged(self) -> None:
        rows = [service("web"), service("api")]
        answers = containers(rows, [task()])
        describe = answers["DescribeTaskDefinition"]
        assert callable(describe)

        def one_is_gone(asked: dict[str, Any]) -> Any:
            return error("ClientException") if asked["taskDefinition"].endswith("web:3") else describe(asked)

        before, after = (facts(reading(**answers | more)[1]) for more in ({}, {"DescribeTaskDefinition": one_is_gone}))
        assert set(before.task_definitions) - set(after.task_definitions)
        assert [str(one.verdict) for one in app.diagnose(World(after)).services] == [
            str(one.verdict) for one in app.diagnose(World(before)).services
        ]

    def test_service_searched_in_all_clusters_is_not_noted_as_deleted(self) -> None:
        from skerry.sources.live import ReadScope  # noqa: PLC0415

        answers = containers([service("web", "two")], clusters=("one", "two"))
        assert reading(ReadScope(service="web"), **answers)[1].notes == ()


def test_deleted_resource_notes_are_included_in_the_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_of(everything() | {"DescribeMountTargets": error("FileSystemNotFound")})
    monkeypatch.setattr("skerry.aws.session.Account.make_clients", lambda _account: account.client)
    from skerry.aws.session import Account  # noqa: PLC0415

    notes = app.read_account(Account(region=REGION)).world.facts.notes
    assert "left out: file system fs-1, which no longer exists" in notes
    assert read(account.client).notes
