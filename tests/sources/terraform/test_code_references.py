"""References from one module to resources of another one, through its outputs."""

import json
from pathlib import Path

import pytest

from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import CodeTree, parse_address

CALL = 'module "net" {\n  source = "./net"\n}\n'
ADDRESSES = {
    "vpc-1": "module.net.aws_vpc.this[0]",
    "subnet-1": "module.net.aws_subnet.private[0]",
    "subnet-2": "module.net.aws_subnet.private[1]",
    "subnet-a": 'module.net.aws_subnet.named["a"]',
    "subnet-b": 'module.net.aws_subnet.named["b"]',
    "rtb-1": "module.net.aws_route_table.main",
    "sg-1": "module.net.aws_vpc.this[0].default_security_group_id",
}


def references(folder: Path, outputs: str, place: str = "net", main: str = CALL) -> CodeReferences:
    """Return the references of a root module that calls another one."""
    (folder / ".terraform" / "modules").mkdir(parents=True)
    modules = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "net", "Dir": place}]}
    (folder / ".terraform" / "modules" / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / place).mkdir(parents=True)
    (folder / "main.tf").write_text(main, encoding="utf-8")
    (folder / place / "main.tf").write_text(outputs, encoding="utf-8")
    return CodeReferences(CodeTree(folder, folder), ADDRESSES)


def output(value: str) -> str:
    """Return an output with a value."""
    return f'output "x" {{\n  value = {value}\n}}\n'


@pytest.mark.parametrize(
    ("value", "resource", "expected"),
    [
        ("aws_route_table.main.id", "rtb-1", "module.net.x"),
        ("aws_route_table.main", "rtb-1", "module.net.x.id"),
        ("try(aws_vpc.this[0].id, null)", "vpc-1", "module.net.x"),
        ("one(aws_vpc.this[*].id)", "vpc-1", "module.net.x"),
        ('element(concat(aws_vpc.this.*.id, [""]), 0)', "vpc-1", "module.net.x"),
        ('join("", aws_vpc.this[*].id)', "vpc-1", "module.net.x"),
        ("aws_subnet.private[*].id", "subnet-2", "module.net.x[1]"),
        ("[for s in aws_subnet.private : s.id]", "subnet-1", "module.net.x[0]"),
        ("{ for k, s in aws_subnet.named : k => s.id }", "subnet-b", 'module.net.x["b"]'),
        ("[aws_route_table.main.id, aws_vpc.this[0].id]", "vpc-1", "module.net.x[1]"),
        ("try(aws_vpc.this[0].default_security_group_id, null)", "sg-1", "module.net.x"),
    ],
)
def test_output_is_the_reference_to_one_resource(tmp_path: Path, value: str, resource: str, expected: str) -> None:
    assert references(tmp_path, output(value)).one(resource, ()) == expected


@pytest.mark.parametrize(
    ("value", "resources", "expected"),
    [
        ("aws_subnet.private[*].id", ["subnet-1", "subnet-2"], "module.net.x"),
        ("compact(aws_subnet.private[*].id)", ["subnet-2", "subnet-1"], "module.net.x"),
        ("values(aws_subnet.named)[*].id", ["subnet-a", "subnet-b"], "module.net.x"),
        ("aws_subnet.private[*].id", ["subnet-1"], "[module.net.x[0]]"),
        (
            "length(aws_subnet.private[*].id) > 0 ? aws_subnet.private[*].id : []",
            ["subnet-1", "subnet-2"],
            "module.net.x",
        ),
        ("local.ids", ["subnet-1", "subnet-2"], "module.net.x"),
    ],
)
def test_output_is_the_list_of_all_instances(tmp_path: Path, value: str, resources: list[str], expected: str) -> None:
    text = output(value) + "locals {\n  ids = aws_subnet.private[*].id\n}\n"
    assert references(tmp_path, text).many(resources, ()) == expected


@pytest.mark.parametrize(
    "value", ["aws_subnet.private[*].arn", "sort(aws_subnet.private[*].id)", "var.ids", "local.missing"]
)
def test_module_of_others_without_an_output_has_no_reference(tmp_path: Path, value: str) -> None:
    made = references(tmp_path, output(value), ".terraform/modules/net")
    with pytest.raises(UneditableCode, match=r"no output of module\.net is"):
        made.many(["subnet-1", "subnet-2"], ())


def test_module_of_the_user_gets_an_output_with_a_free_name(tmp_path: Path) -> None:
    taken = 'output "private_subnet_ids" {\n  value = 1\n}\n'
    made = references(tmp_path, taken)
    assert made.many(["subnet-1", "subnet-2"], ()) == "module.net.private_subnet_ids_2"
    (file,) = made.tree.edited_files()
    assert (file.name, "value       = aws_subnet.private[*].id\n" in file.edits.result) == ("net/outputs.tf", True)


def test_references_in_the_own_module_are_direct(tmp_path: Path) -> None:
    made = references(tmp_path, "")
    at = ("module.net",)
    assert made.one("sg-1", at) == "aws_vpc.this[0].default_security_group_id"
    assert made.many(["subnet-a", "subnet-b"], at) == "values(aws_subnet.named)[*].id"
    assert made.many(["subnet-1", "rtb-1"], at) == "[aws_subnet.private[0].id, aws_route_table.main.id]"
    both = made.many(["subnet-1", "subnet-2", "rtb-1"], at)
    assert both == "concat(aws_subnet.private[*].id, [aws_route_table.main.id])"


def test_new_resources_belong_into_the_innermost_module_of_the_user(tmp_path: Path) -> None:
    assert references(tmp_path / "own", "").common_module(["vpc-1", "subnet-1"]) == ("module.net",)
    others = references(tmp_path / "others", "", ".terraform/modules/net")
    assert others.common_module(["vpc-1", "subnet-1"]) == ()


@pytest.mark.parametrize(
    ("passed", "expected"),
    [("", {}), ("  providers = {\n    aws = aws.home\n  }\n", {"provider": "aws.home"})],
)
def test_provider_is_the_one_that_the_call_passes(tmp_path: Path, passed: str, expected: dict[str, str]) -> None:
    main = f'module "net" {{\n  source = "./net"\n{passed}}}\n'
    made = references(tmp_path, 'resource "aws_vpc" "this" {\n  count = 1\n}\n', main=main)
    assert made.meta_arguments("vpc-1", ()) == expected


def test_quotes_of_older_code_are_no_part_of_a_reference(tmp_path: Path) -> None:
    text = 'resource "aws_vpc" "x" {\n  a = "${aws_vpc.y.id}"\n  b = "${var.x}-${var.y}"\n}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (written,) = CodeTree(tmp_path, tmp_path).blocks((), "aws_vpc")
    assert (written.text_of("a"), written.text_of("b")) == ("aws_vpc.y.id", '"${var.x}-${var.y}"')


@pytest.mark.parametrize(
    "address",
    ['aws_subnet.x["${file("/etc/passwd")}"]', 'aws_subnet.x["%{ if true }"]', 'aws_subnet.x["a\nb"]', "aws_subnet"],
)
def test_address_that_would_be_an_expression_is_refused(address: str) -> None:
    with pytest.raises(UneditableCode):
        parse_address(address)


def test_escaped_key_is_an_address() -> None:
    assert parse_address('module.a["x.y"].aws_subnet.x["$${b}\\""]').key == '["$${b}\\""]'


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", True),
        (
            'resource "aws_vpc_security_group_ingress_rule" "x" {\n  security_group_id = aws_security_group.e.id\n}\n',
            True,
        ),
        ('resource "aws_instance" "x" {\n  vpc_security_group_ids = [aws_security_group.e.id]\n}\n', False),
        ("locals {\n  group = aws_security_group.e.id\n}\n", False),
        ('resource "aws_instance" "x" {\n  vpc_security_group_ids = [aws_security_group.endpoint.id]\n}\n', True),
    ],
)
def test_group_is_only_of_endpoints_if_no_other_block_names_it(tmp_path: Path, more: str, *, expected: bool) -> None:
    text = 'resource "aws_security_group" "e" {}\n'
    text += 'resource "aws_vpc_endpoint" "x" {\n  security_group_ids = [aws_security_group.e.id]\n}\n'
    (tmp_path / "main.tf").write_text(text + more, encoding="utf-8")
    made = CodeReferences(CodeTree(tmp_path, tmp_path), {"sg-e": "aws_security_group.e"})
    assert made.is_only_of_endpoints("sg-e") is expected
