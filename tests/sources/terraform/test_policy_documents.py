"""Policy documents out of the blocks of a data source."""

import json
from typing import Any

from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.policy_documents import PolicyDocuments, marked_policy
from skerry.sources.terraform.values import Instance


def source(name: str, *statements: Any, **more: Any) -> Instance:
    address = f"data.aws_iam_policy_document.{name}"
    return Instance(address, "aws_iam_policy_document", "data", {"statement": list(statements), **more})


def policy(*statements: Any, others: tuple[Instance, ...] = (), **more: Any) -> Any:
    own = source("a", *statements, **more)
    restored = PolicyDocuments([own, *others]).restore(marked_policy(own.address))
    return None if restored is UNKNOWN else json.loads(str(restored))


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


def test_document_with_an_unknown_part_is_not_known() -> None:
    assert policy({"actions": ["s3:*"], "resources": [UNKNOWN]}) is None
    assert policy({"actions": ["s3:*"]}, source_policy_documents=[UNKNOWN]) is None
    assert policy({"actions": ["s3:*"]}, source_policy_documents=["no document"]) is None
    assert policy({"actions": ["s3:*"]}, source_policy_documents=["[]"]) is None
    assert PolicyDocuments([]).restore(marked_policy("data.aws_iam_policy_document.other")) is UNKNOWN


def test_documents_of_other_sources_are_joined_in_their_order() -> None:
    other = source("b", {"sid": "b", "actions": ["b:*"]})
    joined = policy(
        {"sid": "a", "actions": ["a:*"]},
        others=(other,),
        source_policy_documents=[marked_policy(other.address)],
        override_policy_documents=[json.dumps({"Statement": {"Sid": "b", "Action": "c:*"}})],
    )
    assert [row["Action"] for row in joined["Statement"]] == ["c:*", ["a:*"]]


def test_documents_that_name_each_other_are_not_known() -> None:
    other = source("b", source_policy_documents=[marked_policy("data.aws_iam_policy_document.a")])
    assert policy(others=(other,), source_policy_documents=[marked_policy(other.address)]) is None


def test_document_within_another_text_is_not_known() -> None:
    marked = marked_policy("data.aws_iam_policy_document.a")
    documents = PolicyDocuments([source("a", {"actions": ["s3:*"]})])
    assert documents.restore(f"policy: {marked}") is UNKNOWN
    assert documents.restore(json.dumps({"policy": marked})) is UNKNOWN
    assert documents.restore("{}") == "{}"
