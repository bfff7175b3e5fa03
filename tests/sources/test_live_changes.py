"""What comes between while a live account is read: changes, refusals, interrupts, and that it is large."""

import json
import subprocess
import sys
import time
import tracemalloc
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from skerry.aws.session import make_clients
from skerry.errors import SkerryError
from skerry.model.api_call import LATEST
from skerry.sources.live import read
from tests.accounts import REGION, Account, error, paged
from tests.lists import complete_kinds
from tests.sources.clusters import (
    ARN,
    account_of,
    cluster_of,
    containers,
    definition_of,
    described,
    everything,
    facts,
    reading,
    service,
)


class TestChangesDuringReading:
    def test_service_deleted_during_reading_is_omitted(self) -> None:
        answers = containers([service("web")]) | {"ListServices": {"serviceArns": [f"{ARN}:service/one/gone"]}}
        _, found = reading(**answers)
        document = json.loads(found.documents["ecs/describe-services/one.json"])
        assert document == {"services": [], "failures": []}
        assert found.notes == ("left out: service gone, which no longer exists",)
        assert facts(found).services == ()

    def test_task_definition_deleted_during_reading_is_omitted_with_a_note(self) -> None:
        answers = containers([service("web")]) | {"DescribeTaskDefinition": error("ClientException")}
        found = reading(**answers)[1]
        assert found.notes == ("left out: task definition web:1, which no longer exists",)
        assert (facts(found).refused, facts(found).task_definitions) == ((), ())

    def test_cluster_deleted_during_reading_leaves_other_services(self) -> None:
        def one_is_gone(asked: dict[str, Any]) -> Any:
            gone = asked["cluster"] == cluster_of("one")
            return error("ClusterNotFoundException") if gone else {"serviceArns": [f"{ARN}:service/two/web"]}

        answers = containers([service("web", "two")], clusters=("one", "two")) | {"ListServices": one_is_gone}
        assert [row.service_name for row in facts(reading(**answers)[1]).services] == ["web"]

    def test_endpoint_on_two_pages_is_listed_once_in_its_latest_state(self) -> None:
        def endpoint(state: str) -> dict[str, Any]:
            return {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "State": state}

        pages = paged("VpcEndpoints", [endpoint("pending"), endpoint("available")], 1)
        (row,) = facts(reading(DescribeVpcEndpoints=pages)[1]).vpc_endpoints
        assert row.state == "available"

    def test_service_events_are_limited_to_the_latest(self) -> None:
        events = [{"id": str(number), "message": f"event {number}"} for number in range(100)]
        (row,) = facts(reading(**containers([service("web", events=events)]))[1]).services
        assert [event.message for event in row.events] == [f"event {number}" for number in range(LATEST)]

    def test_live_document_times_are_written_in_utc(self) -> None:
        made = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=2)))
        rows = [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "CreationTimestamp": made}]
        _, found = reading(DescribeVpcEndpoints={"VpcEndpoints": rows})
        assert b'"2026-11-23T10:00:00Z"' in found.documents["ec2/describe-vpc-endpoints.json"]


class TestRefusedCalls:
    def test_refused_call_makes_only_its_kind_incomplete(self) -> None:
        refusal = error("UnauthorizedOperation", message="You are not authorized")
        told = facts(reading(DescribeNatGateways=refusal)[1])
        assert "nat_gateways" not in complete_kinds(told)
        assert {"vpcs", "subnets", "route_tables"} <= complete_kinds(told)
        (found,) = told.refused
        assert (found.action, found.code) == ("ec2:DescribeNatGateways", "UnauthorizedOperation")

    def test_refused_call_is_written_with_action_and_parameters(self) -> None:
        answers = everything() | {"GetManagedPrefixListEntries": error("UnauthorizedOperation", message="no")}
        _, found = reading(**answers)
        assert json.loads(found.documents["ec2/get-managed-prefix-list-entries/pl-1.json"]) == {
            "Call": {"operation": "ec2:GetManagedPrefixListEntries", "parameters": {"PrefixListId": "pl-1"}},
            "Error": {"Code": "UnauthorizedOperation", "Message": "no"},
        }

    def test_refused_service_list_is_not_written_as_an_empty_list(self) -> None:
        _, found = reading(**containers([service("web")]) | {"ListServices": error("AccessDeniedException")})
        assert "ecs/describe-services/one.json" not in found.documents
        assert "ecs/describe-tasks/one.json" in found.documents

    def test_refused_batch_of_services_leaves_the_other_batch(self) -> None:
        """Permissions may be for some of a cluster's services; AWS then refuses those that are asked with them."""
        rows = [service(f"s{number:02}") for number in range(12)]
        describe = described("services", rows)

        def some(asked: dict[str, Any]) -> Any:
            return error("AccessDeniedException") if len(asked["services"]) < 10 else describe(asked)  # type: ignore[operator]

        told = facts(reading(**containers(rows) | {"DescribeServices": some})[1])
        assert len(told.services) == 10
        assert "services" not in complete_kinds(told)

    @pytest.mark.parametrize(
        "operation", ["ListEventBuses", "ListSchedules", "ListProfileAssociations", "ListMountTargets"]
    )
    def test_call_to_aws_service_missing_in_region_is_listed_as_refused(self, operation: str) -> None:
        answers = everything() | {operation: EndpointConnectionError(endpoint_url="https://x.amazonaws.com")}
        (found,) = facts(reading(**answers)[1]).refused
        assert (found.action.partition(":")[2], found.code) == (operation, "EndpointConnectionError")

    def test_aws_service_missing_in_boto3_is_refused_unless_it_is_ecs(self) -> None:
        account = account_of(everything())

        def client(service: str) -> Any:
            if service in {"s3files", "ecs"} & lacking:
                raise SkerryError("Unknown service", "Install a newer boto3.")
            return account.client(service)

        lacking = {"s3files"}
        (found,) = facts(read(client)).refused
        assert (found.action, found.code) == ("s3files:ListMountTargets", "UnknownService")
        lacking = {"ecs"}
        with pytest.raises(SkerryError, match="Unknown service"):
            read(client)

    def test_expired_credentials_end_the_reading(self) -> None:
        with pytest.raises(SkerryError, match="the credentials have expired"):
            reading(DescribeSubnets=error("ExpiredToken"))

    def test_expired_credentials_stop_pagination_of_other_calls(self) -> None:
        turning = Event()

        def endless(asked: dict[str, Any]) -> dict[str, Any]:
            turning.set()
            time.sleep(0.001)
            return {"Vpcs": [], "NextToken": str(int(asked.get("NextToken", 0)) + 1)}

        def expired(_asked: dict[str, Any]) -> Any:
            turning.wait(10)
            return error("ExpiredToken")

        account = Account(DescribeVpcs=endless, DescribeSubnets=expired)
        with pytest.raises(SkerryError, match="expired"):
            read(account.client)
        time.sleep(0.1)  # for the page that was under way
        turned = len(account.asked("DescribeVpcs"))
        time.sleep(0.2)
        assert len(account.asked("DescribeVpcs")) == turned


class TestLargeCluster:
    def test_large_cluster_reading_uses_under_three_times_document_size(self) -> None:
        """5,000 services with the events that ECS prints of each: what is kept is what the documents take."""
        many = [f"{ARN}:service/one/s{number}" for number in range(5000)]
        events = [{"id": str(number), "message": "steady state " * 20} for number in range(100)]

        def describe(asked: dict[str, Any]) -> dict[str, Any]:
            rows = [
                service(name.rpartition("/")[2], taskDefinition=definition_of("web:1")) for name in asked["services"]
            ]
            return {"services": [row | {"events": [dict(event) for event in events]} for row in rows]}

        account, _ = reading(**everything())  # so that the clients and what they remember are not counted
        account.answers |= {"ListServices": paged("serviceArns", many, 100), "DescribeServices": describe}
        tracemalloc.start()
        found = read(account.client)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = sum(map(len, found.documents.values()))
        assert len(facts(found).services) == 5000
        assert peak < 3 * size


class TestInterrupts:
    def test_interrupt_ends_reading_without_waiting_for_open_calls(self) -> None:
        """The calls under way would take another minute: neither they nor the threads are waited for."""
        code = (
            "import os, signal, threading, time\n"
            "from skerry.sources.live import read\n"
            "from tests.accounts import Account\n"
            "def slow(asked):\n"
            "    time.sleep(60)\n"
            "account = Account(DescribeVpcs=slow)\n"
            "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "try:\n"
            "    read(account.client)\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        command = [sys.executable, "-c", code]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr

    def test_interrupt_stops_further_calls(self) -> None:
        def stop(_text: str) -> None:
            raise KeyboardInterrupt

        account = account_of(everything())
        with pytest.raises(KeyboardInterrupt):
            read(account.client, progress=stop)
        assert account.asked("DescribeVpcAttribute") == []


def test_unreachable_endpoint_url_raises_error_with_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("skerry.aws.session.ATTEMPTS", 1)
    with pytest.raises(SkerryError, match=r"127\.0\.0\.1:9") as caught:
        read(make_clients(REGION))
    assert caught.value.remedy == "Check AWS_ENDPOINT_URL, and that something listens there."
