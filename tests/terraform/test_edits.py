"""Edits of the Terraform module's inputs: what a second apply changes, and that it adds no rule which exists."""

from pathlib import Path

import pytest

from tests.terraform.existing import SUBNETS, VPC, Subnet, answers
from tests.terraform.planning import (
    EGRESS,
    GATEWAY,
    INTERFACE,
    MODULE,
    RULE,
    RULE_CONTENT,
    TASKS,
    Json,
    clashes,
    failed_checks,
    given,
    refusal,
    whole,
)
from tests.terraforming import changes, standing

pytestmark = [pytest.mark.usefixtures("needs_terraform"), pytest.mark.long]

THREE = SUBNETS | {"subnet-c": Subnet("10.0.3.0/24", "eu-west-1c")}


def edited(before: Json, after: Json, subnets: dict[str, Subnet] | None = None) -> dict[str, str]:
    """Return the changes of a second apply with other arguments, after which a third changes nothing."""
    with standing(MODULE, answers(subnets or THREE), **given(**before)) as root:
        root.edit(**given(**after))
        document = root.plan()
        root.apply()
        root.require_no_changes()
    assert clashes(document) == []
    return changes(document)


def named(*keys: str) -> Json:
    """The subnets as a map of the caller's."""
    rows = {key: THREE[f"subnet-{key}"] for key in keys}
    return {
        key: {"id": f"subnet-{key}", "availability_zone": row.zone, "cidr_block": row.cidr} for key, row in rows.items()
    }


ALL = ["subnet-a", "subnet-b", "subnet-c"]
TABLES: Json = {"route_table_ids": ["rtb-private", "rtb-2"]}
FROM_TASKS: Json = {"ingress": "from-tasks", "task_egress": True}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"subnet_ids": ALL}, {"subnet_ids": ALL[::-1]}),
        ({"client_cidrs": ["10.8.0.0/16", "10.9.0.0/16"]}, {"client_cidrs": ["10.9.0.0/16", "10.8.0.0/16"]}),
        (TABLES, {"route_table_ids": ["rtb-2", "rtb-private"]}),
        (
            FROM_TASKS | {"task_security_group_ids": ["sg-1", TASKS]},
            FROM_TASKS | {"task_security_group_ids": [TASKS, "sg-1"]},
        ),
        ({"services": ["logs", "ssm"]}, {"services": ["ssm", "logs"]}),
        ({"security_group_ids": ["sg-1", "sg-2"]}, {"security_group_ids": ["sg-2", "sg-1"]}),
        (TABLES | {"subnet_ids": ALL}, TABLES | {"subnet_tags": {"Tier": "private"}}),
        (TABLES | {"subnet_ids": ALL}, TABLES | {"subnets": named("a", "b", "c")}),
        (TABLES | {"subnets": named("a", "b", "c")}, TABLES | {"subnet_ids": ALL}),
        ({"look_up_route_tables": True}, {"route_table_ids": ["rtb-private"]}),
        ({}, {"client_cidrs": ["10.0.1.0/24"]}),
    ],
    ids=[
        *("subnets", "client CIDRs", "route tables", "task groups", "services", "given groups"),
        *("ids to tags", "ids to names", "names to ids", "look-up to tables", "client CIDR of a subnet"),
    ],
)
def test_same_inputs_given_otherwise_change_nothing(before: Json, after: Json) -> None:
    assert edited(before, after) == {}


def test_subnet_taken_out_of_the_middle_removes_its_rule_alone() -> None:
    endpoints = {f'{INTERFACE}["{name}"]': "update" for name in ("ecr.api", "ecr.dkr", "logs")}

    assert edited({"subnet_ids": ALL}, {"subnet_ids": ["subnet-a", "subnet-c"]}) == endpoints | {
        f'{RULE}.cidr["10.0.2.0/24/tcp-443"]': "delete"
    }


def test_removed_client_cidr_removes_its_rule_alone() -> None:
    before, after = {"client_cidrs": ["10.8.0.0/16", "10.9.0.0/16"]}, {"client_cidrs": ["10.9.0.0/16"]}

    assert edited(before, after) == {f'{RULE}.cidr["10.8.0.0/16/tcp-443"]': "delete"}


def test_removed_task_group_removes_its_rules_alone() -> None:
    before = FROM_TASKS | {"task_security_group_ids": ["sg-1", "sg-2"]}
    after = FROM_TASKS | {"task_security_group_ids": ["sg-2"]}

    assert edited(before, after) == {
        f'{RULE}.tasks["sg-1"]': "delete",
        f'{EGRESS}.to_endpoints["sg-1"]': "delete",
        f'{EGRESS}.to_gateways["sg-1/s3"]': "delete",
    }


def test_article_rules_turned_off_leave_port_443() -> None:
    acts = edited({"ingress": "article", "subnet_ids": ["subnet-a"]}, {"subnet_ids": ["subnet-a"]})

    assert acts == {f'{RULE}.cidr["10.0.1.0/24/{port}"]': "delete" for port in ("tcp-80", "udp-53")}


def test_renamed_security_group_is_created_before_the_old_one_is_deleted() -> None:
    acts = edited(
        {"subnet_ids": ["subnet-a"], "services": []}, {"subnet_ids": ["subnet-a"], "services": [], "name": "new"}
    )

    assert acts == {
        "aws_security_group.endpoints[0]": "create/delete",
        f'{RULE}.cidr["10.0.1.0/24/tcp-443"]': "create/delete",
        f'{INTERFACE}["ecr.api"]': "update",
        f'{INTERFACE}["ecr.dkr"]': "update",
        f'{GATEWAY}["s3"]': "update",
    }


def test_switched_off_module_deletes_everything() -> None:
    acts = edited({}, {"create": False})

    assert set(acts.values()) == {"delete"}
    assert len(acts) == 1 + 2 + 3 + 1


CALL = """
module "{name}" {{
  source               = "{module}"
  vpc_id               = "{vpc}"
  subnet_ids           = ["subnet-a", "subnet-b"]
  look_up_route_tables = true
}}
"""
MOVED = """
moved {
  from = module.endpoints
  to   = module.private
}
"""


@pytest.mark.parametrize(("moved", "act"), [(MOVED, {"move"}), ("", {"create", "delete"})], ids=["moved", "not moved"])
def test_renamed_module_changes_nothing_if_it_is_moved(tmp_path: Path, moved: str, act: set[str]) -> None:
    (tmp_path / "main.tf").write_text(CALL.format(name="endpoints", module=MODULE, vpc=VPC))

    with standing(tmp_path, answers()) as root:
        root.edit(CALL.format(name="private", module=MODULE, vpc=VPC) + moved)

        assert set(changes(root.plan()).values()) == act


TASK_GROUP = """
module "endpoints" {{
  source               = "{module}"
  vpc_id               = "{vpc}"
  subnet_ids           = ["subnet-a"]
  look_up_route_tables = true
  ingress              = "from-tasks"
  {group}
}}
"""
MOVED_RULE = """
moved {
  from = module.endpoints.aws_vpc_security_group_ingress_rule.tasks["sg-1"]
  to   = module.endpoints.aws_vpc_security_group_ingress_rule.tasks["web"]
}
"""


@pytest.mark.parametrize("moved", [True, False])
def test_task_group_given_by_name_needs_a_moved_block(tmp_path: Path, *, moved: bool) -> None:
    by_id = TASK_GROUP.format(module=MODULE, vpc=VPC, group='task_security_group_ids = ["sg-1"]')
    by_name = TASK_GROUP.format(module=MODULE, vpc=VPC, group='task_security_groups = { web = "sg-1" }')
    (tmp_path / "main.tf").write_text(by_id)

    with standing(tmp_path, answers()) as root:
        root.edit(by_name + (MOVED_RULE if moved else ""))
        document = root.plan()

    key = f"module.endpoints.{RULE}.tasks"
    if moved:
        assert (changes(document), clashes(document)) == ({f'{key}["web"]': "move"}, [])
    else:
        assert clashes(document) == [f'{key}["web"]']


def test_rule_moved_to_another_key_is_a_clash() -> None:
    rule = dict.fromkeys(RULE_CONTENT) | {"security_group_id": "sg-1", "cidr_ipv4": "10.0.1.0/24"}
    rows = [
        {"type": RULE, "address": "old", "change": {"before": rule, "after": None}},
        {"type": RULE, "address": "new", "change": {"before": None, "after": rule}},
    ]

    assert clashes({"resource_changes": rows}) == ["new"]


# ------------------------------------------------------------------------------------------------------- route tables


@pytest.mark.parametrize(
    "arguments",
    [
        {"subnet_ids": ["subnet-a"], "look_up_route_tables": False},
        {"subnet_tags": {"a": "b"}, "look_up_route_tables": False},
        {"subnets": named("a"), "look_up_route_tables": False},
    ],
    ids=["ids", "tags", "names"],
)
def test_gateway_endpoint_without_given_route_tables_is_refused(arguments: Json) -> None:
    assert "Gateway endpoints need route tables" in refusal(**arguments)


def test_subnet_on_the_main_route_table_is_refused_by_the_look_up() -> None:
    subnets = SUBNETS | {"subnet-c": Subnet("10.0.3.0/24", "eu-west-1c", table=None)}
    why = refusal(answers(subnets), subnet_ids=list(subnets))

    assert "Subnet subnet-c has no route table association of its own: give route_table_ids" in why


def test_association_made_later_does_not_put_the_gateway_on_the_main_table(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"""
        resource "aws_route_table" "private" {{
          vpc_id = "{VPC}"
        }}
        resource "aws_route_table_association" "private" {{
          subnet_id      = "subnet-a"
          route_table_id = aws_route_table.private.id
        }}
        module "endpoints" {{
          source          = "{MODULE}"
          vpc_id          = "{VPC}"
          subnet_ids      = ["subnet-a"]
          route_table_ids = [aws_route_table.private.id]
        }}
        """)

    with standing(tmp_path, answers({"subnet-a": Subnet("10.0.1.0/24", "eu-west-1a", table=None)})) as root:
        (module,) = root.state()["values"]["root_module"]["child_modules"]
        (table,) = (
            row for row in root.state()["values"]["root_module"]["resources"] if row["type"] == "aws_route_table"
        )

    (gateway,) = (row["values"] for row in module["resources"] if row["address"].endswith(f'{GATEWAY}["s3"]'))
    assert gateway["route_table_ids"] == [table["values"]["id"]]


@pytest.mark.parametrize(("tables", "warned"), [(["rtb-other"], True), (["rtb-private", "rtb-other"], False)])
def test_check_names_route_tables_without_the_gateway(tables: list[str], *, warned: bool) -> None:
    expected = {
        "check.route_tables": "The tasks' subnets have route tables without a gateway endpoint: rtb-private (s3). "
        "Add them to the gateways' route tables."
    }

    assert failed_checks(whole(route_table_ids=tables)) == (expected if warned else {})
