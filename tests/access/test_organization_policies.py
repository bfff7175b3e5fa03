"""Organization policies (SCPs and RCPs): evaluated if the account may read them, else reported as not examined.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from typing import Any

import pytest

from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import EXECUTION, MANAGED, OTHER_ACCOUNT, SECRET, Resources, statement, text
from tests.networks import ACCOUNT, Row

UNREAD = "service and resource control policies"
SERVICE, RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
UNIT, ROOT = "ou-1234-5678", "r-1234"
EVERYTHING = statement("*")


class Organization(Resources):
    """The account is in a unit below the root, and all levels allow everything."""

    def __init__(self) -> None:
        super().__init__()
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": OTHER_ACCOUNT}}
        self.tell("organizations:DescribeOrganization", {}, answer)
        self.parent(ACCOUNT, UNIT, "ORGANIZATIONAL_UNIT")
        self.parent(UNIT, ROOT, "ROOT")
        for target in (ACCOUNT, UNIT, ROOT):
            self.attach(target, SERVICE, "FullAWSAccess")
            self.attach(target, RESOURCE, "RCPFullAWSAccess")
        self.write("FullAWSAccess", EVERYTHING)
        self.write("RCPFullAWSAccess", EVERYTHING | {"Principal": "*"})

    def parent(self, child: str, parent: str, kind: str) -> None:
        self.tell("organizations:ListParents", {"ChildId": child}, {"Parents": [{"Id": parent, "Type": kind}]})

    def attach(self, target: str, kind: str, *names: str) -> None:
        rows = [{"Id": f"p-{name}", "Name": name} for name in names]
        self.tell("organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": kind}, {"Policies": rows})

    def write(self, name: str, *statements: Row) -> None:
        summary: dict[str, Any] = {"PolicySummary": {"Id": f"p-{name}", "Name": name}, "Content": text(*statements)}
        self.tell("organizations:DescribePolicy", {"PolicyId": f"p-{name}"}, {"Policy": summary})


@pytest.fixture
def network() -> Organization:
    return Organization()


class TestServiceControlPolicies:
    def test_service_control_policies_with_full_access_allow_launch(self, network: Organization) -> None:
        assert network.bad() == {}
        assert UNREAD not in network.diagnosis().unexamined

    @pytest.mark.parametrize("target", [ACCOUNT, UNIT, ROOT])
    def test_service_control_policies_must_allow_at_every_level(self, network: Organization, target: str) -> None:
        network.attach(target, SERVICE, "Some")
        network.write("Some", statement(["ecr:*", "logs:*", "sts:*"]))
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("SERVICE_CONTROL_POLICY_DENIES", EXECUTION)
        assert "no statement of the organization's service control policies allows" in found.message

    def test_service_control_policy_deny_statement_denies(self, network: Organization) -> None:
        network.attach(UNIT, SERVICE, "FullAWSAccess", "NoSecrets")
        network.write("NoSecrets", statement("secretsmanager:*", effect="Deny", Sid="Never"))
        assert network.blocker("secrets").rule == "Never of policy NoSecrets of the organization"

    def test_service_control_policies_do_not_limit_management_account(self, network: Organization) -> None:
        network.attach(ROOT, SERVICE)
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": ACCOUNT}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        assert network.bad() == {}
        assert UNREAD not in network.diagnosis().unexamined

    def test_service_control_policies_do_not_limit_account_without_organization(self, network: Organization) -> None:
        network.refuse("organizations:DescribeOrganization", {}, "AWSOrganizationsNotInUseException")
        network.attach(ROOT, SERVICE)
        assert network.bad() == {}


class TestResourceControlPolicies:
    def test_resource_control_policy_denies_secret(self, network: Organization) -> None:
        network.attach(ROOT, RESOURCE, "RCPFullAWSAccess", "Closed")
        closed = statement("secretsmanager:*", effect="Deny", Principal="*", Sid="Closed")
        network.write("Closed", closed)
        found = network.blocker("secrets")
        assert (found.code, found.rule) == (
            "RESOURCE_CONTROL_POLICY_DENIES",
            "Closed of policy Closed of the organization",
        )

    def test_resource_control_policies_of_other_organization_are_ignored(self, network: Organization) -> None:
        network.attach(ROOT, RESOURCE, "RCPFullAWSAccess", "Closed")
        network.write("Closed", statement("secretsmanager:*", effect="Deny", Principal="*"))
        foreign = SECRET.replace(ACCOUNT, OTHER_ACCOUNT)
        network.app["secrets"][0]["valueFrom"] = foreign
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        assert network.bad() == {}


class TestUnreadOrganization:
    def test_organization_is_unexamined_if_not_read(self, network: Organization) -> None:
        network.unask("organizations:ListPoliciesForTarget")
        assert network.bad() == {}
        assert UNREAD in network.diagnosis().unexamined

    def test_organization_is_unknown_if_a_level_was_not_read(self, network: Organization) -> None:
        asked = {"TargetId": ROOT, "Filter": SERVICE}
        network.unask("organizations:ListPoliciesForTarget", asked)
        assert network.bad()["secrets"] is UNKNOWN
        assert "organizations:ListPoliciesForTarget" in {one.action for one in network.step("secrets").unknowns}

    def test_organization_is_unknown_if_a_policy_was_not_read(self, network: Organization) -> None:
        network.attach(ROOT, SERVICE, "FullAWSAccess", "Secret")
        assert network.bad()["secrets"] is UNKNOWN

    def test_organization_is_unknown_if_parent_of_account_was_not_read(self, network: Organization) -> None:
        network.unask("organizations:ListParents", {"ChildId": UNIT})
        assert network.bad()["secrets"] is UNKNOWN

    def test_organization_needs_no_parent_of_root(self, network: Organization) -> None:
        network.tell("organizations:ListParents", {"ChildId": ROOT}, {"Parents": []})
        assert network.bad() == {}

    def test_organization_with_cyclic_parents_is_unknown(self, network: Organization) -> None:
        network.parent(UNIT, UNIT, "ORGANIZATIONAL_UNIT")
        assert network.bad()["secrets"] is UNKNOWN
