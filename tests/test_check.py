"""`skerry check`: the verdict on networks that are not deployed yet, with Terraform's own binary for code."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests import real_provider, terraforming
from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint
from tests.networks import Network, container
from tests.sources.terraform.cases import FIXABLE
from tests.sources.terraform.configurations import initialise, stand_in
from tests.sources.terraform.plans import change, plan_of

EXAMPLE = terraforming.ROOT / "terraform" / "examples" / "first-service"
PLANS = Path(__file__).parent / "sources" / "terraform" / "plans"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_bytes(plan_of(change("aws_ecs_service.web", {"name": "web", "launch_type": "FARGATE"})))
    return path


class TestPlans:
    def test_plan_without_its_values_is_unknown(self, run: Skerry, saved: Path) -> None:
        found = run("check", saved, "--region", "eu-west-1")
        assert found.code == UNKNOWN
        assert found.out.startswith("unknown: web may or may not start")
        assert run("check", saved, "--region", "eu-west-1", "--allow-unknown").code == 0

    def test_plan_without_a_region_asks_for_it(self, run: Skerry, saved: Path) -> None:
        assert complaint(run("check", saved)) == "plan.json names no Region"

    def test_saved_plan_is_refused_with_its_conversion(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.out"
        path.write_bytes(b"PK\x03\x04more")
        found = run("check", path)
        assert complaint(found).endswith("is a saved plan, which only Terraform can read, in its initialised folder")
        assert "terraform show -json plan.out" in found.err

    def test_missing_file_is_reported(self, run: Skerry, tmp_path: Path) -> None:
        assert "none.json cannot be read: " in complaint(run("check", tmp_path / "none.json"))

    def test_address_with_control_characters_is_printed_escaped(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        network = {"subnets": ["subnet-1"], "security_groups": []}
        values = {"name": "web", "launch_type": "FARGATE", "network_configuration": [network]}
        row = {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}
        subnet = change('aws_subnet.a["\x1b]0;title"]', row, actions=("no-op",))
        path.write_bytes(plan_of(subnet, change("aws_ecs_service.web", values)))
        found = run("check", path, "--region", "eu-west-1", "--color", "always")
        assert "aws_subnet.a" in found.out
        assert "\x1b]0" not in found.out + found.err

    def test_resources_have_their_address_as_origin_in_json(self, run: Skerry, saved: Path) -> None:
        found = run("check", saved, "--region", "eu-west-1", "--format", "json", "--allow-unknown")
        assert json.loads(found.out)["networks"][0]["source"] == "plan.json"


@pytest.mark.usefixtures("needs_terraform")
class TestCode:
    @pytest.fixture
    def code(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The example with all that a first service needs, initialised with the stand-in for the provider."""
        inside = tmp_path / "terraform" / "examples" / "first-service"
        shutil.copytree(EXAMPLE.parents[1], tmp_path / "terraform", ignore=shutil.ignore_patterns(".terraform"))
        monkeypatch.setenv("TF_REATTACH_PROVIDERS", terraforming.reattachment())
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        terraforming.get_modules(inside)
        return inside

    def check(self, run: Skerry, code: Path, *more: str) -> tuple[int, str]:
        found = run("check", code, "--region", "eu-west-1", "--allow-network", *more)
        return found.code, found.out + found.err

    def test_first_service_and_its_network_are_definite(self, run: Skerry, code: Path) -> None:
        status, text = self.check(run, code)
        assert (status, text.partition(":")[0]) == (0, "ok on the network; images and DNS rules not examined")
        assert 'aws_subnet.private["a"]  isolated  eu-west-1a' in text

    def test_blocker_names_address_file_and_line(self, run: Skerry, tmp_path: Path) -> None:
        code = tmp_path / "code"
        FIXABLE.copy("private-dns-off", code)
        initialise(code)
        with stand_in():
            status, said = self.check(run, code)
        assert (status, said.partition(":")[0]) == (BLOCKED, "blocked")
        assert re.search(r"aws_vpc_endpoint\.dkr\s+registry_endpoints\.tf:10\b", said)

    def test_code_that_is_not_initialised_is_refused(self, run: Skerry, code: Path) -> None:
        shutil.rmtree(code / ".terraform")
        assert complaint(run("check", code)).endswith("is no initialised configuration of Terraform")


def test_plan_of_the_real_provider_is_definite_with_everything_created_at_once(run: Skerry) -> None:
    found = run("check", PLANS / "two_subnets" / "plan.json", "--format", "json")
    assert found.code == 0
    assert "known only after apply: its initialised code tells them" in found.err
    [network] = json.loads(found.out)["networks"]
    [service] = network["services"]
    assert service["verdict"] == "ok"
    assert {place["zone"] for place in service["placements"]} == {"eu-west-1a", "eu-west-1b"}


class TestInputs:
    """Several inputs are one system; one that cannot be read leaves the others."""

    VPC = change("aws_vpc.main", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, actions=("no-op",))

    def test_unreadable_input_is_named_and_the_others_are_checked(
        self, run: Skerry, saved: Path, tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken.json"
        broken.write_text('{"format_version": "1.2", "resource_changes": [', encoding="utf-8")
        found = run("check", saved, broken, "--region", "eu-west-1")
        assert found.code == USAGE
        assert found.out.startswith("unknown: web may or may not start")
        assert "skerry: broken.json" in found.err
        assert "Traceback" not in found.err

    def test_only_unreadable_inputs_print_nothing_on_stdout(self, run: Skerry, tmp_path: Path) -> None:
        found = run("check", tmp_path / "a", tmp_path / "b")
        assert (found.code, found.out) == (USAGE, "")
        assert found.err.count("cannot be read") == 2

    def test_name_of_an_input_is_shown(self, run: Skerry, saved: Path) -> None:
        found = run("check", f"network={saved}", "--region", "eu-west-1", "--format", "json")
        [one] = json.loads(found.out)["inputs"]
        assert one == {"name": "network", "level": "plan", "error": None}

    def test_path_with_an_equals_sign_is_a_path(self, run: Skerry, saved: Path) -> None:
        path = saved.rename(saved.with_name("a=b.json"))
        found = run("check", path, "--region", "eu-west-1", "--format", "json")
        assert json.loads(found.out)["inputs"][0]["name"] == "a=b.json"

    def test_code_of_two_plans_is_refused(self, run: Skerry, saved: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.json"
        other.write_bytes(plan_of(self.VPC))
        found = run("check", saved, other, "--code", tmp_path, "--region", "eu-west-1")
        assert "is the code of one plan, and 2 are given" in complaint(found)

    def test_state_of_the_network_completes_the_plan_of_a_service(self, run: Skerry, tmp_path: Path) -> None:
        network = {"subnets": ["subnet-1"], "security_groups": []}
        service = {"name": "web", "launch_type": "FARGATE", "network_configuration": [network]}
        plan, state = tmp_path / "plan.json", tmp_path / "state.json"
        plan.write_bytes(plan_of(change("aws_ecs_service.web", service)))
        subnet = {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24", "availability_zone": "eu-west-1a"}
        row = {"address": "aws_subnet.a", "type": "aws_subnet", "values": subnet}
        root = {"root_module": {"resources": [row]}}
        state.write_text(json.dumps({"format_version": "1.0", "values": root}), encoding="utf-8")
        found = run("check", plan, state, "--region", "eu-west-1", "--format", "json")
        [one] = json.loads(found.out)["networks"]
        assert one["services"][0]["placements"][0]["zone"] == "eu-west-1a"


class TestChanges:
    """The plan of `nat_removed` takes the NAT gateway from a running service: made by its make.sh."""

    FOLDER = PLANS / "nat_removed"

    def test_plan_that_removes_the_nat_breaks_the_service(self, run: Skerry) -> None:
        found = run("check", self.FOLDER / "plan.json", "--with", self.FOLDER / "snapshot.json")
        assert found.code == BLOCKED
        first, cause, blocker = found.out.splitlines()[:3]
        assert first == "breaks: service web at registry-auth, manifest, layers"
        assert "aws_nat_gateway.main[0] (deleted), aws_route.nat[0] (deleted)" in cause
        assert blocker == "  NO_ROUTE_TO_DESTINATION at aws_route_table.private"

    def test_breaks_are_in_json(self, run: Skerry) -> None:
        words = ("--with", self.FOLDER / "snapshot.json", "--format", "json")
        document = json.loads(run("check", self.FOLDER / "plan.json", *words).out)
        [one] = document["breaks"]
        assert (one["service"], one["before"], one["after"]) == ("web", "ok", "blocked")
        assert {"address": "aws_nat_gateway.main[0]", "action": "deleted"} in one["causes"]

    def test_quiet_prints_the_breaks_alone(self, run: Skerry) -> None:
        found = run("check", self.FOLDER / "plan.json", "--with", self.FOLDER / "snapshot.json", "-q")
        assert found.out.splitlines() == ["breaks: service web at registry-auth, manifest, layers"]

    def test_code_alone_does_not_say_what_of_it_exists(self, run: Skerry) -> None:
        found = run("check", self.FOLDER, "--with", self.FOLDER / "snapshot.json")
        assert complaint(found).endswith("is code, which does not say what of it exists")

    def test_saved_answers_change_nothing(self, run: Skerry) -> None:
        snapshot = self.FOLDER / "snapshot.json"
        assert (
            complaint(run("check", snapshot, "--with", snapshot))
            == "snapshot.json holds saved answers, which change nothing"
        )

    def test_profile_is_for_the_live_account(self, run: Skerry, saved: Path) -> None:
        assert "--profile is for --with live" in run("check", saved, "--profile", "x").err

    @pytest.mark.long
    @pytest.mark.skipif(real_provider.why_not() is not None, reason=real_provider.why_not() or "")
    def test_saved_plan_is_shown_and_completed_by_its_code(
        self, run: Skerry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (self.FOLDER / "main.tf").read_text(encoding="utf-8")
        terraform = real_provider.RealTerraform(tmp_path, text, "http://127.0.0.1:9")
        terraform.plan(refresh=False)
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        words = ("--code", tmp_path, "--allow-network")
        found = run("check", tmp_path / "plan", *words)
        assert found.out.startswith("ok on the network")
        assert found.err == ""
        (tmp_path / "main.tf").write_text(f"{text}# changed\n", encoding="utf-8")
        assert "main.tf differs from the code that the plan was made of" in run("check", tmp_path / "plan", *words).err


class TestBadInputs:
    """Each has one clear complaint, and no secret of the input in it."""

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"{", "broken.json"),
            (b"[1, 2]", "broken.json"),
            (
                b'{"format_version": "9.0", "resource_changes": []}',
                "has format 9.0 of Terraform",
            ),
            (
                b'{"format_version": "1.2", "errored": true, "resource_changes": []}',
                "that ended with an error",
            ),
            (b'{"format_version": "1.2"}', "holds no plan and no state of Terraform"),
            (b'{"format_version": "1.2", "resource_changes": {}}', "is no plan or state of Terraform as JSON"),
            (
                b'{"terraform_version": "0.11", "version": 3, "modules": []}',
                "is a state of version 3, and skerry reads",
            ),
            (
                b'{"serial": 1, "encrypted_data": "AAAA", "encryption_version": "v0"}',
                "is an encrypted state of OpenTofu",
            ),
            (b"PK\x03\x04\0\0", "is a saved plan, which only Terraform can read, in its initialised folder"),
        ],
    )
    def test_unreadable_content_has_one_complaint(
        self, run: Skerry, tmp_path: Path, content: bytes, words: str
    ) -> None:
        path = tmp_path / "broken.json"
        path.write_bytes(content)
        assert words in complaint(run("check", path, "--region", "eu-west-1"))

    def test_another_cloud_is_refused(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        path.write_bytes(plan_of(change("google_compute_network.main", {"name": "main"})))
        found = run("check", path, "--region", "eu-west-1")
        assert found.code == USAGE
        assert complaint(found) == "plan.json has no resource of AWS: it is for google"

    def test_plan_without_any_cloud_starts_nothing(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        path.write_bytes(plan_of(change("random_pet.main", {})))
        found = run("check", path, "--region", "eu-west-1")
        assert found.code == 0
        assert found.out.startswith("not-applicable: nothing in plan.json starts a Fargate task")

    def test_plan_of_powershell_is_read(self, run: Skerry, saved: Path) -> None:
        usual = run("check", saved, "--region", "eu-west-1")
        saved.write_bytes(saved.read_text(encoding="utf-8").encode("utf-16"))
        assert run("check", saved, "--region", "eu-west-1") == usual

    def test_values_of_wrong_types_leave_the_other_inputs(self, run: Skerry, saved: Path, tmp_path: Path) -> None:
        path = tmp_path / "wrong.json"
        rows = (change("aws_vpc.main", {"cidr_block": "10.0.0.0/16"}),
                change("aws_security_group.a", {"vpc_id": "vpc-1", "ingress": ["hunter2"]}))  # fmt: skip
        path.write_bytes(plan_of(*rows))
        found = run("check", saved, path, "--region", "eu-west-1")
        assert found.code == USAGE
        assert (
            "wrong.json holds a value of another type than Terraform gives it: ingress of aws_security_group.a"
            in found.err
        )
        assert "hunter2" not in found.err
        assert found.out.startswith("unknown: web")

    def test_value_that_is_nested_too_deeply_leaves_the_other_inputs(
        self, run: Skerry, saved: Path, tmp_path: Path
    ) -> None:
        deep: list[object] = []
        for _ in range(450):
            deep = [deep]
        path = tmp_path / "deep.json"
        values = {"vpc_id": "vpc-1", "ingress": deep}
        path.write_bytes(plan_of(change("aws_security_group.a", values), change("aws_vpc.a", {"cidr_block": "1"}),
                                 outputs={"a": {"value": deep}}))  # fmt: skip
        found = run("check", saved, path, "--region", "eu-west-1")
        assert found.code == USAGE
        assert "deep.json holds a value of another type than Terraform gives it" in found.err
        assert found.out.startswith("unknown: web")

    def test_plan_without_configuration_leaves_the_other_inputs(self, run: Skerry, saved: Path, tmp_path: Path) -> None:
        path = tmp_path / "bare.json"
        row = change("aws_ecs_service.web", {"name": "web"}, unknown={"network_configuration": True})
        path.write_bytes(plan_of(row, configuration=None))
        found = run("check", saved, path, "--region", "eu-west-1")
        assert found.code == USAGE
        assert "bare.json has no configuration, so that no reference tells its values" in found.err
        assert found.out.startswith("unknown: web")

    def test_plan_without_configuration_is_read_if_all_its_values_are_there(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        row = change("aws_vpc.a", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, actions=("no-op",))
        path.write_bytes(plan_of(row, configuration=None))
        assert run("check", path, "--region", "eu-west-1").code == 0

    def test_secrets_of_a_plan_are_in_no_output(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        secret = "hunter2-0123456789"  # noqa: S105 -- a canary
        parameter = change("aws_ssm_parameter.db", {"name": "db", "type": "SecureString", "value": secret})
        containers = [
            {"name": "web", "image": "x", "environment": [{"name": "P", "value": secret}], "command": [secret]}
        ]
        values = {"family": "web", "container_definitions": json.dumps(containers)}
        service = change("aws_ecs_service.web", {"name": "web", "launch_type": "FARGATE", "task_definition": "web"})
        rows = (parameter, change("aws_ecs_task_definition.web", values), service)
        path.write_bytes(plan_of(*rows, variables={"password": {"value": secret}}))
        for words in ((), ("-v",), ("--format", "json")):
            found = run("check", path, "--region", "eu-west-1", *words)
            assert secret not in found.out + found.err

    def test_references_in_a_circle_leave_the_other_inputs(self, run: Skerry, saved: Path, tmp_path: Path) -> None:
        path = tmp_path / "cycle.json"
        module = {
            "outputs": {"a": {"expression": {"references": ["module.m.a"]}}},
            "module_calls": {"m": {"module": {"outputs": {"a": {"expression": {"references": ["var.x"]}}}},
                                   "expressions": {"x": {"references": ["module.m.a"]}}}},
            "resources": [{"address": "aws_subnet.a", "expressions": {"vpc_id": {"references": ["module.m.a"]}}}],
        }  # fmt: skip
        row = change("aws_subnet.a", {"cidr_block": "10.0.0.0/24"}, unknown={"vpc_id": True})
        path.write_bytes(plan_of(row, configuration={"root_module": module}))
        found = run("check", saved, path, "--region", "eu-west-1")
        assert found.code == USAGE
        cycle = "module.m.output.a -> module.m.var.x -> module.m.output.a"
        assert f"cycle.json has cyclic references: {cycle}" in " ".join(found.err.split())
        assert found.out.startswith("unknown: web")

    def test_missing_facts_name_the_options_that_supply_them(self, run: Skerry, saved: Path) -> None:
        found = run("check", saved, "--region", "eu-west-1")
        assert "--code DIR (the initialised code of the plan), --with SNAPSHOT" in " ".join(found.out.split())
        assert "supply the answer of" not in found.out

    def test_new_repository_has_no_image_yet(self, run: Skerry, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web"
        values = {"family": "web", "container_definitions": json.dumps([{"name": "web", "image": f"{url}:1"}])}
        repository = change("aws_ecr_repository.web", {"name": "web", "repository_url": url})
        path.write_bytes(plan_of(repository, change("aws_ecs_task_definition.web", values)))
        found = run("check", path)
        assert "aws_ecr_repository.web is new, and has none until the first push" in found.err


def test_change_that_breaks_running_tasks_alone_fails(run: Skerry, tmp_path: Path) -> None:
    """Tasks still start, but nobody can open a shell in them any more."""
    network = Network()
    network.serve_s3()
    for number, service in enumerate(("ecr.api", "ecr.dkr", "ssmmessages")):
        network.endpoint(f"vpce-{number}", service, ["subnet-a"])
    network.definition(container(), taskRoleArn="arn:aws:iam::123456789012:role/task")
    network.service(enableExecuteCommand=True)
    existing, plan = tmp_path / "existing.json", tmp_path / "plan.json"
    existing.write_bytes(network.document())
    values = {"id": "vpce-2", "vpc_id": "vpc-1", "service_name": "com.amazonaws.eu-west-1.ssmmessages"}
    row = change("aws_vpc_endpoint.exec", {}, actions=("delete",))
    row["change"] |= {"before": {**values, "vpc_endpoint_type": "Interface"}, "after": None}
    plan.write_bytes(plan_of(row))
    found = run("check", plan, "--with", existing, "--region", "eu-west-1", "-q")
    assert (found.code, found.out) == (BLOCKED, "breaks: service web at exec (after start)\n")
    document = json.loads(run("check", plan, "--with", existing, "--region", "eu-west-1", "--format", "json").out)
    assert (document["verdict"], [one["service"] for one in document["breaks"]]) == ("ok", ["web"])


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_workspace_is_that_of_the_option(run: Skerry, tmp_path: Path) -> None:
    """Code may have other values in another workspace: here other names."""
    text = 'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
    text += 'resource "aws_ecs_service" "web" {\n  name = "web-${terraform.workspace}"\n  launch_type = "FARGATE"\n}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    initialise(tmp_path)
    words = ("check", tmp_path, "--region", "eu-west-1", "--allow-network", "-q")
    with stand_in():
        assert "web-default may or may not start" in run(*words).out
        assert "web-staging may or may not start" in run(*words, "--workspace", "staging").out
