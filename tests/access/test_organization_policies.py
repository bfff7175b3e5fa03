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
    def test_may_allow_everything(self, network: Organization) -> None:
        assert network.bad() == {}
        assert UNREAD not in network.diagnosis().unexamined

    @pytest.mark.parametrize("target", [ACCOUNT, UNIT, ROOT])
    def test_must_allow_at_every_level(self, network: Organization, target: str) -> None:
        network.attach(target, SERVICE, "Some")
        network.write("Some", statement(["ecr:*", "logs:*", "sts:*"]))
        assert network.bad() == {"secrets": BLOCKED}
        found = network.blocker("secrets")
        assert (found.code, found.resource) == ("SERVICE_CONTROL_POLICY_DENIES", EXECUTION)
        assert "no statement of the organization's service control policies allows" in found.message

    def test_may_deny_with_a_statement(self, network: Organization) -> None:
        network.attach(UNIT, SERVICE, "FullAWSAccess", "NoSecrets")
        network.write("NoSecrets", statement("secretsmanager:*", effect="Deny", Sid="Never"))
        assert network.blocker("secrets").rule == "Never of policy NoSecrets of the organization"

    def test_do_not_bind_the_account_that_manages(self, network: Organization) -> None:
        network.attach(ROOT, SERVICE)
        answer = {"Organization": {"Id": "o-mine", "MasterAccountId": ACCOUNT}}
        network.tell("organizations:DescribeOrganization", {}, answer)
        assert network.bad() == {}
        assert UNREAD not in network.diagnosis().unexamined

    def test_bind_no_account_that_is_in_no_organization(self, network: Organization) -> None:
        network.refuse("organizations:DescribeOrganization", {}, "AWSOrganizationsNotInUseException")
        network.attach(ROOT, SERVICE)
        assert network.bad() == {}


class TestResourceControlPolicies:
    def test_may_deny_what_is_asked_of_a_secret(self, network: Organization) -> None:
        network.attach(ROOT, RESOURCE, "RCPFullAWSAccess", "Closed")
        closed = statement("secretsmanager:*", effect="Deny", Principal="*", Sid="Closed")
        network.write("Closed", closed)
        found = network.blocker("secrets")
        assert (found.code, found.rule) == (
            "RESOURCE_CONTROL_POLICY_DENIES",
            "Closed of policy Closed of the organization",
        )

    def test_of_another_organization_are_not_looked_at(self, network: Organization) -> None:
        network.attach(ROOT, RESOURCE, "RCPFullAWSAccess", "Closed")
        network.write("Closed", statement("secretsmanager:*", effect="Deny", Principal="*"))
        foreign = SECRET.replace(ACCOUNT, OTHER_ACCOUNT)
        network.app["secrets"][0]["valueFrom"] = foreign
        network.role(EXECUTION, statement("secretsmanager:GetSecretValue"), managed=[MANAGED])
        assert network.bad() == {}


class TestWhatWasNotTold:
    def test_at_all_is_unexamined(self, network: Organization) -> None:
        network.unask("organizations:ListPoliciesForTarget")
        assert network.bad() == {}
        assert UNREAD in network.diagnosis().unexamined

    def test_of_another_level_is_unknown(self, network: Organization) -> None:
        asked = {"TargetId": ROOT, "Filter": SERVICE}
        network.unask("organizations:ListPoliciesForTarget", asked)
        assert network.bad()["secrets"] is UNKNOWN
        assert "organizations:ListPoliciesForTarget" in {one.action for one in network.step("secrets").unknowns}

    def test_of_a_policy_is_unknown(self, network: Organization) -> None:
        network.attach(ROOT, SERVICE, "FullAWSAccess", "Secret")
        assert network.bad()["secrets"] is UNKNOWN

    def test_of_where_the_account_belongs_is_unknown(self, network: Organization) -> None:
        network.unask("organizations:ListParents", {"ChildId": UNIT})
        assert network.bad()["secrets"] is UNKNOWN

    def test_of_where_the_root_belongs_is_nothing(self, network: Organization) -> None:
        network.tell("organizations:ListParents", {"ChildId": ROOT}, {"Parents": []})
        assert network.bad() == {}

    def test_ends_where_units_are_their_own_parents(self, network: Organization) -> None:
        network.parent(UNIT, UNIT, "ORGANIZATIONAL_UNIT")
        assert network.bad()["secrets"] is UNKNOWN
