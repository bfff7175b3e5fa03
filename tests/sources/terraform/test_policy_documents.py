"""Policy documents out of the blocks of a data source."""

import json
from typing import Any

from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.policy_documents import write_policy
from skerry.sources.terraform.values import Instance


def policy(*statements: Any, **more: Any) -> Any:
    source = Instance(
        "data.aws_iam_policy_document.a", "aws_iam_policy_document", "data", {"statement": list(statements), **more}
    )
    written = write_policy(source)
    return None if written is None else json.loads(written)


def test_statement_has_the_defaults_of_the_provider() -> None:
    assert policy({"actions": ["s3:GetObject"], "resources": ["*"]}) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
    }


def test_principals_and_conditions_are_joined_by_type_and_operator() -> None:
    statement = {
        "effect": "Deny",
        "sid": "a",
        "actions": ["s3:*"],
        "principals": [{"type": "AWS", "identifiers": ["1"]}, {"type": "AWS", "identifiers": ["2"]}],
        "condition": [{"test": "StringEquals", "variable": "aws:SourceVpc", "values": ["vpc-1"]}],
    }
    [row] = policy(statement)["Statement"]
    assert (row["Effect"], row["Sid"], row["Principal"]) == ("Deny", "a", {"AWS": ["1", "2"]})
    assert row["Condition"] == {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}}


def test_anybody_is_a_principal_of_its_own() -> None:
    [row] = policy({"actions": ["s3:*"], "principals": [{"type": "*", "identifiers": ["*"]}]})["Statement"]
    assert row["Principal"] == "*"


def test_document_with_an_unknown_part_or_another_document_is_not_known() -> None:
    assert policy({"actions": ["s3:*"], "resources": [UNKNOWN]}) is None
    assert policy({"actions": ["s3:*"]}, source_policy_documents=["{}"]) is None
