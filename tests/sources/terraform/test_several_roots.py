"""Several roots of Terraform as one system: the outputs of one answer another, and each has its own ids."""

from pathlib import Path

import pytest

from skerry import app
from skerry.errors import SkerryError
from skerry.sources.descriptions import InputFile
from skerry.sources.planned.made_by_aws import digest_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.order_of_code import in_order
from skerry.sources.terraform.own_ids import with_own_ids
from skerry.sources.terraform.values import Instance
from skerry.verdicts import BLOCKED
from tests.sources.terraform.configurations import initialise, stand_in
from tests.sources.terraform.unseen_runs import UNSEEN

NETWORK = UNSEEN / "services-of-states" / "network" / "main.tf"
TASKS = """
data "terraform_remote_state" "network" {
  backend = "local"
  config  = { path = "none.tfstate" }
}
resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = data.terraform_remote_state.network.outputs.vpc_id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
locals {
  subnets = data.terraform_remote_state.network.outputs.subnet_ids
  groups  = [aws_security_group.tasks.id]
}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    network, tasks = tmp_path / "network", tmp_path / "tasks"
    for folder, text in ((network, NETWORK.read_text(encoding="utf-8")), (tasks, TASKS)):
        folder.mkdir()
        (folder / "main.tf").write_text(text, encoding="utf-8")
        (folder / "provider.tf").write_text(
            (UNSEEN / "common" / "provider.tf").read_text(encoding="utf-8"), encoding="utf-8"
        )
    (tasks / "service.tf").write_text(
        (UNSEEN / "common" / "web_service.tf").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return network, tasks


def test_code_comes_after_the_code_whose_outputs_it_reads(folders: tuple[Path, Path]) -> None:
    network, tasks = (InputFile(path.name, path) for path in folders)
    plan = InputFile("plan.json", Path("plan.json"))
    assert list(in_order([tasks, plan, network])) == [plan, network, tasks]
    assert list(in_order([tasks])) == [tasks]
    (network.path / "more.tf").write_text(
        'data "terraform_remote_state" "tasks" {\n  backend = "local"\n}\n', encoding="utf-8"
    )
    assert list(in_order([tasks, network])) == [tasks, network]


def test_made_up_ids_belong_to_their_input() -> None:
    digest, own = digest_of("aws_vpc.main"), digest_of("second aws_vpc.main")
    zone = digest_of("aws_route53_zone.z")
    vpc = Instance("aws_vpc.main", "aws_vpc", "managed", {"id": f"vpc-{digest}", "tags": {"a": [f"x vpc-{digest}", 1]}})
    row = Instance("aws_route53_zone.z", "aws_route53_zone", "managed", {"id": f"Z{zone.upper()}"})
    real = Instance(
        "aws_subnet.a", "aws_subnet", "managed", {"id": "subnet-0123456789abcdef0", "vpc_id": f"vpc-{digest}"}
    )
    given = Configuration((vpc, row, real), "eu-west-1", "", outputs={"vpc": [f"vpc-{digest}"]})
    result = with_own_ids(given, "second")
    assert result.outputs == {"vpc": [f"vpc-{own}"]}
    assert [one.id for one in result.instances] == [
        f"vpc-{own}",
        f"Z{digest_of('second aws_route53_zone.z').upper()}",
        "subnet-0123456789abcdef0",
    ]
    assert result.instances[0].values["tags"] == {"a": [f"x vpc-{own}", 1]}
    assert result.instances[2].values["vpc_id"] == f"vpc-{own}"


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_outputs_of_code_answer_other_code(folders: tuple[Path, Path]) -> None:
    """An isolated network without endpoints: its complete lists decide about the service of the other folder."""
    network, tasks = folders
    for folder in folders:
        initialise(folder)
    with stand_in():
        inputs = (app.NamedPath(tasks), app.NamedPath(network, "network"))
        result = app.check(app.CheckRequest(inputs=inputs, allow_network=True))
        with pytest.raises(SkerryError, match="Unable to find remote state") as refused:
            app.check(app.CheckRequest(inputs=inputs[:1], allow_network=True))
    assert result.verdict is BLOCKED
    [one] = result.networks
    assert {str(blocker.code) for row in one.diagnosis.services for need in row.needs for blocker in need.blockers} == {
        "NO_ROUTE_TO_DESTINATION"
    }
    assert "NAME=PATH" in refused.value.remedy
