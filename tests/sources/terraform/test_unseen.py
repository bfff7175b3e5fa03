"""Kept plans and states: the verdicts, blockers and breaks are those that AWS's pages tell."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.sources.terraform.configurations import initialise, stand_in
from tests.sources.terraform.unseen.make import add_common
from tests.sources.terraform.unseen_runs import UNSEEN, check, differences, runs, unpack

SHORT = ("first-isolated", "services-of-states")
PART = ("module-style", "two-accounts")
OF_CODE = {
    run.folder: [one for one in runs() if one.has_code and one.folder == run.folder] for run in runs() if run.has_code
}


def messages_of(names: tuple[str, ...] | None, place: Path) -> list[str]:
    """The differences of all runs without code."""
    rows = [run for run in runs() if not run.has_code and (names is None or run.folder in names)]
    for folder in {run.folder for run in rows}:
        (place / folder).mkdir()
        unpack(UNSEEN / folder, place / folder)
    assert rows
    return [text for run in rows for text in differences(run, place / run.folder)]


def test_kept_plans_have_their_labels(tmp_path: Path) -> None:
    assert messages_of(SHORT, tmp_path) == []


@pytest.mark.long
def test_all_kept_plans_have_their_labels(tmp_path: Path) -> None:
    assert messages_of(None, tmp_path) == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("folder", sorted(OF_CODE) if os.environ.get("SKERRY_TEST_WHOLE") else PART)
def test_code_has_its_labels(folder: str, tmp_path: Path) -> None:
    place, code = tmp_path / "files", tmp_path / "code"
    place.mkdir()
    unpack(UNSEEN / folder, place)
    shutil.copytree(UNSEEN / folder, code)
    add_common(UNSEEN / folder, code)
    initialise(code)
    with stand_in():
        assert [text for run in OF_CODE[folder] for text in differences(run, place, code)] == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_code_in_json_has_the_verdict_and_the_lines_of_its_form(tmp_path: Path) -> None:
    """The endpoints of a folder, written as JSON."""
    code = tmp_path / "code"
    shutil.copytree(UNSEEN / "first-isolated", code)
    add_common(UNSEEN / "first-isolated", code)
    text = (code / "main.tf").read_text(encoding="utf-8")
    start, end = text.index('resource "aws_vpc_endpoint" "interface"'), text.index("locals {")
    (code / "main.tf").write_text(text[:start] + text[end:], encoding="utf-8")
    network = {"vpc_id": "${aws_vpc.main.id}"}
    interface = {
        "for_each": '${toset(["ecr.api", "ecr.dkr"])}',
        **network,
        "service_name": "com.amazonaws.eu-west-1.${each.key}",
        "vpc_endpoint_type": "Interface",
        "private_dns_enabled": "${var.private_dns}",
        "subnet_ids": ["${aws_subnet.a.id}"],
        "security_group_ids": ["${aws_security_group.endpoints.id}"],
    }
    tables = ["${aws_route_table.private.id}"]
    gateway = {**network, "service_name": "com.amazonaws.eu-west-1.s3", "route_table_ids": tables}
    document = {"resource": {"aws_vpc_endpoint": {"interface": interface, "s3": gateway}}}
    (code / "endpoints.tf.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    initialise(code)
    run = next(one for one in runs() if one.folder == "first-isolated" and one.has_code)
    with stand_in():
        assert list(differences(run, code, code)) == []
        result = check(run, code, code)
    places = {
        origin.address: origin.without_address
        for network in result.networks
        for origin in network.world.facts.origins["vpc_endpoints"].values()
    }
    assert places['aws_vpc_endpoint.interface["ecr.api"]'] == "endpoints.tf.json:4"
