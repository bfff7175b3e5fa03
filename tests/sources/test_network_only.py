"""The network alone: nothing beyond it is asked for, or read of what was saved."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skerry import app
from skerry.aws.api_table import CALLS
from skerry.aws.resource_calls import RESOURCE_CALLS
from skerry.errors import InputError
from skerry.model.world import World
from skerry.sources.documents import load
from skerry.sources.live import AccountReading, ReadScope
from skerry.sources.network_only import BEYOND, keep_network_only
from tests.accounts import Account
from tests.lists import complete_kinds
from tests.sources.clusters import TASK, containers, everything, facts, reading, service, task, things

BEYOND_KINDS = {"roles", "managed_policies", "service_revisions"}


@pytest.fixture(scope="module")
def narrow() -> tuple[Account, AccountReading]:
    return reading(ReadScope(network_only=True), **everything())


@pytest.fixture(scope="module")
def whole() -> AccountReading:
    return reading(**everything())[1]


class TestLiveReading:
    def test_network_only_reading_calls_exactly_the_announced_operations(
        self, narrow: tuple[Account, AccountReading]
    ) -> None:
        asked = {request.operation for request in narrow[0].requests}
        assert asked == {call.operation for call in ReadScope(network_only=True).may_call}

    def test_network_only_reading_allows_no_iam_or_resource_calls(self, narrow: tuple[Account, AccountReading]) -> None:
        allowed = {call.action for call in ReadScope(network_only=True).may_call}
        assert allowed == {call.action for call in CALLS} - {call.action for call in RESOURCE_CALLS}
        services = {action.partition(":")[0] for action in allowed}
        assert not services & {"iam", "kms", "logs", "organizations", "s3", "secretsmanager", "ssm"}
        assert narrow[1].rounds == 4

    @pytest.mark.parametrize(
        "scope",
        [
            ReadScope(cluster="one"),
            ReadScope(cluster="one", service="web"),
            ReadScope(task=TASK),
            ReadScope(planning=True),
        ],
    )
    def test_network_only_reading_makes_no_resource_calls_in_any_scope(self, scope: ReadScope) -> None:
        narrowed = msgspec.structs.replace(scope, network_only=True)
        account, _ = reading(narrowed, **containers([service("web")], [task()]) | things())
        assert not {request.operation for request in account.requests} & {call.operation for call in RESOURCE_CALLS}

    def test_network_only_reading_has_the_network_of_a_full_reading(
        self, narrow: tuple[Account, AccountReading], whole: AccountReading
    ) -> None:
        found, before = facts(narrow[1]), facts(whole)
        assert complete_kinds(found) == complete_kinds(before) - BEYOND_KINDS
        assert (found.resource_answers, found.roles, found.refused, found.notes) == ((), (), (), ())
        assert (found.vpcs, found.services, found.task_definitions) == (
            before.vpcs,
            before.services,
            before.task_definitions,
        )

    def test_network_only_reading_writes_no_iam_or_resource_documents(
        self, narrow: tuple[Account, AccountReading]
    ) -> None:
        folders = {name.partition("/")[0] for name in narrow[1].documents}
        assert not folders & {"iam", "kms", "logs", "organizations", "s3", "secretsmanager", "ssm"}

    def test_network_only_reading_describes_mount_targets_of_task_volumes(self) -> None:
        systems = [{"FileSystemId": f"fs-{number}", "NumberOfMountTargets": 1} for number in range(200)]
        account, _ = reading(
            ReadScope(network_only=True), **everything() | {"DescribeFileSystems": {"FileSystems": systems}}
        )
        assert [asked["FileSystemId"] for asked in account.asked("DescribeMountTargets")] == ["fs-1"]


class TestSavedAnswers:
    def test_network_only_filter_of_saved_answers_equals_live_reading(
        self, narrow: tuple[Account, AccountReading], whole: AccountReading
    ) -> None:
        saved = load(keep_network_only(whole.documents), region=whole.region)
        assert saved == facts(narrow[1])

    def test_network_only_filter_applies_to_a_snapshot_file(
        self, narrow: tuple[Account, AccountReading], whole: AccountReading, tmp_path: Path
    ) -> None:
        app.snapshot(app.Gathered(whole.documents, World(facts(whole))), tmp_path / "all.json")
        app.snapshot(app.Gathered(narrow[1].documents, World(facts(narrow[1]))), tmp_path / "narrow.json")
        found = app.read_files(tmp_path / "all.json", network_only=True).world.facts
        wanted = app.read_files(tmp_path / "narrow.json").world.facts
        found, wanted = (msgspec.structs.replace(facts, source="", origins={}) for facts in (found, wanted))
        assert found == wanted
        assert app.read_files(tmp_path / "all.json").world.facts.resource_answers

    def test_saved_answers_are_read_in_full_without_network_only(self, whole: AccountReading) -> None:
        assert facts(whole).resource_answers
        assert facts(whole).roles

    @pytest.mark.parametrize(
        "document",
        [
            {"RoleDetailList": [], "IsTruncated": False},
            {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []},
            {"serviceRevisions": [], "failures": []},
            {"Call": {}, "Response": {"RoleDetailList": []}},
            {"Call": {"operation": "kms:DescribeKey", "parameters": {}}, "Error": {"Code": "X"}},
        ],
    )
    def test_network_only_filter_drops_iam_and_resource_documents(self, document: dict[str, Any]) -> None:
        assert keep_network_only({"a.json": json.dumps(document).encode()}) == {}

    @pytest.mark.parametrize(
        "document",
        [
            {"Call": {"operation": "ec2:DescribeVpcs"}, "Error": {"Code": "X"}},
            {"Vpcs": []},
            {"failures": []},
            {"Call": 5, "Response": {"Vpcs": []}},
            {"Call": {}, "Response": 5},
            {"Calls": 5},
        ],
    )
    def test_network_only_filter_keeps_network_documents_unchanged(self, document: dict[str, Any]) -> None:
        content = json.dumps(document).encode()
        (kept,) = keep_network_only({"a.json": content}).values()
        assert json.loads(kept) == document

    def test_network_only_filter_drops_only_iam_keys_of_a_mixed_object(self) -> None:
        document = {"Vpcs": [], "RoleDetailList": [{"Arn": "a"}], "IsTruncated": False}
        (found,) = keep_network_only({"a.json": json.dumps(document).encode()}).values()
        assert json.loads(found) == {"Vpcs": [], "IsTruncated": False}

    def test_network_only_filter_refuses_a_list_naming_the_file(self) -> None:
        with pytest.raises(InputError, match=r"a\.json"):
            keep_network_only({"a.json": b"[]"})

    def test_network_only_filter_covers_resource_actions_but_no_ec2_actions(self) -> None:
        assert {"organizations:DescribePolicy", "iam:GetAccountAuthorizationDetails", "ecr:BatchGetImage"} <= BEYOND
        assert not {action for action in BEYOND if action.startswith("ec2:")}
