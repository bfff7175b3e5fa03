"""AWS's rules that the embedded AWS enforces, with their sources: the table in ``rules.toml``.

Each row is provoked by a test with boto3. The page of the embedded AWS has the same table.
"""

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"


class AwsRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule of AWS.

    ``answer``: the error code of a request against it, or empty for a rule without an error. ``source``: the page of
    the rule or of its code. ``documented``: the page has both; ``observed``: the code is from public reports;
    ``inferred``: the page has the rule, and the code is the closest one in AWS's documentation.
    """

    calls: str
    text: str
    source: str
    answer: str = ""
    grade: Literal["documented", "observed", "inferred"] = "documented"

    @property
    def url(self) -> str:
        """Return the address of the source."""
        return self.source if self.source.startswith("https://") else f"{_API}{self.source}"


def read_rules() -> dict[str, AwsRule]:
    """Read the rules by their names, in the order of the table."""
    text = (files("skerry.embedded") / "rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, AwsRule])
