"""Code of Terraform: positions of resources, providers to mock, and the commands that an apply would run."""

import json
from pathlib import Path

import pytest

from skerry.errors import InputError
from skerry.sources.terraform.addresses import address_of_code
from skerry.sources.terraform.code import (
    CodeTypes,
    Position,
    Provider,
    has_provisioners,
    is_code,
    positions_of,
    providers_of,
    scopes_of_providers,
    types_in,
)

AWS = "registry.terraform.io/hashicorp/aws"


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.tf").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A root module with a resource, and a module with another."""
    root = write(tmp_path, main='# comment\nresource "aws_vpc" "main" {\n}\ndata "aws_region" "here" {}\n')
    write(root / "network", main='\n\nresource "aws_subnet" "private" {\n  count = 2\n}\n')
    listed = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "network", "Dir": "network"}]}
    (root / ".terraform" / "modules").mkdir(parents=True)
    (root / ".terraform" / "modules" / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    return root


class TestPositions:
    def test_position_of_a_resource_is_that_of_its_header(self, folder: Path) -> None:
        assert positions_of(folder) == {
            "aws_vpc.main": Position("main.tf", 2),
            "data.aws_region.here": Position("main.tf", 4),
            "module.network.aws_subnet.private": Position("network/main.tf", 3),
        }

    def test_address_of_an_instance_leads_to_its_code(self, folder: Path) -> None:
        address = 'module.network["a.b"].aws_subnet.private[1]'
        assert positions_of(folder)[address_of_code(address)].line == 3

    def test_types_are_those_of_resources_and_data_sources_in_all_modules(self, folder: Path) -> None:
        assert types_in(folder) == CodeTypes(frozenset({"aws_vpc", "aws_subnet"}), frozenset({"aws_region"}))

    def test_folder_without_a_list_of_modules_has_its_own_resources(self, tmp_path: Path) -> None:
        write(tmp_path, main='resource "aws_vpc" "main" {}')
        assert list(positions_of(tmp_path)) == ["aws_vpc.main"]
        assert is_code(tmp_path)
        assert not is_code(tmp_path / "other")


class TestProviders:
    def test_providers_are_those_selected_and_their_aliases(self, tmp_path: Path) -> None:
        write(tmp_path, main='provider "aws" {\n  alias = "other"\n  region = var.region\n}\nprovider "aws" {}\n')
        assert providers_of(tmp_path, {AWS: "5.100.0", "registry.terraform.io/hashicorp/random": "3"}) == [
            Provider("aws", None),
            Provider("aws", "other"),
            Provider("random", None),
        ]

    def test_code_that_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        write(tmp_path, main='provider "aws" {')
        with pytest.raises(InputError, match=r"main\.tf is no code"):
            providers_of(tmp_path, {})


def test_file_that_is_not_read_may_have_provisioners(tmp_path: Path) -> None:
    write(tmp_path, main='resource "aws_vpc" "main" {}')
    assert not has_provisioners(tmp_path)
    (tmp_path / "more.tf.json").write_text('{"\\u0070rovisioner": {}}', encoding="utf-8")
    assert has_provisioners(tmp_path)
    (tmp_path / "more.tf.json").unlink()
    write(tmp_path, huge="#" * (5 << 20))
    assert has_provisioners(tmp_path)


def test_provisioners_are_seen_in_modules_too(folder: Path) -> None:
    assert not has_provisioners(folder)
    write(folder / "network", other='resource "null_resource" "a" {\n  provisioner "local-exec" {\n  }\n}\n')
    assert has_provisioners(folder)


JSON_CODE = """{
  "//": "made by a program",
  "provider": {"aws": [{"region": "${var.home}"}, {"alias": "other", "region": "us-east-1"}]},
  "variable": {"home": {"default": "eu-west-1"}},
  "resource": {
    "aws_vpc": {
      "main": {"cidr_block": "10.0.0.0/16", "tags": {"aws_subnet": {"no": "resource"}}}
    },
    "aws_subnet": [
      {"a": {"vpc_id": "${aws_vpc.main.id}"}},
      {
        "\\u0062": {"vpc_id": "${aws_vpc.main.id}"}
      }
    ]
  },
  "data": {"aws_region": {"current": {}}}
}
"""


class TestJsonCode:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "main.tf.json").write_text(JSON_CODE, encoding="utf-8")
        return tmp_path

    def test_resources_have_their_lines(self, folder: Path) -> None:
        lines = {address: place.line for address, place in positions_of(folder).items()}
        assert lines == {
            "aws_vpc.main": 7,
            "aws_subnet.a": 10,
            "aws_subnet.b": 12,
            "data.aws_region.current": 16,
        }

    def test_types_and_providers_are_read(self, folder: Path) -> None:
        assert types_in(folder) == (frozenset({"aws_vpc", "aws_subnet"}), frozenset({"aws_region"}))
        scopes = scopes_of_providers(folder, ())
        assert {alias: scope.region for alias, scope in scopes.items()} == {None: "eu-west-1", "other": "us-east-1"}

    @pytest.mark.parametrize(
        ("text", "may"),
        [
            (JSON_CODE, False),
            ('{"resource": {"null_resource": {"a": {"provision\\u0065r": [{"local-exec": {}}]}}}}', True),
            ("{", True),
            ("[]", True),
            ('{"a": ' * 80 + "1" + "}" * 80, True),
        ],
    )
    def test_provisioners_are_seen_however_they_are_spelt(self, tmp_path: Path, text: str, *, may: bool) -> None:
        (tmp_path / "main.tf.json").write_text(text, encoding="utf-8")
        assert has_provisioners(tmp_path) is may
        assert len(positions_of(tmp_path)) == (4 if text == JSON_CODE else 1 if "null_resource" in text else 0)
