"""``skerry plan``, and the plan in the demo and on packets."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from skerry import app
from skerry.cli.command_group import cli
from skerry.model.world import World
from skerry.render import plan_json
from skerry.sources import documents
from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint, without_account
from tests.networks import Network, as_bytes, container


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Skerry]:
    """Runs skerry in this process, where there is no account."""
    without_account(monkeypatch, tmp_path / "none")
    yield Skerry(monkeypatch, capsys)
    gc.enable()


@pytest.fixture
def network() -> Network:
    """A service in an isolated subnet whose image is in ECR, and no endpoints."""
    network = Network()
    network.definition(container())
    network.service()
    return network


def saved(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_bytes(network.document())
    return path


class TestExitCodes:
    def test_plan_that_is_proven_exits_with_0(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        found = run("plan", "--from", saved(network, tmp_path))
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("ok: 5 changes, after which web can start (proven)\n")

    def test_plan_without_changes_exits_with_0(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api")
        network.endpoint("vpce-2", "ecr.dkr")
        found = run("plan", "--from", saved(network, tmp_path), "-q")
        assert (found.code, found.out) == (0, "ok: web can start, nothing to change\n")

    def test_plan_that_cannot_unblock_exits_with_1(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.rows["taskDefinitions"].clear()
        network.definition(container("nginx:1"))
        found = run("plan", "--from", saved(network, tmp_path), "-q")
        assert found.code == BLOCKED
        assert found.out.startswith("blocked: web still cannot start; 1 manual step")

    def test_plan_with_unknown_facts_exits_with_0_if_allowed(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        network.forget("NetworkAcls")
        path = saved(network, tmp_path)
        assert run("plan", "--from", path).code == UNKNOWN
        assert run("plan", "--from", path, "--allow-unknown").code == 0


class TestOptions:
    def test_plan_json_lists_changes_and_proof(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        found = json.loads(run("plan", "--from", saved(network, tmp_path), "--format", "json").out)
        kinds = [change["kind"] for change in found["changes"]]
        assert kinds.count("create-interface-endpoint") == len({"ecr.api", "ecr.dkr"})
        assert found["proven"] is True

    def test_ingress_article_opens_ports_of_the_article(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        out = run("plan", "--from", saved(network, tmp_path), "--ingress", "article").out
        for rule in ("TCP 443", "TCP 80", "UDP 53"):
            assert f"allow {rule} from 10.0.1.0/24" in out

    def test_also_option_adds_endpoints_for_named_services(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        out = run("plan", "--from", saved(network, tmp_path), "--also", "sqs", "--also", "dynamodb").out
        assert "create interface endpoint com.amazonaws.eu-west-1.sqs" in out
        assert "create gateway endpoint com.amazonaws.eu-west-1.dynamodb" in out

    def test_plan_supports_a_hypothetical_task(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.rows["services"].clear()
        definition = tmp_path / "task.json"
        definition.write_bytes(as_bytes({"family": "new", "containerDefinitions": [container()]}))
        where = ("--task-definition", definition, "--subnet", "subnet-a", "--security-group", "sg-task")
        found = run("plan", "--from", saved(network, tmp_path), *where)
        assert found.out.startswith("ok: 5 changes, after which new can start (proven)\n")

    def test_plan_for_platform_1_3_0_omits_ecr_api_endpoint(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        definition = tmp_path / "task.json"
        definition.write_bytes(as_bytes({"family": "old", "containerDefinitions": [container()]}))
        where = ("--task-definition", definition, "--subnet", "subnet-a", "--platform-version", "1.3.0")
        found = run("plan", "--from", saved(network, tmp_path), *where, "--security-group", "sg-task")
        assert found.code == BLOCKED
        assert "ecr.dkr" in found.out
        assert "ecr.api" not in found.out
        assert "PLATFORM_VERSION_RETIRED" in found.out

    def test_plan_for_a_service_ignores_other_services_of_the_vpc(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        network.service("other", subnets=["subnet-b"])
        found = run("plan", "--from", saved(network, tmp_path), "--service", "web", "-q")
        assert found.out == "ok: 5 changes, after which web can start (proven)\n"


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["--prefer", "nat", "--ingress", "subnets"],
            ["--prefer", "nat", "--least-privilege"],
            ["--ingress", "everybody"],
            ["--platform-version", "1.3.0"],
            ["--task", "1f", "--service", "web"],
            ["--format", "pulumi"],
        ],
        ids=" ".join,
    )
    def test_plan_with_invalid_options_is_refused(self, run: Skerry, arguments: list[str]) -> None:
        assert run("plan", "--from", ".", *arguments).code == USAGE

    @pytest.mark.parametrize(
        "name",
        ["com.amazonaws.us-east-1.rds", "com.amazonaws.eu-west-1.Relational Database", "com.amazonaws.vpce.rds"],
    )
    def test_also_option_with_impossible_service_is_refused(
        self, run: Skerry, network: Network, tmp_path: Path, name: str
    ) -> None:
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert complaint(found) == f"{name} is no endpoint service of eu-west-1"

    @pytest.mark.parametrize(
        ("name", "question"),
        [
            ("bedrok-runtime", "Did you mean bedrock-runtime"),
            ("sqss", "Did you mean sqs"),
            ("acme", "Did you mean acme-store?"),
            ("Relational Database", "Otherwise give the full name, such as com.amazonaws.eu-west-1.NAME."),
        ],
    )
    def test_also_option_with_unlisted_short_name_is_refused(
        self, run: Skerry, network: Network, tmp_path: Path, name: str, question: str
    ) -> None:
        network.add("ServiceDetails", ServiceName="com.amazonaws.eu-west-1.acme-store")
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert complaint(found) == f"{name} is on no list of endpoint services"
        assert question in found.err

    @pytest.mark.parametrize("name", ["acme-store", "com.amazonaws.eu-west-1.acme-store"])
    def test_also_option_takes_services_that_only_a_saved_answer_lists(
        self, run: Skerry, network: Network, tmp_path: Path, name: str
    ) -> None:
        network.add(
            "ServiceDetails",
            ServiceName="com.amazonaws.eu-west-1.acme-store",
            AvailabilityZones=["eu-west-1a", "eu-west-1b"],
            PrivateDnsNames=[{"PrivateDnsName": "acme-store.eu-west-1.amazonaws.com"}],
        )
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert "create interface endpoint com.amazonaws.eu-west-1.acme-store in vpc-1" in found.out

    def test_also_option_with_a_service_without_private_name_is_refused(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        network.add("ServiceDetails", ServiceName="com.amazonaws.eu-west-1.acme-store")
        found = run("plan", "--from", saved(network, tmp_path), "--also", "acme-store")
        assert complaint(found) == "com.amazonaws.eu-west-1.acme-store has no private name"

    def test_also_option_takes_an_unlisted_service_by_its_full_name(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        found = run("plan", "--from", saved(network, tmp_path), "--also", "com.amazonaws.eu-west-1.bedrok-runtime")
        assert found.code == 0
        assert "service-not-verified" in found.out

    @pytest.mark.parametrize("name", ["com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b", "aws.api.eu-west-1.qbusiness"])
    def test_also_option_takes_a_service_under_another_prefix_with_its_private_name(
        self, run: Skerry, network: Network, tmp_path: Path, name: str
    ) -> None:
        private_names = [{"PrivateDnsName": "*.acme.example"}, {"PrivateDnsName": "api.acme.example"}]
        zones = ["eu-west-1a", "eu-west-1b"]
        network.add("ServiceDetails", ServiceName=name, PrivateDnsNames=private_names, AvailabilityZones=zones)
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert found.code == 0
        assert f"create interface endpoint {name} in vpc-1" in found.out
        assert "service-not-verified" not in found.out

    def test_also_option_asks_for_the_private_name_of_a_service_under_another_prefix(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b"
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert complaint(found) == f"the private name of {name} is not known"

    @pytest.mark.parametrize("name", ["bedrock-runtime", "com.amazonaws.eu-west-1.bedrock-runtime"])
    def test_also_option_takes_services_outside_the_catalogue(
        self, run: Skerry, network: Network, tmp_path: Path, name: str
    ) -> None:
        found = run("plan", "--from", saved(network, tmp_path), "--also", name)
        assert found.code == 0
        assert "create interface endpoint com.amazonaws.eu-west-1.bedrock-runtime in vpc-1" in found.out
        assert "service-not-verified" in found.out

    def test_also_option_uses_the_private_name_that_aws_lists(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        network.add(
            "ServiceDetails",
            ServiceName="com.amazonaws.eu-west-1.sagemaker.api",
            ServiceType=[{"ServiceType": "Interface"}],
            AvailabilityZones=["eu-west-1a", "eu-west-1b"],
            PrivateDnsNames=[{"PrivateDnsName": "api.sagemaker.eu-west-1.amazonaws.com"}],
        )
        found = run("plan", "--from", saved(network, tmp_path), "--also", "sagemaker.api")
        assert found.code == 0
        assert "for runtime of web" in found.out
        assert "service-not-verified" not in found.out

    def test_full_name_of_a_service_in_the_catalogue_is_the_service(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        found = run("plan", "--from", saved(network, tmp_path), "--also", "com.amazonaws.eu-west-1.kinesis-streams")
        assert "create interface endpoint com.amazonaws.eu-west-1.kinesis-streams" in found.out
        assert "service-not-verified" not in found.out

    def test_also_option_without_region_is_refused(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.rows["services"].clear()
        network.rows["PrefixLists"].clear()
        definition = tmp_path / "task.json"
        definition.write_bytes(as_bytes({"family": "new", "containerDefinitions": [container("nginx")]}))
        network.forget("taskDefinitions")
        for row in network.rows["Subnets"]:
            row.pop("AvailabilityZone")
        where = ("--task-definition", definition, "--subnet", "subnet-a", "--also", "sqs")
        found = run("plan", "--from", saved(network, tmp_path), *where)
        assert complaint(found) == "the Region of the network is not known"


def test_demo_plan_lists_the_endpoints_that_the_demo_creates() -> None:
    broken, mended, _ = app.demo()
    planned = json.loads(_as_json(broken))["changes"]
    services = {change["details"]["service"] for change in planned if change["kind"].endswith("endpoint")}
    assert services == {"ecr.api", "ecr.dkr", "secretsmanager", "logs", "s3"}
    assert broken.plan.proven
    assert mended.plan.changes == ()


def _as_json(chapter: app.Chapter) -> str:
    return plan_json.encode_plan(World(documents.load(chapter.documents)), chapter.plan)


@pytest.mark.usefixtures("needs_lab")
def test_planned_network_passes_rehearsal_with_real_packets(network: Network, tmp_path: Path) -> None:
    network.s3_list("52.218.0.0/17")
    arguments = ["rehearse", "--from", str(saved(network, tmp_path)), "--with-plan", "--probe"]
    found = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    assert "On the network after the changes of skerry plan (5, proven)." in click.unstyle(found.output)
