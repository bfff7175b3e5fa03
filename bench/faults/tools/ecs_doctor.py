"""ecs-doctor of PyPI, run as its users run it, against the embedded AWS: https://pypi.org/project/ecs-doctor/.

It reads an account by boto3, so each case is built in the embedded AWS, which is served over HTTP.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.faults.answers import Answer
from bench.faults.tools.embedding import CannotHoldError, Embedded, theirs
from skerry.aws.session import make_clients
from skerry.embedded.http_server import serve_over_http
from tests.networks import REGION, Row

VERSION = "0.5.0"
_SERIOUS = {"high", "critical"}
_LONGEST = 120


class EcsDoctor:
    """The program in an environment of its own; its network checks are what counts, and what it calls high."""

    name = "ecs-doctor"
    about = f"version {VERSION} of PyPI, `diagnose --json`"

    def __init__(self, program: Path) -> None:
        self.program = program

    def judge(self, document: bytes) -> Answer:
        """Build the case, and ask."""
        rows: dict[str, list[Row]] = json.loads(document)
        if f'"{REGION}a"'.encode() not in document:
            return Answer(None, because="the case is in another Region than the embedded AWS")
        with serve_over_http(REGION) as url:
            network = Embedded(make_clients(REGION), rows)
            try:
                network.build()
            except CannotHoldError as error:
                return Answer(None, because=theirs(network.ids, str(error)))
            told = json.loads(theirs(network.ids, self._asked(url)))
        serious = [item for item in told["all_findings"] if item["severity"] in _SERIOUS]
        named = {name for item in serious for name in _named(item, rows)}
        return Answer("blocked" if serious else "ok", frozenset(named))

    def _asked(self, url: str) -> str:
        command = [str(self.program), "diagnose", "--cluster", "shop", "--service", "web", "--region", REGION, "--json"]
        settings = {
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603 -- the program that is asked for
        if done.returncode != 0:
            raise RuntimeError(f"ecs-doctor failed: {done.stdout[-500:]} {done.stderr[-2000:]}")
        return str(done.stdout)


def _named(finding: dict[str, Any], rows: dict[str, list[Row]]) -> set[str]:
    """What a finding is about; a subnet's route or network ACL is that table, that ACL."""
    about = finding.get("raw_data") or {}
    subnet = about.get("subnet_id")
    if "nacl_entry" in about:
        return {row["NetworkAclId"] for row in rows["NetworkAcls"] if _has(row, subnet)}
    if "assign_public_ip" in about:
        return {"web"}
    if subnet is not None:
        return {row["RouteTableId"] for row in rows["RouteTables"] if _has(row, subnet)}
    if "security_group_id" in about:
        return {about["security_group_id"]}
    return {"web"}


def _has(row: Row, subnet: object) -> bool:
    return any(item.get("SubnetId") == subnet for item in row["Associations"])
