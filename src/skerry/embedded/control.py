"""Control addresses of the server: its faults, its settings, and the calls that it received."""

from collections.abc import Mapping

import msgspec

from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import parse_faults
from skerry.embedded.settings import Settings
from skerry.errors import SkerryError

CONTROL_PATH = "/_skerry/"
"""The beginning of the control addresses: no request of an AWS SDK has it."""

ControlAnswer = tuple[int, Mapping[str, str], bytes]
_JSON = {"Content-Type": "application/json"}
_OK, _BAD_REQUEST, _NOT_FOUND, _NOT_ALLOWED = 200, 400, 404, 405


class Control:
    """The control addresses of one server: ``faults`` and ``settings`` (GET, PUT), ``calls`` (GET, DELETE).

    Browsers send PUT and DELETE to another site only with its consent, which the server never gives.
    """

    def __init__(self, faults: Faults, settings: Settings) -> None:
        self._faults = faults
        self._settings = settings

    def answer(self, method: str, path: str, body: bytes) -> ControlAnswer:
        """Return the answer to a request: its status, headers and content."""
        try:
            return self._answer(method, path.removeprefix(CONTROL_PATH), body)
        except SkerryError as error:
            return _BAD_REQUEST, _JSON, msgspec.json.encode({"error": str(error), "remedy": error.remedy})

    def _answer(self, method: str, name: str, body: bytes) -> ControlAnswer:
        match method, name:
            case "GET", "faults":
                return _found(self._faults.rules)
            case "PUT", "faults":
                self._faults.rules = parse_faults(body)
                return _found(self._faults.rules)
            case "GET", "settings":
                return _found(self._settings)
            case "PUT", "settings":
                self._settings.replace(body)
                return _found(self._settings)
            case "GET", "calls":
                return _found(self._faults.seen)
            case "DELETE", "calls":
                self._faults.seen.clear()
                return _found(self._faults.seen)
            case _, "faults" | "settings" | "calls":
                return _NOT_ALLOWED, _JSON, msgspec.json.encode({"error": f"{method} is not possible here"})
            case _:
                return _NOT_FOUND, _JSON, msgspec.json.encode({"error": "no such control address"})


def _found(value: object) -> ControlAnswer:
    return _OK, _JSON, msgspec.json.encode(value)
