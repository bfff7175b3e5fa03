"""Evaluation of policy types within one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from typing import Any

import pytest

from skerry.policy.evaluate import Denial
from skerry.policy.policy_types import AssumedToAllow, DecidingStatement
from skerry.policy.request import AWS_OWN, Principal, principal_of_service
from tests.policy.asking import (
    EVERYTHING,
    GET,
    HOME,
    NOTHING,
    ROLE_ARN,
    SESSION_ARN,
    UNREAD,
    USER,
    Json,
    allow,
    decide,
    deny,
    policy,
    request,
    verdict,
)

TO_ALL = policy(allow(Principal="*"), name="to all")
DENY = policy(allow(Principal="*"), deny(GET, Principal="*", Sid="Never"), name="denying")
ACCOUNT = {"AWS": f"arn:aws:iam::{HOME}:root"}
KEY = f"arn:aws:kms:eu-west-1:{HOME}:key/1234"


def only(kind: str, given: Any) -> Json:
    """Policies of one kind, by its name."""
    return {kind: given}


def plain(*statements: Any) -> Any:
    """The policy without principals, for the kinds that name nobody."""
    return policy(*({key: value for key, value in one.items() if key != "Principal"} for one in statements))


class TestExplicitDeny:
    @pytest.mark.parametrize(
        ("kinds", "words"),
        [
            ({"identity": (EVERYTHING, plain(allow(), deny(GET)))}, "an identity-based policy"),
            ({"boundary": plain(allow(), deny(GET))}, "a permissions boundary"),
            ({"session": plain(allow(), deny(GET))}, "a session policy"),
            ({"scps": ((EVERYTHING,), (EVERYTHING, plain(deny(GET))))}, "a service control policy"),
            ({"rcps": ((DENY,),)}, "a resource control policy"),
            ({"resource": DENY}, "a resource-based policy"),
            ({"endpoint": DENY}, "a VPC endpoint policy"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_explicit_deny_overrides_every_allow(self, kinds: Any, words: str) -> None:
        decision = decide(**({"resource": TO_ALL} | kinds))
        assert decision.verdict == "denied"
        assert [one.words for one in decision.denials] == [f"with an explicit deny in {words}"]
        (denial,) = decision.denials
        assert denial.statement is not None
        assert (denial.statement.kind, denial.statement.effect) == (denial.kind, "Deny")

    def test_denial_names_its_statement(self) -> None:
        decision = decide(resource=DENY)
        (denial,) = decision.denials
        assert denial.words == "with an explicit deny in a resource-based policy"
        assert denial.statement == DecidingStatement(
            "resource-based policy", "denying", "Never", "Deny", DENY.statements[1]
        )

    def test_deny_of_another_action_does_not_apply(self) -> None:
        assert verdict(request("secretsmanager:DescribeSecret"), resource=DENY) == "allowed"


class TestRequiredAllows:
    @pytest.mark.parametrize(
        ("kinds", "name"),
        [
            ({"identity": ()}, "identity-based policy"),
            ({"identity": (NOTHING,)}, "identity-based policy"),
            ({"boundary": NOTHING}, "permissions boundary"),
            ({"session": NOTHING}, "session policy"),
            ({"scps": ((EVERYTHING,), (NOTHING,))}, "service control policy"),
            ({"scps": ((NOTHING,), (EVERYTHING,))}, "service control policy"),
            ({"scps": ((),)}, "service control policy"),
            ({"endpoint": policy(allow("none:None", Principal="*"))}, "VPC endpoint policy"),
        ],
        ids=str,
    )
    def test_each_required_policy_type_must_allow(self, kinds: Any, name: str) -> None:
        decision = decide(**kinds)
        assert decision.verdict == "denied"
        assert decision.denials == (Denial(name, f"because no {name} allows the {GET} action"),)  # type: ignore[arg-type]

    def test_all_denials_are_reported(self) -> None:
        decision = decide(boundary=NOTHING, endpoint=DENY, identity=())
        assert [one.kind for one in decision.denials] == [
            "VPC endpoint policy",
            "identity-based policy",
            "permissions boundary",
        ]

    def test_identity_based_allow_in_any_policy_is_enough(self) -> None:
        decision = decide(identity=(NOTHING, policy(allow(Sid="One"), name="mine")))
        assert decision.verdict == "allowed"
        assert decision.allowed_by == (DecidingStatement("identity-based policy", "mine", "One", "Allow"),)

    def test_scp_allow_in_any_policy_of_each_level_is_enough(self) -> None:
        assert verdict(scps=((EVERYTHING,), (NOTHING, EVERYTHING))) == "allowed"

    def test_resource_control_policies_always_allow(self) -> None:
        # RCPFullAWSAccess is everywhere and cannot be taken off.
        assert verdict(rcps=((policy(deny("s3:*", Principal="*")),),)) == "allowed"

    def test_missing_or_default_endpoint_policy_allows(self) -> None:
        assert verdict(endpoint=None) == verdict(endpoint=TO_ALL) == "allowed"


class TestStatements:
    def test_actions_are_case_insensitive(self) -> None:
        assert verdict(identity=(policy(allow(GET.upper())),)) == "allowed"
        assert verdict(request(GET.upper()), identity=(policy(allow("secretsmanager:get*")),)) == "allowed"

    def test_not_action_applies_to_all_other_actions(self) -> None:
        but = {"Effect": "Allow", "NotAction": ["iam:*", "secretsmanager:Get*"], "Resource": "*"}
        assert verdict(identity=(policy(but),)) == "denied"
        assert verdict(request("secretsmanager:DescribeSecret"), identity=(policy(but),)) == "allowed"

    def test_only_resource_based_policy_may_omit_resource(self) -> None:
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
        bare = {"Effect": "Allow", "Principal": "*", "Action": "*"}
        assert verdict(identity=(NOTHING,), resource=policy(bare)) == "allowed"
        decision = decide(endpoint=policy(bare))
        assert decision.verdict == "unknown"
        assert [one.fact for one in decision.missing] == ["the resources of statement 1: it has no Resource"]

    def test_unexpected_principal_leaves_statement_unknown(self) -> None:
        assert verdict(identity=(policy(allow(Principal="*")),)) == "unknown"
        assert verdict(identity=(NOTHING,), resource=EVERYTHING) == "unknown"


class TestResourceBasedPolicies:
    """Within an account either side's allow is enough."""

    @pytest.mark.parametrize("to", ["*", {"AWS": SESSION_ARN}, {"AWS": ROLE_ARN}], ids=str)
    def test_resource_based_policy_allows_alone(self, to: Any) -> None:
        assert verdict(identity=(), resource=policy(allow(Principal=to))) == "allowed"

    @pytest.mark.parametrize("limit", ["boundary", "session"])
    def test_resource_grant_to_role_is_limited_by_implicit_denies(self, limit: str) -> None:
        assert (
            verdict(identity=(), resource=policy(allow(Principal={"AWS": ROLE_ARN})), **only(limit, NOTHING))
            == "denied"
        )

    @pytest.mark.parametrize("limit", ["boundary", "session"])
    @pytest.mark.parametrize("to", ["*", {"AWS": SESSION_ARN}], ids=str)
    def test_resource_grant_to_session_or_everyone_is_not_limited(self, to: Any, limit: str) -> None:
        # For everyone: …/reference_policies_elements_principal.html#principal-roles
        assert verdict(identity=(), resource=policy(allow(Principal=to)), **only(limit, NOTHING)) == "allowed"

    def test_resource_grant_to_user_is_not_limited(self) -> None:
        resource = policy(allow(Principal={"AWS": USER.arn}))
        assert verdict(request(principal=USER), identity=(), resource=resource, boundary=NOTHING) == "allowed"

    @pytest.mark.parametrize("kind", ["boundary", "session", "identity"])
    def test_resource_grant_is_limited_by_explicit_deny(self, kind: str) -> None:
        never = policy(deny())
        given: Any = (never,) if kind == "identity" else never
        assert verdict(resource=TO_ALL, **only(kind, given)) == "denied"

    @pytest.mark.parametrize("kinds", [{"scps": ((NOTHING,),)}, {"endpoint": policy(allow("s3:*", Principal="*"))}])
    def test_resource_grant_is_limited_by_scp_and_endpoint_policy(self, kinds: Any) -> None:
        assert verdict(resource=TO_ALL, **kinds) == "denied"


class TestKeyPolicies:
    """A key's policy must allow in any case, be it only by leaving it to the account.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """

    def decrypt(self, to: Any, **kinds: Any) -> str:
        resource = policy(allow("kms:*", Principal=to)) if to else policy(allow("none:None", Principal="*"))
        return verdict(request("kms:Decrypt", KEY), resource=resource, **kinds)

    def test_key_needs_more_than_identity_based_policies(self) -> None:
        assert self.decrypt(None) == "denied"
        assert verdict(request("kms:Decrypt", KEY)) == "denied"

    def test_key_policy_delegates_to_the_account(self) -> None:
        assert self.decrypt(ACCOUNT) == "allowed"
        assert self.decrypt(ACCOUNT, identity=()) == "denied"

    @pytest.mark.parametrize("to", [{"AWS": ROLE_ARN}, {"AWS": SESSION_ARN}], ids=["role", "session"])
    def test_key_policy_allows_alone(self, to: Any) -> None:
        assert self.decrypt(to, identity=()) == "allowed"

    def test_kms_action_without_key_needs_no_key_policy(self) -> None:
        assert verdict(request("kms:GenerateRandom", "*")) == "allowed"

    def test_assumed_key_policy_delegates_to_the_account(self) -> None:
        asked = request("kms:Decrypt", KEY)
        own = AssumedToAllow("the key is AWS's own")
        decision = decide(asked, resource=own)
        assert (decision.verdict, decision.assumed) == ("allowed", ("the key is AWS's own",))
        assert decide(asked, resource=own, identity=()).verdict == "denied"
        assert decide(asked, resource=own, identity=()).assumed == ("the key is AWS's own",)


class TestTrustPolicies:
    """The trust policy of a role must allow in any case."""

    ROLE = f"arn:aws:iam::{HOME}:role/task"

    def test_trust_policy_is_required_beyond_identity_based_policies(self) -> None:
        trust = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
        decision = decide(request("sts:AssumeRole", self.ROLE), resource=trust)
        assert [one.words for one in decision.denials] == [
            "because no role trust policy allows the sts:AssumeRole action"
        ]

    def test_trust_policy_is_named_in_denial(self) -> None:
        trust = policy({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
        decision = decide(request("sts:AssumeRole", self.ROLE), resource=trust)
        assert decision.denials[0].words == "with an explicit deny in the role trust policy"

    def test_trust_policy_allows_a_service_alone(self) -> None:
        trust = policy(
            {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        )
        asked = request("sts:AssumeRole", self.ROLE, principal=principal_of_service("ecs-tasks.amazonaws.com"))
        assert verdict(asked, identity=(), resource=trust) == "allowed"
        assert verdict(asked, identity=(), resource=None) == "denied"


class TestScpScope:
    """Service control policies bind the users and roles of the organization's accounts alone.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """

    @pytest.mark.parametrize(
        "who", [AWS_OWN, Principal("anonymous"), principal_of_service("ecs.amazonaws.com")], ids=lambda w: w.kind
    )
    def test_service_control_policies_do_not_limit_other_principals(self, who: Principal) -> None:
        assert verdict(request(principal=who), resource=TO_ALL, scps=((NOTHING,),)) == "allowed"
        assert verdict(request(principal=who), resource=TO_ALL, rcps=((DENY,),)) == "denied"

    def test_anonymous_request_needs_only_resource_based_policy(self) -> None:
        assert verdict(request(principal=Principal("anonymous"))) == "denied"


class TestUnreadPolicies:
    KINDS = ("identity", "boundary", "session", "scps", "rcps", "resource", "endpoint")

    @pytest.mark.parametrize("kind", KINDS)
    def test_unread_policy_leaves_decision_unknown_and_is_reported(self, kind: str) -> None:
        decision = decide(**(only("resource", TO_ALL) | {kind: UNREAD}))
        assert decision.verdict == "unknown"
        assert decision.missing == (UNREAD,)
        assert not decision.denials
        assert not decision.allowed_by

    @pytest.mark.parametrize("kind", KINDS)
    def test_unread_policy_is_irrelevant_if_another_denies(self, kind: str) -> None:
        other = only("resource" if kind == "endpoint" else "endpoint", DENY)
        assert verdict(**(other | {kind: UNREAD})) == "denied"

    def test_missing_facts_are_reported_once(self) -> None:
        assert decide(scps=UNREAD, rcps=UNREAD, identity=UNREAD).missing == (UNREAD,)


class TestAssumedPolicies:
    @pytest.mark.parametrize("kind", ["identity", "boundary", "session", "scps", "rcps", "endpoint"])
    def test_assumed_policy_allows_and_is_reported(self, kind: str) -> None:
        decision = decide(**only(kind, AssumedToAllow("because")))
        assert (decision.verdict, decision.assumed) == ("allowed", ("because",))
