"""Write requests, and the policies that bear on them, for another evaluator to answer: generate.py SEED."""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

CASES = 640
POOL = 10  # documents of a kind for each resource
CONTEXTS = 12  # for each kind of principal in each account
HOME, OTHER = "111122223333", "444455556666"
Json = dict[str, Any]


class Subject(NamedTuple):
    """An action on a resource, with patterns that cover the resource and others that do not."""

    action: str
    resource: str
    covering: tuple[str, ...]
    other: tuple[str, ...]


def subjects(account: str) -> list[Subject]:
    """What may be asked of an account."""
    secret = f"arn:aws:secretsmanager:eu-west-1:{account}:secret:"
    key = f"arn:aws:kms:eu-west-1:{account}:key/"
    repository = f"arn:aws:ecr:eu-west-1:{account}:repository/"
    parameter = f"arn:aws:ssm:eu-west-1:{account}:parameter/"
    return [
        Subject(
            "s3:GetObject",
            "arn:aws:s3:::config/env/app.env",
            (
                "arn:aws:s3:::config/*",
                "arn:aws:s3:::conf?g/env/app.env",
                "arn:aws:s3:::config/${aws:PrincipalTag/dir}/*",
            ),
            ("arn:aws:s3:::config", "arn:aws:s3:::Config/*", "arn:aws:s3:::config/${aws:PrincipalTag/none}/*"),
        ),
        Subject(
            "secretsmanager:GetSecretValue",
            f"{secret}app/db-AbCdEf",
            (f"{secret}app/*", f"{secret}app/db-??????", "arn:aws:secretsmanager:*:*:secret:app/db-*"),
            (f"{secret}web/*", f"{secret}app/db", "arn:aws:secretsmanager:us-east-1:*:secret:*"),
        ),
        Subject(
            "kms:Decrypt",
            f"{key}1234abcd-12ab-34cd-56ef-1234567890ab",
            (f"{key}*", "arn:aws:kms:*:*:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
            (f"{key}ffff*", "arn:aws:kms:us-east-1:*:key/*"),
        ),
        Subject(
            "ecr:BatchGetImage",
            f"{repository}team/web",
            (f"{repository}*", f"{repository}team/${{aws:PrincipalTag/app, 'web'}}"),
            (f"{repository}team", f"{repository}team/api"),
        ),
        Subject(
            "ssm:GetParameters",
            f"{parameter}app/url",
            (f"{parameter}app/*", f"{parameter}app/ur?"),
            (f"{parameter}App/*", f"{parameter}app"),
        ),
    ]


ROLES = {account: f"arn:aws:iam::{account}:role/exec" for account in (HOME, OTHER)}
SESSIONS = {account: f"arn:aws:sts::{account}:assumed-role/exec/0123456789abcdef" for account in (HOME, OTHER)}
USERS = {account: f"arn:aws:iam::{account}:user/ada" for account in (HOME, OTHER)}

PEOPLE = {
    **{
        f"role of {account}": {"kind": "role", "arn": arn, "session": SESSIONS[account]}
        for account, arn in ROLES.items()
    },
    **{f"user of {account}": {"kind": "user", "arn": arn} for account, arn in USERS.items()},
}

# Conditions on keys that every request may have: of each operator, some that hold and some that do not.
CONDITIONS: tuple[Json, ...] = (
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringEquals": {"aws:sourcevpce": ["vpce-2", "vpce-3"]}},
    {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringNotEqualsIfExists": {"aws:SourceVpce": ["vpce-1", "vpce-4"]}},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}},
    {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-home"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-home"}},
    {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-home"}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-home"}},
    {"StringEquals": {"aws:PrincipalAccount": [HOME, OTHER]}},
    {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
    {"StringNotEquals": {"aws:ResourceAccount": HOME}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ex*"}},
    {"ArnEquals": {"aws:PrincipalArn": ROLES[HOME]}},
    {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/admin", "arn:aws:iam::*:user/*"]}},
    {"ArnNotEquals": {"aws:PrincipalArn": ROLES[OTHER]}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:*"}},
    {"StringNotLike": {"aws:PrincipalArn": "*/exec"}},
    {"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "BLUE"}},
    {"StringNotEqualsIgnoreCase": {"aws:PrincipalTag/Team": "BLUE"}},
    {"StringEquals": {"aws:PrincipalTag/team": ["red", "green"]}},
    {"StringLike": {"aws:PrincipalTag/team": "b*"}},
    {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}},
    {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.7"}},
    {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"Bool": {"aws:SecureTransport": True}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
    {"Null": {"aws:SourceVpce": "true"}},
    {"Null": {"aws:SourceVpce": "false", "aws:TokenIssueTime": "false"}},
    {"Null": {"aws:PrincipalTag/team": ["true"]}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    {"DateLessThanEquals": {"aws:CurrentTime": "2026-06-01T12:00:00Z"}},
    {"DateLessThan": {"aws:EpochTime": "1780315200"}},
    {"DateGreaterThanEqualsIfExists": {"aws:TokenIssueTime": "2026-06-01T00:00:00Z"}},
    {"DateNotEquals": {"aws:CurrentTime": "2026-06-01T12:00:00Z"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
    {"NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": 300}},
    {"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "100"}},
    {"NumericNotEquals": {"aws:MultiFactorAuthAge": "300"}},
    {"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com", "ecs.amazonaws.com"]}},
    {"ForAllValues:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com", "ecs.amazonaws.com"]}},
    {"ForAnyValue:StringNotEquals": {"aws:CalledVia": "ecs.amazonaws.com"}},
    {"ForAllValues:StringNotEquals": {"aws:CalledVia": "athena.amazonaws.com"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-home/*"}},
    {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": ["o-home/r-1/ou-2/*", "o-other/*"]}},
    {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-home/r-1/ou-1/*"}},
    {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": "o-none/*"}},
    {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    {"StringNotEquals": {"aws:RequestedRegion": "us-*"}},
    {"StringLike": {"aws:RequestedRegion": "us-*"}},
    {"StringEquals": {"aws:PrincipalType": "AssumedRole"}},
    {"StringLike": {"aws:PrincipalTag/team": "${aws:PrincipalTag/app, 'bl*'}"}},
    {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/team}"}},
)
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": HOME},
    {"AWS": OTHER},
    {"AWS": f"arn:aws:iam::{HOME}:root"},
    {"AWS": [f"arn:aws:iam::{OTHER}:root", ROLES[HOME]]},
    {"AWS": ROLES[HOME]},
    {"AWS": ROLES[OTHER]},
    {"AWS": SESSIONS[HOME]},
    {"AWS": SESSIONS[OTHER]},
    {"AWS": [USERS[HOME], USERS[OTHER]]},
    {"AWS": "arn:aws:iam::111122223333:role/other"},
    {"AWS": "AROAEXAMPLEDELETEDROLE"},
    {"Service": "ecs-tasks.amazonaws.com"},
)
EXCEPT: tuple[Any, ...] = (
    {"AWS": [f"arn:aws:iam::{HOME}:root", ROLES[HOME], SESSIONS[HOME]]},
    {"AWS": [f"arn:aws:iam::{HOME}:root", USERS[HOME]]},
    {"AWS": "arn:aws:iam::777788889999:root"},
)


def often(draw: random.Random, share: float) -> bool:
    """Yes in that share of the cases."""
    return draw.random() < share


def context(draw: random.Random, account: str, kind: str, resource_account: str) -> Json:
    """The keys of a request: all that there are."""
    keys: Json = {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": ROLES[account] if kind == "role" else USERS[account],
        "aws:PrincipalType": "AssumedRole" if kind == "role" else "User",
        "aws:PrincipalIsAWSService": "false",
        "aws:ResourceAccount": resource_account,
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": draw.choice(["eu-west-1", "eu-west-1", "us-east-1"]),
        "aws:CurrentTime": "2026-06-01T12:00:00Z",
        "aws:EpochTime": "1780315200",
    }
    if kind == "role":
        keys["aws:TokenIssueTime"] = "2026-05-31T12:00:00Z"
    if often(draw, 0.7):
        keys |= {"aws:SourceVpce": "vpce-1", "aws:SourceVpc": "vpc-1", "aws:VpcSourceIp": "10.0.1.20"}
    else:
        keys["aws:SourceIp"] = draw.choice(["192.0.2.10", "198.51.100.7", "2001:db8::1"])
    if often(draw, 0.7):
        organization = "o-home" if account == HOME else draw.choice(["o-home", "o-other"])
        keys |= {"aws:PrincipalOrgID": organization, "aws:PrincipalOrgPaths": [f"{organization}/r-1/ou-1/"]}
    if often(draw, 0.5):
        keys |= {"aws:PrincipalTag/team": draw.choice(["blue", "red"]), "aws:PrincipalTag/dir": "env"}
    if often(draw, 0.3):
        keys |= {"aws:MultiFactorAuthPresent": draw.choice(["true", "false"]), "aws:MultiFactorAuthAge": "300"}
    if often(draw, 0.3):
        keys["aws:CalledVia"] = draw.choice([["ecs.amazonaws.com"], ["athena.amazonaws.com", "ecs.amazonaws.com"]])
    return keys


def statement(draw: random.Random, subject: Subject, *, deny: float, principals: Sequence[Any] = ()) -> Json:
    """One statement that is mostly about the subject."""
    service = subject.action.partition(":")[0]
    denies = draw.random() < deny
    made: Json = {"Effect": "Deny" if denies else "Allow"}
    if principals:
        if denies and len(principals) > 1 and often(draw, 0.15):
            made["NotPrincipal"] = draw.choice(EXCEPT)
        else:
            made["Principal"] = draw.choice(principals)
    actions: list[Any] = [
        subject.action,
        f"{service}:*",
        f"{service}:Get*",
        [subject.action.swapcase(), "logs:PutLogEvents"],
    ]
    if often(draw, 0.12):
        made["NotAction"] = draw.choice([["iam:*", "sts:*"], [f"{service}:*"], "logs:*"])
    else:
        made["Action"] = draw.choice([*actions, f"{service}:Describe*" if often(draw, 0.3) else subject.action])
    if often(draw, 0.1):
        made["NotResource"] = draw.choice([*subject.covering, *subject.other[:2]])
    else:
        made["Resource"] = draw.choice(
            ["*", "*", subject.resource, *subject.covering, list(subject.covering), *subject.other]
        )
    if often(draw, 0.9 if denies else 0.35):
        made["Condition"] = draw.choice(CONDITIONS)
    return made


def document(draw: random.Random, subject: Subject, *, deny: float = 0.2, principals: Sequence[Any] = ()) -> Json:
    """A policy of up to three statements."""
    version = "2008-10-17" if often(draw, 0.05) else "2012-10-17"
    count = draw.choice([1, 1, 2, 3])
    rows = [
        statement(draw, subject, deny=deny if number else deny / 3, principals=principals) for number in range(count)
    ]
    return {"Version": version, "Statement": rows}


def control(draw: random.Random, subject: Subject, *, addressed: bool) -> Json:
    """A policy that only denies, as resource control policies must."""
    service = subject.action.partition(":")[0]
    row: Json = {"Effect": "Deny", "Action": draw.choice([subject.action, f"{service}:*"]), "Resource": "*"}
    if addressed:
        row["Principal"] = "*"
    row["Condition"] = draw.choice(CONDITIONS)
    return {"Version": "2012-10-17", "Statement": [row]}


class Cases:
    """The cases so far, and the documents that they name."""

    def __init__(self, seed: str) -> None:
        self.draw = random.Random(seed)  # noqa: S311 -- the same cases for the same seed
        self.documents: dict[str, Json] = {"full": _full(), "full-endpoint": _full(Principal="*")}
        self.contexts: dict[str, Json] = {}
        self.context_pools: dict[tuple[str, str, str], list[str]] = {}
        self.cases: list[Json] = []
        self.pools: dict[tuple[str, int], list[Json]] = {}

    def _keep(self, policy: Json) -> str:
        text = json.dumps(policy, sort_keys=True)
        known = next((name for name, one in self.documents.items() if json.dumps(one, sort_keys=True) == text), None)
        name = known or f"p{len(self.documents)}"
        self.documents[name] = policy
        return name

    def _document(self, subject: Subject, principals: Sequence[Any] = ()) -> Json:
        """A document for the subject, made anew or used again."""
        pool = self.pools.setdefault((subject.resource, len(principals)), [])
        if len(pool) < POOL:
            pool.append(document(self.draw, subject, principals=principals))
            return pool[-1]
        return self.draw.choice(pool)

    def _context(self, account: str, kind: str, owner: str) -> str:
        """The name of a context, made anew or used again."""
        pool = self.context_pools.setdefault((account, kind, owner), [])
        if len(pool) < CONTEXTS:
            pool.append(f"c{len(self.contexts)}")
            self.contexts[pool[-1]] = context(self.draw, account, kind, owner)
            return pool[-1]
        return self.draw.choice(pool)

    def _maybe(self, share: float, policy: Json) -> str | None:
        return self._keep(policy) if often(self.draw, share) else None

    def add(self) -> None:
        """One more case."""
        draw = self.draw
        account = HOME if often(draw, 0.8) else OTHER
        owner = account if often(draw, 0.65) else (OTHER if account == HOME else HOME)
        subject = draw.choice(subjects(owner))
        kind = "role" if often(draw, 0.8) else "user"
        across = owner != account or subject.action.startswith("kms:")
        identity = [self._keep(self._document(subject)) for _ in range(draw.choice([0, 1, 1, 1, 2]))]
        if often(draw, 0.5):
            identity.append("full")
        policies: Json = {
            "identity": identity,
            "boundary": self._maybe(0.2, self._document(subject)),
            "session": self._maybe(0.12 if kind == "role" else 0, self._document(subject)),
            "scps": self._levels(0.3, control(draw, subject, addressed=False)),
            "rcps": self._rcps(subject),
            "resource": self._maybe(0.95 if across else 0.5, self._document(subject, PRINCIPALS)),
            "endpoint": self._maybe(0.35, self._document(subject, ("*",))),
        }
        self.cases.append(
            {
                "principal": f"{kind} of {account}",
                "action": subject.action,
                "resource": subject.resource,
                "account": owner,
                "context": self._context(account, kind, owner),
                "policies": {name: value for name, value in policies.items() if value},
            }
        )

    def _levels(self, share: float, policy: Json) -> list[list[str]]:
        if not often(self.draw, share):
            return []
        last = self.draw.choice([["full"], [self._keep(policy)], ["full", self._keep(policy)]])
        return [["full"], last]

    def _rcps(self, subject: Subject) -> list[list[str]]:
        """Policies of levels that each have RCPFullAWSAccess too, which the other evaluator adds by itself."""
        if not often(self.draw, 0.25) or subject.action.startswith("ssm:"):
            return []
        return [[self._keep(control(self.draw, subject, addressed=True))]]


def _full(**more: str) -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more, "Action": "*", "Resource": "*"}]}


def main(seed: str) -> Mapping[str, Any]:
    """All cases of a seed."""
    made = Cases(seed)
    for _ in range(CASES):
        made.add()
    return {"principals": PEOPLE, "documents": made.documents, "contexts": made.contexts, "cases": made.cases}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
