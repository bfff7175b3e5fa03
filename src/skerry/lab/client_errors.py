"""What clients say when they fail, cut out of all that they print; and what of it tells which step failed."""

import json
import re

_MOST = 2_000
_NOT_RESOLVED = "failed to resolve reference"
_ERROR = re.compile(r'error=("(?:[^"\\]|\\.)*")')
_TRANSPORT = re.compile(r"\bdial |\blookup |i/o timeout|deadline exceeded|: EOF|connection (refused|reset)")
_URL_QUERY = re.compile(r"(https?://[^\s\"?]+)\?[^\s\"]+")


def of_ctr(printed: str) -> str:
    """The last error that ``ctr`` prints; the signature in an address is left out."""
    lines = [line for line in printed.splitlines() if line.startswith("ctr: ")]
    said = lines[-1].removeprefix("ctr: ") if lines else printed.strip()
    return _URL_QUERY.sub(r"\1?…", said)[-_MOST:]


def of_helper(log: str) -> str:
    """The last error in the log of Amazon's credential helper, which prints none itself."""
    found = _ERROR.findall(log)
    try:
        return str(json.loads(found[-1])) if found else ""
    except ValueError:
        return str(found[-1])


def is_of_transport(said: str) -> bool:
    """Tell whether a program of Go failed for want of a way, not by what the other end answered.

    https://pkg.go.dev/net#OpError
    """
    return bool(_TRANSPORT.search(said))


def is_about_manifest(said: str) -> bool:
    """Tell whether ``ctr`` failed before it knew the image's manifest."""
    return said.startswith(_NOT_RESOLVED)
