"""The present state of security groups and their rules.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from skerry.apply.lookups import TAG, Marks, read_one, tags_of
from skerry.aws.account_session import AccountSession
from skerry.aws.errors import RefusedError
from skerry.plan.changes import CreateSecurityGroup, Direction, Rule, is_new


def group_state(
    session: AccountSession, change: CreateSecurityGroup, made: str | None, marks: Marks
) -> dict[str, Any] | None:
    """Return a new security group with the rules that the journal did not make; None if it does not exist.

    A group of the same name without the journal's tag is somebody else's: AWS allows one of a name in a VPC.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    """
    if made is None:
        filters = [{"Name": "group-name", "Values": [change.name]}, {"Name": "vpc-id", "Values": [change.vpc_id]}]
        rows = session.call("ec2", "DescribeSecurityGroups", {"Filters": filters})["SecurityGroups"]
        row = next((group for group in rows if group["GroupName"] == change.name), None)
    else:
        row = read_one(session, "DescribeSecurityGroups", "GroupIds", made, "SecurityGroups")
    if row is None:
        return None
    if tags_of(row).get(TAG) != marks.value:
        return {"id": row["GroupId"], "others": True}
    rules = (rule for rule in _rules(session, row["GroupId"]) if not _is_of(rule, marks.journal))
    values = sorted(({**_values_of(rule), "out": rule["IsEgress"]} for rule in rules), key=str)
    return {"id": row["GroupId"], "others": False, "name": row["GroupName"], "vpc": row["VpcId"], "rules": values}


def rule_state(
    session: AccountSession, group: str, direction: Direction, rule: Rule, peer: str
) -> dict[str, Any] | None:
    """Return a rule of a group with its description and tags; None if there is none, or no group yet."""
    if is_new(group):
        return None
    for row in _rules(session, group):
        ports = (row["IpProtocol"], row.get("FromPort"), row.get("ToPort"))
        same = row["IsEgress"] == (direction == "out") and ports == (rule.protocol, rule.port, rule.port)
        if same and peer in _peers_of(row):
            return {
                "id": row["SecurityGroupRuleId"],
                "description": row.get("Description") or "",
                "tags": sorted([key, value] for key, value in tags_of(row).items()),
            }
    return None


def _is_of(rule: Mapping[str, Any], journal: str) -> bool:
    return tags_of(rule).get(TAG, "").partition(":")[0] == journal


def _values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "protocol": row["IpProtocol"],
        "ports": [row.get("FromPort"), row.get("ToPort")],
        "peer": next(_peers_of(row), ""),
    }


def _peers_of(row: Mapping[str, Any]) -> Iterator[str]:
    for key in ("CidrIpv4", "CidrIpv6", "PrefixListId"):
        if row.get(key):
            yield row[key]
    if row.get("ReferencedGroupInfo"):
        yield row["ReferencedGroupInfo"]["GroupId"]


def _rules(session: AccountSession, group: str) -> Iterator[dict[str, Any]]:
    """Yield the rules of a group; a group that was just created may not be listed yet."""
    token: dict[str, str] = {}
    while True:
        parameters = {"Filters": [{"Name": "group-id", "Values": [group]}], **token}
        try:
            answer = session.call("ec2", "DescribeSecurityGroupRules", parameters)
        except RefusedError as error:
            if error.code.endswith("NotFound"):
                return
            raise
        yield from answer["SecurityGroupRules"]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
