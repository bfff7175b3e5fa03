"""Documents of AWS's managed policies."""

import pytest

from skerry.catalogue.managed_policies import document_of_managed_policy

NAME = "policy/service-role/AmazonECSTaskExecutionRolePolicy"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_managed_policy_has_its_document_in_every_partition(partition: str) -> None:
    found = document_of_managed_policy(f"arn:{partition}:iam::aws:{NAME}")
    assert found is not None
    assert "ecr:GetAuthorizationToken" in found.document["Statement"][0]["Action"]


@pytest.mark.parametrize("arn", [f"arn:aws:iam::123456789012:{NAME}", "arn:aws:iam::aws:policy/ReadOnlyAccess", ""])
def test_policy_of_an_account_or_one_that_is_not_listed_has_no_document(arn: str) -> None:
    assert document_of_managed_policy(arn) is None
