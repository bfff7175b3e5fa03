"""Policy documents of texts alone are read from the code."""

import json
from pathlib import Path

from skerry.sources.terraform.literal_policies import literal_policies
from skerry.sources.terraform.policy_documents import PolicyDocuments, marked_policy

CODE = """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "of_a_variable" {
  statement {
    actions = ["s3:GetObject"]
    resources = [var.bucket]
  }
}
data "aws_iam_policy_document" "dynamic" {
  dynamic "statement" {
    for_each = [1]
    content {
      actions = ["s3:GetObject"]
    }
  }
}
data "aws_iam_policy_document" "joined" {
  source_policy_documents = ["{}"]
}
data "aws_iam_policy_document" "counted" {
  count = 2
  statement {
    actions = ["s3:GetObject"]
  }
}
"""


def test_documents_of_texts_alone_are_read(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, encoding="utf-8")
    [policy] = literal_policies(tmp_path)
    assert policy.address == "data.aws_iam_policy_document.trust"
    text = PolicyDocuments([policy]).restore(marked_policy(policy.address))
    assert isinstance(text, str)
    assert json.loads(text) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": ["ecs-tasks.amazonaws.com"]},
            }
        ],
    }


def test_documents_of_modules_have_their_addresses(tmp_path: Path) -> None:
    (tmp_path / "iam").mkdir()
    (tmp_path / "iam" / "main.tf").write_text(CODE, encoding="utf-8")
    (tmp_path / ".terraform" / "modules").mkdir(parents=True)
    rows = {"Modules": [{"Key": "iam", "Dir": "iam"}]}
    (tmp_path / ".terraform" / "modules" / "modules.json").write_text(json.dumps(rows), encoding="utf-8")
    assert [one.address for one in literal_policies(tmp_path)] == ["module.iam.data.aws_iam_policy_document.trust"]


def test_documents_in_json_are_read(tmp_path: Path) -> None:
    statement = {"actions": ["sts:AssumeRole"]}
    documents = {"a": {"statement": statement, "version": "2008-10-17"}, "b": {"statement": {"actions": ["${var.a}"]}}}
    text = json.dumps({"data": {"aws_iam_policy_document": documents, "aws_region": {"current": {}}}})
    (tmp_path / "main.tf.json").write_text(text, encoding="utf-8")
    [policy] = literal_policies(tmp_path)
    assert dict(policy.values) == {"statement": [statement], "version": "2008-10-17"}


def test_code_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('data "aws_iam_policy_document" "a" {', encoding="utf-8")
    assert literal_policies(tmp_path) == ()
