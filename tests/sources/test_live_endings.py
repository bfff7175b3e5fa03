"""Every listing of a live account ends, and says where it ends too early."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.session import Session

from skerry.aws import pagination
from skerry.aws.api_table import CALLS
from skerry.errors import SkerryError
from skerry.model.facts import Facts
from skerry.sources import concurrent_calls
from skerry.sources.documents import load
from skerry.sources.live import ReadScope, read
from skerry.sources.redaction import redact
from tests.accounts import Account, error
from tests.lists import complete_kinds
from tests.sources.clusters import account_of, containers, everything, facts, launching, reading, service, told


def refusals(told: Facts) -> set[tuple[str, str]]:
    return {(refusal.action, refusal.code) for refusal in told.refused}


def vpc(name: str) -> dict[str, Any]:
    return {"VpcId": name, "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}


def vpcs(tokens: Callable[[int], str], rows: int = 1) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answer with a page of VPCs and a token, for ever."""
    count = iter(range(1_000_000))

    def answer(_asked: dict[str, Any]) -> dict[str, Any]:
        number = next(count)
        found = [vpc(f"vpc-{number}-{row}") for row in range(rows)]
        return {"Vpcs": found, "NextToken": tokens(number)}

    return answer


class TestPagination:
    @pytest.mark.parametrize("cycle", [1, 2, 3])
    def test_repeated_page_token_makes_the_list_partial(self, cycle: int) -> None:
        account, found = reading(DescribeVpcs=vpcs(lambda number: str(number % cycle)))
        told = facts(found)
        assert "vpcs" not in complete_kinds(told)
        assert refusals(told) == {("ec2:DescribeVpcs", "PartialAnswer")}
        assert len(account.asked("DescribeVpcs")) == cycle + 1
        assert len(told.vpcs) == cycle + 1

    def test_pagination_stops_at_the_page_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pagination, "MOST_PAGES", 5)
        account, found = reading(DescribeVpcs=vpcs(str))
        assert len(account.asked("DescribeVpcs")) == 5
        assert refusals(facts(found)) == {("ec2:DescribeVpcs", "PartialAnswer")}

    def test_pagination_stops_at_the_row_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pagination, "MOST_ROWS", 10)
        account, found = reading(DescribeVpcs=vpcs(str, rows=4))
        assert len(account.asked("DescribeVpcs")) == 3
        assert refusals(facts(found)) == {("ec2:DescribeVpcs", "PartialAnswer")}

    def test_pagination_continues_after_empty_pages(self) -> None:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            number = int(asked.get("NextToken", 0))
            return {"Vpcs": [], "NextToken": str(number + 1)} if number < 50 else {"Vpcs": [vpc("vpc-1")]}

        told = facts(reading(DescribeVpcs=answer)[1])
        assert ("vpcs" in complete_kinds(told), [row.vpc_id for row in told.vpcs]) == (True, ["vpc-1"])

    def test_pagination_stops_at_the_empty_page_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pagination, "MOST_EMPTY", 7)
        account, found = reading(DescribeVpcs=vpcs(str, rows=0))
        assert len(account.asked("DescribeVpcs")) == 7
        assert "vpcs" not in complete_kinds(facts(found))

    def test_repeated_token_without_botocore_paginator_is_partial(self) -> None:
        """botocore has none for the rules of a bus: https://botocore.amazonaws.com/v1/documentation/api/latest/."""
        answers = everything() | {"ListRuleNamesByTarget": {"RuleNames": ["nightly"], "NextToken": "again"}}
        told = facts(reading(**answers)[1])
        assert ("events:ListRuleNamesByTarget", "PartialAnswer") in refusals(told)
        assert "rule_targets" not in complete_kinds(told)

    def test_truncated_page_without_token_makes_the_list_partial(self) -> None:
        identities = {"RoleDetailList": [], "Policies": [], "IsTruncated": True}
        told = facts(reading(**everything() | {"GetAccountAuthorizationDetails": identities})[1])
        assert ("iam:GetAccountAuthorizationDetails", "PartialAnswer") in refusals(told)
        assert not {"roles", "managed_policies"} & complete_kinds(told)

    def test_partial_service_name_list_describes_the_listed_services(self) -> None:
        answers = containers([service("web")])
        names = answers["ListServices"]
        assert callable(names)

        def again(asked: dict[str, Any]) -> Any:
            page = names({key: value for key, value in asked.items() if key != "nextToken"})
            assert isinstance(page, dict)
            return page | {"nextToken": "again"}

        told = facts(reading(**answers | {"ListServices": again})[1])
        assert [row.service_name for row in told.services] == ["web"]
        assert ("services" in complete_kinds(told), refusals(told)) == (False, {("ecs:ListServices", "PartialAnswer")})

    def test_partial_answer_about_a_resource_is_refused(self) -> None:
        """Part of a key's grants may leave out the one that allows the task to use it."""
        _, found = launching({"image": "web"}, volumes=[VOLUME], DescribeAccessPoints=ENDLESS)
        (answer,) = told(found, "elasticfilesystem:DescribeAccessPoints").values()
        assert answer.code == "PartialAnswer"

    def test_partial_list_stays_incomplete_in_a_snapshot(self) -> None:
        _, found = reading(DescribeVpcs=vpcs(lambda _number: "again"))
        assert "vpcs" not in complete_kinds(load(redact(found.documents)))


VOLUME = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
ENDLESS = {"AccessPoints": [], "NextToken": "again"}


def test_page_tokens_of_all_botocore_paginators_are_covered() -> None:
    """botocore's own check sees only a token that repeats at once, and ends the reading."""
    loader = Session()
    for call in CALLS:
        config = loader.get_paginator_model(call.service)._paginator_config.get(call.operation)  # noqa: SLF001
        tokens = [] if config is None or call.first else config["output_token"]
        names = [tokens] if isinstance(tokens, str) else tokens
        assert set(names) <= set(pagination.TOKENS), call.action


class TestUnknownFailures:
    def test_unknown_failure_of_a_service_makes_services_incomplete(self) -> None:
        failure = {"arn": "…", "reason": "INTERNAL"}
        answers = containers([service("web")]) | {"DescribeServices": {"services": [], "failures": [failure]}}
        told = facts(reading(**answers)[1])
        assert "services" not in complete_kinds(told)
        assert ("ecs:DescribeServices", "PartialAnswer") in refusals(told)


class TestMissingAnswers:
    def test_reading_without_any_answer_raises_the_connection_error(self) -> None:
        account = silent_account()
        with pytest.raises(SkerryError, match="Could not connect") as caught:
            read(account.client)
        assert "connection to the network" in caught.value.remedy or "AWS_ENDPOINT_URL" in caught.value.remedy

    def test_reading_with_a_single_answer_succeeds(self) -> None:
        account = silent_account()
        account.answers["DescribeVpcs"] = {"Vpcs": []}
        told = facts(read(account.client, ReadScope(containers=False)))
        assert "vpcs" in complete_kinds(told)
        assert {code for _, code in refusals(told)} == {"EndpointConnectionError"}

    def test_failed_call_makes_only_its_kind_incomplete(self) -> None:
        for problem in (
            ReadTimeoutError(endpoint_url="https://x"),
            error("InternalError"),
            error("RequestLimitExceeded"),
        ):
            told = facts(reading(DescribeSubnets=problem)[1])
            assert {action for action, _ in refusals(told)} == {"ec2:DescribeSubnets"}
            assert ("subnets" in complete_kinds(told), "vpcs" in complete_kinds(told)) == (False, True)


def silent_account() -> Account:
    """An account that nothing leads to."""
    account = account_of({})
    problem = EndpointConnectionError(endpoint_url="https://x.amazonaws.com")
    account.answers = _Always(problem)
    return account


class _Always(dict[str, Any]):
    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def get(self, key: str, _default: Any = None) -> Any:
        return super().get(key, self._answer)


class TestReading:
    def test_reading_beyond_its_time_limit_raises_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(concurrent_calls, "READING_SECONDS", -1)
        with pytest.raises(SkerryError, match="was not read within"):
            reading()

    def test_reading_continues_after_a_row_without_id(self) -> None:
        told = facts(reading(DescribeVpcs={"Vpcs": [{"CidrBlock": "10.0.0.0/16"}]})[1])
        assert refusals(told) == {("ec2:DescribeVpcs", "DamagedAnswer")}

    def test_partial_answer_error_is_written_with_its_call(self) -> None:
        _, found = reading(DescribeVpcs=vpcs(lambda _number: "again"))
        document = json.loads(found.documents["ec2/describe-vpcs-2.json"])
        assert document["Call"]["operation"] == "ec2:DescribeVpcs"
        assert "token" in document["Error"]["Message"]
