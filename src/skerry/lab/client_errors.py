"""Error messages of clients, extracted from their output, and the step at which each failed."""

import json
import re

_MOST = 2_000
_NOT_RESOLVED = "failed to resolve reference"
_ERROR = re.compile(r'error=("(?:[^"\\]|\\.)*")')
_TRANSPORT = re.compile(r"\bdial |\blookup |i/o timeout|deadline exceeded|: EOF|connection (refused|reset)")
_URL_QUERY = re.compile(r"(https?://[^\s\"?]+)\?[^\s\"]+")


def ctr_error_of(printed: str) -> str:
    """Return the last error that ``ctr`` printed, without the signatures in its URLs."""
    lines = [line for line in printed.splitlines() if line.startswith("ctr: ")]
    error_line = lines[-1].removeprefix("ctr: ") if lines else printed.strip()
    return _URL_QUERY.sub(r"\1?…", error_line)[-_MOST:]


def helper_error_of(log: str) -> str:
    """Return the last error in the log of the Amazon ECR credential helper, which prints none."""
    matches = _ERROR.findall(log)
    try:
        return str(json.loads(matches[-1])) if matches else ""
    except ValueError:
        return str(matches[-1])


def is_of_transport(said: str) -> bool:
    """Tell whether a Go program failed in the network, not because of the server's answer.

    https://pkg.go.dev/net#OpError
    """
    return bool(_TRANSPORT.search(said))


def is_about_manifest(said: str) -> bool:
    """Tell whether ``ctr`` failed before it had the image manifest."""
    return said.startswith(_NOT_RESOLVED)
