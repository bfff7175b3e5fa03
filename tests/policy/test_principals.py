"""Matching of the elements Principal and NotPrincipal.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from typing import Any

import msgspec
import pytest

from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.policy.request import AWS_OWN, Principal, principal_of_role, principal_of_service
from tests.policy.asking import (
    EVERYTHING,
    HOME,
    NOTHING,
    OTHER,
    ROLE,
    ROLE_ARN,
    SESSION_ARN,
    USER,
    Json,
    allow,
    decide,
    deny,
    policy,
    request,
    verdict,
)

ROOT = f"arn:aws:iam::{HOME}:root"
ANONYMOUS = Principal("anonymous")
TASKS = principal_of_service("ecs-tasks.amazonaws.com")


def granted(to: Any, principal: Principal = ROLE, **kinds: Any) -> str:
    """What comes of a policy of the resource that allows somebody something, where no identity's policy does."""
    statement = allow(Principal=to)
    return verdict(request(principal=principal), **({"identity": (NOTHING,), "resource": policy(statement)} | kinds))


class TestPrincipalElement:
    @pytest.mark.parametrize("to", ["*", {"AWS": "*"}, {"AWS": [f"arn:aws:iam::{OTHER}:root", "*"]}], ids=str)
    @pytest.mark.parametrize("who", [ROLE, USER, ANONYMOUS, TASKS], ids=lambda who: who.kind)
    def test_principal_asterisk_names_everyone(self, to: Any, who: Principal) -> None:
        assert granted(to, who) == "allowed"

    @pytest.mark.parametrize("to", [ROLE_ARN, SESSION_ARN])
    def test_principal_arn_names_role_or_session(self, to: str) -> None:
        assert granted({"AWS": to}) == "allowed"

    @pytest.mark.parametrize(
        "to",
        [
            f"arn:aws:iam::{HOME}:role/apps/web",
            f"arn:aws:iam::{HOME}:role/exec",  # the path belongs to the ARN of a role
            f"arn:aws:iam::{OTHER}:role/apps/exec",
            f"arn:aws:iam::{HOME}:user/exec",
            f"arn:aws:sts::{HOME}:assumed-role/exec/other",
            f"arn:aws:sts::{HOME}:assumed-role/web/0123456789abcdef",
            f"arn:aws:sts::{OTHER}:assumed-role/exec/0123456789abcdef",
            f"arn:aws:iam::{OTHER}:root",
            OTHER,
        ],
    )
    def test_principal_arn_does_not_name_others(self, to: str) -> None:
        assert granted({"AWS": to}) == "denied"

    def test_principal_session_is_unknown_without_session_name(self) -> None:
        assert granted({"AWS": SESSION_ARN}, principal_of_role(NameOrArn(ROLE_ARN))) == "unknown"
        assert (
            granted({"AWS": f"arn:aws:sts::{HOME}:assumed-role/web/x"}, principal_of_role(NameOrArn(ROLE_ARN)))
            == "denied"
        )

    def test_principal_user_arn_is_case_sensitive(self) -> None:
        assert granted({"AWS": USER.arn}, USER) == "allowed"
        assert granted({"AWS": USER.arn.replace("ada", "Ada")}, USER) == "denied"

    @pytest.mark.parametrize("to", ["AROAEXAMPLEDELETEDROLE", "AIDAEXAMPLEDELETEDUSER"])
    @pytest.mark.parametrize("who", [ROLE, USER, ANONYMOUS, TASKS, AWS_OWN], ids=lambda who: who.kind)
    def test_principal_id_of_deleted_role_or_user_names_nobody(self, to: str, who: Principal) -> None:
        assert granted({"AWS": to}, who) == "denied"
        assert verdict(request(principal=ROLE), resource=policy(deny(Principal={"AWS": to}))) == "allowed"

    def test_principal_with_inner_wildcard_is_unknown(self) -> None:
        assert granted({"AWS": f"arn:aws:iam::{HOME}:role/apps/*"}) == "unknown"
        assert granted({"AWS": f"arn:aws:iam::{HOME}:user/ad?"}, USER) == "unknown"

    def test_principal_service_names_only_that_service(self) -> None:
        assert granted({"Service": "ecs-tasks.amazonaws.com"}, TASKS) == "allowed"
        assert granted({"Service": "ecs.amazonaws.com"}, TASKS) == "denied"
        assert granted({"Service": "ecs-tasks.amazonaws.com"}) == "denied"
        assert granted({"AWS": ROLE_ARN}, TASKS) == "denied"

    def test_principal_federated_does_not_apply(self) -> None:
        assert granted({"Federated": "accounts.google.com"}) == "denied"

    def test_principal_anonymous_is_named_only_by_asterisk(self) -> None:
        assert granted({"AWS": ROOT}, ANONYMOUS) == "denied"
        assert granted({"CanonicalUser": "79a59df900b949e5"}, ANONYMOUS) == "denied"

    def test_principal_canonical_user_may_be_the_account(self) -> None:
        asked = request("s3:GetObject", "arn:aws:s3:::b/x", account=OTHER)
        resource = policy(allow(Principal={"CanonicalUser": "79a59df900b949e5"}))
        decision = decide(asked, resource=resource)
        assert decision.verdict == "unknown"
        assert [one.action for one in decision.missing] == ["s3:ListAllMyBuckets"]


class TestAccountPrincipals:
    """An account's root ARN or number delegates to the account, whose own policies must then allow."""

    @pytest.mark.parametrize("to", [ROOT, HOME])
    def test_principal_account_delegates_to_its_policies(self, to: str) -> None:
        assert granted({"AWS": to}) == "denied"
        assert granted({"AWS": to}, identity=(EVERYTHING,)) == "allowed"

    @pytest.mark.parametrize("to", [ROOT, HOME])
    def test_principal_account_delegates_across_accounts(self, to: str) -> None:
        asked = request(account=OTHER)
        resource = policy(allow(Principal={"AWS": to}))
        assert verdict(asked, resource=resource) == "allowed"
        assert verdict(asked, resource=resource, identity=(NOTHING,)) == "denied"

    def test_principal_account_in_deny_applies_to_all_its_principals(self) -> None:
        assert verdict(resource=policy(deny(Principal={"AWS": HOME}))) == "denied"
        assert verdict(resource=policy(deny(Principal={"AWS": OTHER}))) == "allowed"


class TestNotPrincipalElement:
    def denied(self, *but: str, principal: Principal = ROLE, **kinds: Any) -> str:
        resource = policy({**deny(), "NotPrincipal": {"AWS": list(but)}})
        return verdict(request(principal=principal), resource=resource, **kinds)

    def test_not_principal_denies_all_others(self) -> None:
        assert self.denied(f"arn:aws:iam::{OTHER}:root") == "denied"
        assert self.denied(f"arn:aws:iam::{HOME}:role/web") == "denied"

    @pytest.mark.parametrize("who", [ROLE_ARN, SESSION_ARN])
    def test_not_principal_exempts_role_named_with_account(self, who: str) -> None:
        assert self.denied(ROOT, who) == "allowed"
        assert self.denied(HOME, USER.arn, principal=USER) == "allowed"

    @pytest.mark.parametrize("but", [[ROOT], [ROLE_ARN]], ids=["the account", "the role"])
    def test_not_principal_is_unknown_for_role_or_account_alone(self, but: list[str]) -> None:
        assert self.denied(*but) == "unknown"

    def test_not_principal_asterisk_exempts_everyone(self) -> None:
        assert self.denied("*") == "allowed"

    def test_not_principal_exempts_a_service(self) -> None:
        resource = policy(allow(Principal="*"), {**deny(), "NotPrincipal": {"Service": TASKS.arn}})
        assert verdict(request(principal=TASKS), resource=resource) == "allowed"
        assert verdict(request(principal=ROLE), resource=resource) == "denied"

    def test_not_principal_denies_principals_with_boundary(self) -> None:
        assert self.denied(ROOT, ROLE_ARN, boundary=EVERYTHING) == "denied"
        assert self.denied(ROOT, ROLE_ARN, boundary=Missing("the boundary", "iam:GetRole")) == "unknown"

    def test_not_principal_is_unknown_for_unread_boundary(self) -> None:
        # The allow for everyone is not limited by a boundary: only whether there is one matters.
        resource = policy(allow(Principal="*"), {**deny(), "NotPrincipal": {"AWS": [ROOT, ROLE_ARN]}})
        unread = Missing("the boundary", "iam:GetRole")
        assert verdict(resource=resource) == "allowed"
        assert decide(resource=resource, boundary=unread).missing == (unread,)

    def test_not_principal_with_allow_allows_others(self) -> None:
        resource = policy({**allow(), "NotPrincipal": {"AWS": ROLE_ARN}})
        assert verdict(identity=(NOTHING,), resource=resource) == "denied"
        assert verdict(request(principal=USER), identity=(NOTHING,), resource=resource) == "allowed"


class TestGatewayEndpointPolicies:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway."""

    def through(self, to: Any, principal: Principal = ROLE, *, gateway: bool = True) -> str:
        endpoint = policy(allow(Principal=to))
        return verdict(request(principal=principal), endpoint=endpoint, gateway=gateway)

    def test_gateway_policy_asterisk_names_everyone(self) -> None:
        assert self.through("*") == "allowed"

    def test_gateway_policy_account_names_root_user_only(self) -> None:
        assert self.through({"AWS": ROOT}) == "denied"
        assert self.through({"AWS": ROOT}, gateway=False) == "allowed"

    def test_gateway_policy_role_arn_is_unknown(self) -> None:
        assert self.through({"AWS": ROLE_ARN}) == "unknown"
        assert self.through({"AWS": ROLE_ARN}, gateway=False) == "allowed"
        assert self.through({"AWS": f"arn:aws:iam::{HOME}:role/web"}) == "denied"

    @pytest.mark.parametrize("to", [ROOT, HOME])
    def test_gateway_policy_account_without_grant_is_unknown(self, to: str) -> None:
        everyone: Json = {"gateway": True, "resource": policy(allow(Principal="*"))}

        def through(*rows: Json, principal: Principal = ROLE) -> str:
            return verdict(request(principal=principal), **everyone, endpoint=policy(allow(Principal="*"), *rows))

        assert through(deny(Principal={"AWS": to})) == "unknown"
        assert through({**deny(), "NotPrincipal": {"AWS": to}}) == "unknown"
        assert through(deny(Principal={"AWS": to}), principal=TASKS) == "allowed"
        assert through(deny(Principal={"AWS": OTHER})) == "allowed"
        assert through({**deny(), "NotPrincipal": {"AWS": OTHER}}) == "denied"
        others = policy({**allow(), "NotPrincipal": {"AWS": to}})
        assert verdict(endpoint=others, gateway=True) == "unknown"

    def test_gateway_policy_names_services_and_everyone(self) -> None:
        assert self.through({"AWS": "*"}) == "allowed"
        assert self.through({"Service": TASKS.arn}) == "denied"
        assert verdict(endpoint=policy(allow(Principal="*"), deny(Principal={"AWS": "*"})), gateway=True) == "denied"

    def test_gateway_rules_do_not_apply_to_other_policies(self) -> None:
        resource = policy(allow(Principal={"AWS": ROLE_ARN}))
        assert verdict(identity=(NOTHING,), resource=resource, gateway=True) == "allowed"


def test_role_path_is_in_role_arn_but_not_session_arn() -> None:
    flat = msgspec.structs.replace(ROLE, arn=f"arn:aws:iam::{HOME}:role/exec")
    assert granted({"AWS": SESSION_ARN}, flat) == granted({"AWS": SESSION_ARN}) == "allowed"
