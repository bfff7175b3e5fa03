"""The Terraform module's examples, wrapper, own tests and its layout for the registry."""

import re
from pathlib import Path

import pytest

from scripts.compare_modules import ROWS, contestants
from scripts.dist_terraform import NAME, lay_out
from tests.terraform.existing import SUBNETS, VPC, answers
from tests.terraform.planning import GATEWAY, INTERFACE, MODULE, RULE, TASKS, Json, only
from tests.terraforming import planned, run_tests, settled, validate

EXAMPLES = sorted(path for path in (MODULE / "examples").iterdir() if path.is_dir())
SPOKE = {"vpc_id": VPC, "cidr_block": "10.1.0.0/16", "subnet_ids": ["subnet-a"], "route_table_ids": ["rtb-private"]}
USED = {
    "repository_arn": "arn:aws:ecr:eu-west-1:111122223333:repository/web",
    "log_group_arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web",
    "secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
}


def test_examples_are_complete() -> None:
    wanted = {"README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"}

    assert {example.name: wanted - {path.name for path in example.iterdir()} for example in EXAMPLES} == {
        example.name: set() for example in EXAMPLES
    }


def test_example_pages_name_every_variable_and_output() -> None:
    missing = [
        f"{example.name}: {name}"
        for example in EXAMPLES
        for kind in ("variables", "outputs")
        for name in re.findall(r'^\w+ "(\w+)"', (example / f"{kind}.tf").read_text(), re.MULTILINE)
        if f"| `{name}` |" not in (example / "README.md").read_text()
    ]

    assert missing == []


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_central_example_gives_each_spoke_its_gateway() -> None:
    variables: Json = {"hub": {"vpc_id": VPC, "subnet_ids": list(SUBNETS)}, "spokes": {"one": SPOKE, "two": SPOKE}}
    rows = planned(settled(MODULE / "examples" / "central", answers(), **variables))

    assert {address for address in rows if GATEWAY in address} == {
        f'module.layers["{name}"].{GATEWAY}["s3"]' for name in ("one", "two")
    }
    assert f'module.endpoints.{RULE}.cidr["10.1.0.0/16/tcp-443"]' in rows


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_least_privilege_example_admits_the_task_group_alone() -> None:
    tags = [{"then": {"id": VPC, "enable_dns_support": True, "enable_dns_hostnames": True}}]
    variables: Json = {"environment": "test", "task_security_group_id": TASKS} | USED
    rows = planned(settled(MODULE / "examples" / "least-privilege", answers() | {"aws_vpc": tags}, **variables))

    assert set(only(rows, f"module.endpoints.{RULE}")) == {f'module.endpoints.{RULE}.tasks["{TASKS}"]'}
    assert all(row["policy"] for row in only(rows, f"module.endpoints.{INTERFACE}").values())


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_wrapper_creates_an_instance_for_each_item() -> None:
    items = {name: {"vpc_id": VPC, "subnet_ids": [subnet]} for name, subnet in zip("ab", SUBNETS, strict=True)}
    defaults: Json = {"route_table_ids": ["rtb-private"], "services": ["ssm"], "ecr": False}
    rows = planned(settled(MODULE / "wrappers", answers(), items=items, defaults=defaults))

    assert set(only(rows, "module.wrapper")) == {
        f'module.wrapper["{name}"].{address}'
        for name, cidr in (("a", "10.0.1.0/24"), ("b", "10.0.2.0/24"))
        for address in (
            "aws_security_group.endpoints[0]",
            f'{INTERFACE}["ssm"]',
            f'{GATEWAY}["s3"]',
            f'{RULE}.cidr["{cidr}/tcp-443"]',
        )
    }


@pytest.mark.usefixtures("needs_terraform")
def test_module_passes_its_own_terraform_tests() -> None:
    assert "0 failed" in run_tests(MODULE)


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_module_laid_out_for_the_registry_is_complete(tmp_path: Path) -> None:
    output = tmp_path / NAME
    version = lay_out(output, "acme")
    page = (output / "README.md").read_text()

    assert {"CHANGELOG.md", "LICENSE", "README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf"} <= {
        path.name for path in output.iterdir()
    }
    assert f'source  = "acme/fargate-endpoints/aws"\n  version = "{version}"' in page
    assert [link for link in re.findall(r"\]\((?!http|#)([^)#]+)", page) if not (output / link).exists()] == []
    assert "a copy of" not in page + (output / "wrappers" / "README.md").read_text()
    assert validate(output) == []
    assert "0 failed" in run_tests(output)


def test_layout_without_owner_names_no_registry(tmp_path: Path) -> None:
    lay_out(tmp_path / NAME, None)

    assert "fargate-endpoints/aws" not in (tmp_path / NAME / "README.md").read_text()


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.long
def test_own_column_of_the_comparison_is_the_printed_one() -> None:
    own = contestants(MODULE, MODULE)[-1]
    page = (MODULE.parent / "docs" / "modules.md").read_text(encoding="utf-8")
    printed = dict(re.findall(r"^\| ([^|]+) \|.*\| ([^|]+) \|$", page.partition("| names only |")[2], re.MULTILINE))

    assert {name: cell(own) for name, cell in ROWS.items()} == {name: printed.get(name) for name in ROWS}
