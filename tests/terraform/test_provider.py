"""The stand-in for the AWS provider over a state: what it replaces, updates and leaves alone."""

from pathlib import Path

import pytest

from tests.terraforming import TerraformError, changes, settled, standing

pytestmark = pytest.mark.usefixtures("needs_terraform")

GROUP = """
resource "aws_security_group" "this" {{
  name_prefix = "{name}-"
  vpc_id      = "vpc-1"
  tags        = {{ Team = "{team}" }}
}}

resource "aws_vpc_security_group_ingress_rule" "this" {{
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  {source}
}}
"""
BY_CIDR = 'cidr_ipv4 = "10.0.0.0/16"'


def group(name: str = "a", team: str = "blue", source: str = BY_CIDR) -> str:
    return GROUP.format(name=name, team=team, source=source)


# Each edit is of the state that the one before it leaves.
EDITS = {
    "tags": (group(team="red"), {"aws_security_group.this": "update"}),
    "address range": (
        group(team="red", source='cidr_ipv4 = "10.1.0.0/16"'),
        {"aws_vpc_security_group_ingress_rule.this": "update"},
    ),
    "kind of source": (
        group(team="red", source='prefix_list_id = "pl-1"'),
        {"aws_vpc_security_group_ingress_rule.this": "delete/create"},
    ),
    "name of the group": (
        group(name="b", team="red", source='prefix_list_id = "pl-1"'),
        {"aws_security_group.this": "delete/create", "aws_vpc_security_group_ingress_rule.this": "delete/create"},
    ),
    "nothing left": (
        "",
        {"aws_security_group.this": "delete", "aws_vpc_security_group_ingress_rule.this": "delete"},
    ),
}


def test_provider_stub_plans_updates_replacements_and_deletions(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(group())

    with standing(tmp_path, {}) as root:
        for name, (edit, acts) in EDITS.items():
            root.edit(edit)
            assert (name, changes(root.plan())) == (name, acts)
            root.apply()
            root.require_no_changes()


def test_second_plan_with_changes_is_reported(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('output "now" {\n  value = timestamp()\n}\n')

    with pytest.raises(TerraformError, match="planned again after the apply"):
        settled(tmp_path, {})
