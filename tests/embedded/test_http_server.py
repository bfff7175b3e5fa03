"""The embedded AWS over HTTP, and the faults that can be switched on."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import InjectedFault
from skerry.embedded.http_server import serve_over_http
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import SkerryError


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def url(faults: Faults) -> Iterator[str]:
    with serve_over_http("eu-central-1", faults) as address:
        yield address


@pytest.fixture
def aws(url: str, faults: Faults) -> Iterator[ClientFactory]:
    assert url
    yield make_clients()
    faults.clear()


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def refusal(url: str, **headers: str) -> str:
    """What the server says where it has nothing at an address."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the address is the server's own
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310
    with caught.value as answer:
        assert answer.code == 404
        return str(answer.read().decode())


class TestHttpServer:
    def test_server_has_zones_of_its_configured_region(self, aws: ClientFactory) -> None:
        zones = aws("ec2").describe_availability_zones()["AvailabilityZones"]
        assert {zone["RegionName"] for zone in zones} == {"eu-central-1"}

    def test_server_answers_for_the_region_of_the_signature(self, aws: ClientFactory) -> None:
        assert aws("ec2").meta.region_name == "eu-central-1"
        zones = make_clients("us-west-2")("ec2").describe_availability_zones()["AvailabilityZones"]
        assert {zone["RegionName"] for zone in zones} == {"us-west-2"}

    def test_server_gives_a_new_vpc_its_dhcp_options(self, aws: ClientFactory) -> None:
        vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
        assert vpc["DhcpOptionsId"].startswith("dopt-")

    @pytest.mark.parametrize(
        ("service", "call", "key"),
        [
            ("route53", "list_hosted_zones", "HostedZones"),
            ("iam", "list_users", "Users"),
            ("efs", "describe_file_systems", "FileSystems"),
            ("scheduler", "list_schedules", "Schedules"),
            ("events", "list_rules", "Rules"),
            ("ecs", "list_clusters", "clusterArns"),
            ("route53resolver", "list_resolver_rules", "ResolverRules"),
        ],
    )
    def test_server_selects_the_service_by_the_signature(
        self, aws: ClientFactory, service: str, call: str, key: str
    ) -> None:
        assert getattr(aws(service), call)()[key] == []

    def test_server_answers_other_processes(self, url: str, aws: ClientFactory) -> None:
        aws("ecs").create_cluster(clusterName="seen")
        code = "import boto3; print(boto3.client('ecs').list_clusters()['clusterArns'])"
        keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "eu-central-1"}
        environment = os.environ | keys | {"AWS_ENDPOINT_URL": url}
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
        assert "cluster/seen" in done.stdout

    def test_server_refuses_an_unsigned_request(self, url: str) -> None:
        assert "signature" in refusal(url)

    def test_server_refuses_an_unknown_service(self, url: str) -> None:
        signed = "AWS4-HMAC-SHA256 Credential=any/20261123/eu-central-1/nonsense/aws4_request"
        assert "Not yet implemented" in refusal(url, Authorization=signed)

    def test_server_returns_not_implemented_for_moto_gaps(self, aws: ClientFactory) -> None:
        asked = [{"Name": "nonsense", "Values": ["x"]}]
        assert code_of(lambda: aws("ec2").describe_vpcs(Filters=asked)) == "NotImplemented"
        assert code_of(aws("efs").describe_account_preferences) == "NotImplemented"
        asked_of_iam = {"PolicyInputList": ["{}"]}
        assert code_of(lambda: aws("iam").get_context_keys_for_custom_policy(**asked_of_iam)) == "NotImplemented"


class TestExclusiveUse:
    def test_second_embedded_aws_in_a_process_raises(self, url: str) -> None:
        assert url
        with pytest.raises(RuntimeError, match="runs in this process already"), serve_over_http():
            pass
        with pytest.raises(RuntimeError, match="runs in this process already"), run_embedded_aws():
            pass


class TestFaults:
    @pytest.mark.parametrize(
        ("service", "call", "action", "code"),
        [
            ("ec2", "describe_vpcs", "ec2:DescribeVpcs", "UnauthorizedOperation"),
            ("ecs", "list_clusters", "ecs:ListClusters", "AccessDeniedException"),
            ("route53", "list_hosted_zones", "route53:ListHostedZones", "AccessDenied"),
            ("efs", "describe_file_systems", "elasticfilesystem:DescribeFileSystems", "AccessDeniedException"),
            ("scheduler", "list_schedules", "scheduler:ListSchedules", "AccessDeniedException"),
        ],
    )
    def test_denied_action_returns_the_error_code_of_its_service(
        self, aws: ClientFactory, faults: Faults, service: str, call: str, action: str, code: str
    ) -> None:
        faults.denied = {action}
        assert code_of(getattr(aws(service), call)) == code
        faults.clear()
        assert getattr(aws(service), call)()

    def test_error_fault_returns_its_code(self, aws: ClientFactory, faults: Faults) -> None:
        faults.errors = {"ec2:DescribeVpcs": "ExpiredToken"}
        assert code_of(aws("ec2").describe_vpcs) == "ExpiredToken"

    def test_throttle_fault_makes_boto3_retry(self, aws: ClientFactory, faults: Faults) -> None:
        faults.throttle = 2
        for _ in range(3):
            assert aws("ec2").describe_vpcs()["Vpcs"]
        assert faults.seen == ["ec2:DescribeVpcs"] * 5

    def test_latency_fault_delays_calls(self, aws: ClientFactory, faults: Faults) -> None:
        faults.latency = 0.2
        begun = time.monotonic()
        aws("ec2").describe_vpcs()
        assert time.monotonic() - begun >= 0.2


class TestLostConnections:
    def test_server_closes_the_connection_after_the_call_took_effect(self, aws: ClientFactory, faults: Faults) -> None:
        faults.rules = (InjectedFault("drop-after", "ecs:CreateCluster", times=1),)
        # boto3 tries again, and ECS returns the cluster that exists.
        assert aws("ecs").create_cluster(clusterName="kept")["cluster"]["clusterName"] == "kept"
        assert faults.seen == ["ecs:CreateCluster"] * 2

    def test_server_closes_the_connection_before_the_call_takes_effect(
        self, aws: ClientFactory, faults: Faults
    ) -> None:
        faults.rules = (InjectedFault("drop-before", "ecs:CreateCluster"),)
        with pytest.raises(ConnectionClosedError):
            aws("ecs").create_cluster(clusterName="lost")
        assert not any(arn.endswith("/lost") for arn in aws("ecs").list_clusters()["clusterArns"])


class TestControl:
    def ask(self, url: str, method: str, name: str, content: object = None) -> tuple[int, Any]:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{url}/_skerry/{name}", body, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def test_control_address_sets_and_shows_faults(self, url: str, aws: ClientFactory) -> None:
        status, rules = self.ask(url, "PUT", "faults", [{"kind": "deny", "action": "ec2:DescribeVpcs"}])
        assert (status, rules[0]["kind"]) == (200, "deny")
        assert self.ask(url, "GET", "faults") == (200, rules)
        assert code_of(aws("ec2").describe_vpcs) == "UnauthorizedOperation"
        assert self.ask(url, "PUT", "faults", []) == (200, [])
        assert aws("ec2").describe_vpcs()["Vpcs"]

    def test_control_address_shows_and_forgets_calls(self, url: str, aws: ClientFactory) -> None:
        aws("ec2").describe_vpcs()
        assert self.ask(url, "GET", "calls") == (200, ["ec2:DescribeVpcs"])
        assert self.ask(url, "DELETE", "calls") == (200, [])
        assert self.ask(url, "GET", "calls") == (200, [])

    def test_control_address_sets_settings(self, url: str) -> None:
        status, settings = self.ask(url, "PUT", "settings", {"pending_calls": 2})
        assert (status, settings["pending_calls"], settings["deleting_calls"]) == (200, 2, 0)
        assert self.ask(url, "PUT", "settings", {})[1]["pending_calls"] == 0

    @pytest.mark.parametrize(
        ("method", "name", "content", "status"),
        [
            ("PUT", "faults", [{"kind": "burn"}], 400),
            ("PUT", "settings", {"pending_calls": -1}, 400),
            ("PUT", "settings", [], 400),
            ("POST", "faults", [], 405),
            ("GET", "secrets", None, 404),
        ],
    )
    def test_invalid_control_request_is_refused(
        self, url: str, method: str, name: str, content: object, status: int
    ) -> None:
        assert self.ask(url, method, name, content)[0] == status


class TestPageFault:
    def test_page_fault_splits_ec2_results(self, aws: ClientFactory, faults: Faults) -> None:
        whole = [row["SubnetId"] for row in aws("ec2").describe_subnets()["Subnets"]]
        faults.page = 2
        pages = list(aws("ec2").get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 100}))
        assert [len(page["Subnets"]) for page in pages] == [2, 1]
        assert [row["SubnetId"] for page in pages for row in page["Subnets"]] == whole
        assert ["NextToken" in page for page in pages] == [True, False]

    def test_page_fault_returns_no_more_than_max_results(self, aws: ClientFactory, faults: Faults) -> None:
        faults.page = 100
        page = aws("ec2").describe_security_groups(MaxResults=5)
        assert len(page["SecurityGroups"]) <= 5

    def test_page_fault_ignores_ec2_calls_without_max_results(self, aws: ClientFactory, faults: Faults) -> None:
        faults.page = 2
        assert len(aws("ec2").describe_subnets()["Subnets"]) == 3

    def test_page_fault_splits_ecs_results(self, aws: ClientFactory, faults: Faults) -> None:
        for number in range(5):
            aws("ecs").create_cluster(clusterName=f"paged-{number}")
        whole = aws("ecs").list_clusters()["clusterArns"]
        faults.page = 2
        pages = list(aws("ecs").get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 100}))
        assert [arn for page in pages for arn in page["clusterArns"]] == whole
        assert {len(page["clusterArns"]) for page in pages[:-1]} == {2}

    def test_page_fault_keeps_error_answers(self, aws: ClientFactory, faults: Faults) -> None:
        faults.page = 2
        assert code_of(lambda: aws("ecs").list_services(cluster="none", maxResults=5)) == "ClusterNotFoundException"


class TestServing:
    def test_serving_restores_aws_endpoint_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        code = (
            "import os\n"
            "from skerry.embedded.http_server import serve_over_http\n"
            "os.environ['AWS_ENDPOINT_URL'] = 'http://of-the-user'\n"
            "with serve_over_http() as url:\n"
            "    assert os.environ['AWS_ENDPOINT_URL'] == url\n"
            "assert os.environ['AWS_ENDPOINT_URL'] == 'http://of-the-user'\n"
            "with serve_over_http(): pass\n"
        )
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_serving_uses_the_chosen_port_and_reports_a_taken_port(self) -> None:
        code = (
            "import socket\n"
            "from skerry.embedded.http_server import serve_over_http\n"
            "from skerry.errors import SkerryError\n"
            "with socket.create_server(('127.0.0.1', 0)) as taken:\n"
            "    port = taken.getsockname()[1]\n"
            "    try:\n"
            "        with serve_over_http(port=port): pass\n"
            "    except SkerryError as error:\n"
            "        print(error)\n"
            "with serve_over_http(port=port) as url:\n"
            "    assert url == f'http://127.0.0.1:{port}'\n"
        )
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert done.stdout.startswith("port ")
        assert issubclass(SkerryError, Exception)


@pytest.mark.parametrize(("error", "printed"), [("ConnectionResetError", False), ("ValueError", True)])
def test_server_prints_its_own_errors_but_not_client_disconnects(error: str, printed: bool) -> None:  # noqa: FBT001
    code = (
        "import threading, urllib.request\n"
        "from skerry.embedded import http_server\n"
        "def answer(handler):\n"
        f"    raise {error}('while it answers')\n"
        "http_server._Handler.do_GET = answer\n"
        "with http_server.serve_over_http() as url:\n"
        "    try:\n"
        "        urllib.request.urlopen(url, timeout=10)\n"
        "    except OSError:\n"
        "        pass\n"
        "    while any('process_request_thread' in thread.name for thread in threading.enumerate()):\n"
        "        pass\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ("Traceback" in done.stderr) is printed
