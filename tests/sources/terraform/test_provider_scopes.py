"""Accounts and Regions of resources: those of their providers, kept apart."""

from pathlib import Path
from typing import Any

import pytest

from skerry.sources.descriptions import Description, InputFile, ReadingOptions, UnreadableInput
from skerry.sources.terraform.code import scopes_of_providers
from skerry.sources.terraform.configuration import ProviderScope
from skerry.sources.terraform.provider_scopes import ProviderConfig, scopes_in
from skerry.sources.terraform.reading import read
from skerry.sources.terraform.references import ConfiguredModule, ConfiguredResource, ModuleCall
from skerry.sources.terraform.terraform_test import scopes_by_provider
from skerry.sources.terraform.values import Instance
from tests.sources.terraform.plans import change, plan_of

Json = dict[str, Any]
FIRST: Json = {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}
OTHER: Json = {"name": "aws", "alias": "other", "expressions": {"region": {"references": ["var.second"]}}}
ROLE: Json = {"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::210987654321:role/deploy"}}]}
VARIABLES = {"second": {"value": "us-east-1"}}


def configured(**keys: str) -> Json:
    rows = [{"address": f"aws_vpc.{name}", "provider_config_key": key} for name, key in keys.items()]
    return {"root_module": {"resources": rows}, "provider_config": {"aws": FIRST, "aws.other": OTHER}}


def parts(*changes: Json, region: str | None = None, **more: Any) -> dict[tuple[str | None, str | None], list[str]]:
    """The addresses of each account and Region of a plan."""
    given = InputFile("plan.json", Path("plan.json"), plan_of(*changes, **more))
    described = [one for one in read([given], ReadingOptions(region=region)) if isinstance(one, Description)]
    return {
        (one.region, one.account): sorted({str(origin.address) for origin in one.origins.values()}) for one in described
    }


def vpc(name: str, **values: Any) -> Json:
    return change(f"aws_vpc.{name}", {"cidr_block": "10.0.0.0/16", **values})


class TestPlans:
    def test_two_regions_are_two_networks(self) -> None:
        more: Json = {"configuration": configured(a="aws", b="aws.other"), "variables": VARIABLES}
        found = parts(vpc("a"), vpc("b"), **more)
        assert [region for region, _ in found] == ["eu-west-1", "us-east-1"]
        first, second = found.values()
        assert "aws_vpc.a" in first
        assert "aws_vpc.b" in second
        assert not set(first) & set(second)

    def test_user_chooses_one_of_two_regions(self) -> None:
        more: Json = {"configuration": configured(a="aws", b="aws.other"), "variables": VARIABLES}
        [(region, _)] = parts(vpc("a"), vpc("b"), region="us-east-1", **more)
        assert region == "us-east-1"

    def test_region_of_no_resource_is_refused(self) -> None:
        more: Json = {"configuration": configured(a="aws", b="aws.other"), "variables": VARIABLES}
        given = InputFile("plan.json", Path("plan.json"), plan_of(vpc("a"), vpc("b"), **more))
        [failed] = read([given], ReadingOptions(region="eu-central-1"))
        assert isinstance(failed, UnreadableInput)
        assert failed.error.what == "plan.json is of eu-west-1, us-east-1, and nothing in it of eu-central-1"

    def test_user_names_the_region_of_a_provider_without_one(self) -> None:
        more: Json = {"configuration": configured(a="aws", b="aws.other")}
        [(region, _)] = parts(vpc("b"), region="eu-central-1", **more)
        assert region == "eu-central-1"

    def test_region_of_a_resource_goes_before_that_of_its_provider(self) -> None:
        found = parts(vpc("a"), vpc("b", region="eu-central-1"), configuration=configured(a="aws", b="aws"))
        assert [region for region, _ in found] == ["eu-central-1", "eu-west-1"]

    def test_accounts_of_providers_are_kept_apart(self) -> None:
        written = configured(a="aws", b="aws.other")
        written["provider_config"]["aws.other"] = {**FIRST, "expressions": {**FIRST["expressions"], **ROLE}}
        found = parts(vpc("a"), vpc("b"), configuration=written)
        assert [account for _, account in found] == ["000000000000", "210987654321"]

    def test_role_belongs_to_each_region(self) -> None:
        more: Json = {"configuration": configured(a="aws", b="aws.other"), "variables": VARIABLES}
        role = change("aws_iam_role.r", {"name": "r", "assume_role_policy": "{}"})
        networks = parts(vpc("a"), vpc("b"), role, **more)
        assert [region for (region, _), addresses in networks.items() if "aws_iam_role.r" in addresses] == [
            *("eu-west-1", "us-east-1"),
        ]

    def test_one_region_needs_no_name_of_it_elsewhere(self) -> None:
        [(region, _)] = parts(vpc("a"), configuration=configured(a="aws"))
        assert region == "eu-west-1"


def test_module_has_the_provider_of_its_caller() -> None:
    inner = ConfiguredModule(resources=(ConfiguredResource("aws_vpc.x", "module.net.module.deep:aws"),))
    deep = ConfiguredModule(module_calls={"deep": ModuleCall(module=inner)})
    root = ConfiguredModule(module_calls={"net": ModuleCall(module=deep)})
    block = ProviderConfig("aws", FIRST["expressions"])
    scopes = scopes_in(root, {"aws": block}, {})
    assert scopes == {"module.net.module.deep.aws_vpc.x": ProviderScope("eu-west-1", None)}
    assert scopes_in(root, {"module.net:aws": block}, {}) == scopes


CODE = """
variable "second" {
  type    = string
  default = "us-east-1"
}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "other"
  region = var.second
}
provider "aws" {
  alias  = "third"
  region = local.third
}
"""


class TestCode:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "main.tf").write_text(CODE, encoding="utf-8")
        return tmp_path

    def test_regions_of_providers_are_constants_and_variables(self, folder: Path) -> None:
        assert scopes_of_providers(folder, ()) == {
            None: ProviderScope("eu-west-1"),
            "other": ProviderScope("us-east-1"),
            "third": ProviderScope(),
        }
        assert scopes_of_providers(folder, ["-var=second=eu-north-1"])["other"].region == "eu-north-1"

    def test_resources_name_their_provider_by_their_first_id(self) -> None:
        ids = {"a[0]": "skerry-provider-", "b": "skerry-provider-other", "c": "x"}
        rows = [Instance(f"aws_vpc.{name}", "aws_vpc", "managed", {"id": text}) for name, text in ids.items()]
        providers = {None: ProviderScope("eu-west-1"), "other": ProviderScope("us-east-1")}
        expected = {"aws_vpc.a": ProviderScope("eu-west-1"), "aws_vpc.b": ProviderScope("us-east-1")}
        assert scopes_by_provider(rows, providers) == expected

    def test_only_provider_is_that_of_all(self) -> None:
        rows = [Instance("aws_vpc.a", "aws_vpc", "managed", {"id": "x"})]
        assert scopes_by_provider(rows, {None: ProviderScope("eu-west-1")}) == {"aws_vpc.a": ProviderScope("eu-west-1")}

    def test_only_provider_of_a_computed_region_is_that_of_none(self) -> None:
        rows = [Instance("aws_vpc.a", "aws_vpc", "managed", {"id": "x"})]
        assert scopes_by_provider(rows, {None: ProviderScope()}) == {}

    @pytest.mark.parametrize(
        ("words", "account"),
        [
            ('assume_role {\n    role_arn = "arn:aws:iam::210987654321:role/deploy"\n  }', "210987654321"),
            ("assume_role {\n    role_arn = var.role\n  }", "111111111111"),
            ("assume_role {\n    role_arn = local.role\n  }", None),
            ('allowed_account_ids = ["210987654321"]', "210987654321"),
            ('allowed_account_ids = ["210987654321", "111111111111"]', None),
            ("", None),
        ],
    )
    def test_account_of_a_provider_is_that_of_its_role(self, tmp_path: Path, words: str, account: str | None) -> None:
        text = f'provider "aws" {{\n  region = "eu-west-1"\n  {words}\n}}\n'
        text += 'variable "role" {\n  default = "arn:aws:iam::111111111111:role/deploy"\n}\n'
        (tmp_path / "main.tf").write_text(text, encoding="utf-8")
        assert scopes_of_providers(tmp_path, ()) == {None: ProviderScope("eu-west-1", account)}
