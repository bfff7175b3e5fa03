"""Whether a row for each endpoint exists in the VPC, and nothing else.

That is what controls of the kind of Security Hub's EC2.55 and EC2.56 ask, for ECR's two services:
https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html. Here the question is asked for all five that
the launches of the cases need, so that the rule is as good as it can be.
"""

import json

from bench.faults.answers import Answer
from bench.faults.launch import AUTHORIZATION, LAYERS, LOGS, MANIFEST, SECRETS
from tests.networks import REGION

_ASKED = {"ecr.api": AUTHORIZATION, "ecr.dkr": MANIFEST, "logs": LOGS, "secretsmanager": SECRETS, "s3": LAYERS}


class Presence:
    """Blocked where one of five endpoints has no row in the VPC of the service's subnets."""

    name = "endpoint rows"
    about = "a rule: each of five endpoints has a row in the VPC; as Security Hub's EC2.55 and EC2.56 ask"

    def judge(self, document: bytes) -> Answer:
        """Look for the rows."""
        rows = json.loads(document)
        if not rows["services"]:
            return Answer(None, because="it asks about services of ECS only")
        places = rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
        vpcs = {row["VpcId"] for row in rows["Subnets"] if row["SubnetId"] in places}
        there = {row["ServiceName"] for row in rows["VpcEndpoints"] if row["VpcId"] in vpcs}
        lacking = [service for service in _ASKED if f"com.amazonaws.{REGION}.{service}" not in there]
        named = frozenset(f"com.amazonaws.{REGION}.{service}" for service in lacking)
        failing = frozenset(_ASKED[service].host for service in lacking)
        return Answer("blocked" if lacking else "ok", named, failing)
