"""The calls of a step: each is in the journal before it is made, and its answer after it.

A lost call is never repeated blindly: a `ClientToken` makes the second call the same as the first, and the tag of the
journal shows whether the first one made a resource.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from skerry.apply.journal import Journal
from skerry.apply.journal_entries import CallAnswered, CallBegun
from skerry.apply.lookups import TAG, Marks
from skerry.apply.states import Place
from skerry.apply.waiting import StepError, Timing, until, wait_for
from skerry.aws.account_session import AccountSession, LostCallError
from skerry.aws.errors import RefusedError, is_throttling
from skerry.plan.api_calls import NewId, Parameter, PlannedCall, PlannedCalls, PlannedWait, new_ids_in

_ALREADY = frozenset(
    {
        "InvalidGroup.Duplicate",
        "InvalidPermission.Duplicate",
        "NetworkAclEntryAlreadyExists",
        "RouteAlreadyExists",
    }
)
_IN_USE = frozenset(
    {"DependencyViolation", "Resource.AlreadyAssociated", "InvalidIPAddress.InUse", "AuthFailure.InUse"}
)
_ATTEMPTS = 3
_TIMES_IN_USE = 5


class Tools(NamedTuple):
    """The tools of every step: the session, the journal, the timing, and a listener for waits."""

    session: AccountSession
    journal: Journal
    timing: Timing
    notify: Callable[[str], None]


class StepCalls:
    """The calls of one step of a journal; ``ids`` grows with the ids that AWS gives."""

    def __init__(self, tools: Tools, step: int, ids: dict[str, str], *, undo: bool = False) -> None:
        self._tools = tools
        self._step = step
        self._undo = undo
        self.ids = ids
        self.marks = Marks(tools.journal.opened.journal, step)

    @property
    def place(self) -> Place:
        """Return the account as this step knows it."""
        return Place(self._tools.session, self.ids, self.marks)

    def make(self, calls: PlannedCalls, is_done: Callable[[], bool], *, resumed: frozenset[int] | None = None) -> None:
        """Make the calls in order.

        ``resumed`` are the calls of an earlier run without an answer; None in the first run.
        Raises `StepError`, `RefusedError` or `SkerryError` if the step cannot go on.
        """
        for number, call in enumerate(calls):
            if isinstance(call, PlannedWait):
                self._wait(call)
                continue
            there = call.makes in self.ids if call.makes else resumed is not None and is_done()
            if not there:
                self._make_one(number, call, is_done, was_lost=number in (resumed or ()))
            if call.operation == "ModifyVpcEndpoint":
                self._wait(PlannedWait("endpoint-available", str(call.parameters["VpcEndpointId"])))

    def find_lost(self, calls: PlannedCalls) -> None:
        """Look for resources that lost calls have made, by the tag of the journal."""
        for number, call in enumerate(calls):
            if isinstance(call, PlannedCall) and call.makes and call.resource_type and call.makes not in self.ids:
                made = self.marks.find_id(self._tools.session, call.resource_type)
                if made is not None:
                    self._answered(number, call, made)

    def can_make(self, call: PlannedCall | PlannedWait) -> bool:
        """Tell whether all resources of a call exist; a reversal leaves out those that were never created."""
        if isinstance(call, PlannedWait):
            return all(resource in self.ids for resource in new_ids_in(call.resource))
        return all(resource in self.ids for resource in new_ids_in(dict(call.parameters)))

    def _wait(self, wait: PlannedWait) -> None:
        resource = wait.resource.resource if isinstance(wait.resource, NewId) else wait.resource
        made = self.ids.get(resource, resource)
        self._tools.notify(f"waiting for {made}")
        wait_for(self._tools.session, wait.goal, made, self._tools.timing)

    def _make_one(self, number: int, call: PlannedCall, is_done: Callable[[], bool], *, was_lost: bool) -> None:
        for _ in range(_ATTEMPTS):
            if was_lost and self._took_effect(number, call, is_done):
                return
            self._tools.journal.write(CallBegun(self._step, number, call.operation, undo=self._undo))
            try:
                answer = self._call(number, call, is_done)
            except LostCallError:
                was_lost = True
                continue
            made = "" if answer is None or not call.makes else _value_at(answer, call.answer)
            self._answered(number, call, made)
            return
        raise StepError(f"AWS gave no answer to {call.operation} {_ATTEMPTS} times; its effect is not known")

    def _answered(self, number: int, call: PlannedCall, made: str) -> None:
        resource = call.makes if made else ""
        self._tools.journal.write(CallAnswered(self._step, number, resource, made, undo=self._undo))
        if made:
            self.ids[call.makes] = made

    def _took_effect(self, number: int, call: PlannedCall, is_done: Callable[[], bool]) -> bool:
        """Tell whether a lost call took effect; the resource that it made is remembered."""
        if not call.makes:
            return is_done()
        if not call.resource_type:
            return False
        # AWS may show a new resource only after a while; with a token the same call can be made again at once.
        bound = 0 if call.has_token else self._tools.timing.settle
        until(self._tools.timing, bound, lambda: self._find(number, call))
        return call.makes in self.ids

    def _find(self, number: int, call: PlannedCall) -> bool:
        made = self.marks.find_id(self._tools.session, call.resource_type)
        if made is not None:
            self._answered(number, call, made)
        return made is not None

    def _call(self, number: int, call: PlannedCall, is_done: Callable[[], bool]) -> dict[str, Any] | None:
        """Make a call; None if AWS says that its effect is there already, and it is."""
        parameters = self._parameters(number, call)
        begun = time.monotonic()
        refused: list[RefusedError] = []
        answers: list[dict[str, Any]] = []

        def attempt() -> bool:
            try:
                once = bool(call.makes and call.resource_type and not call.has_token)
                answer = self._tools.session.call(call.service, call.operation, parameters, once=once)
            except RefusedError as error:
                refused.append(error)
                return time.monotonic() >= begun + self._patience(call, error)
            answers.append(answer)
            return True

        until(self._tools.timing, self._tools.timing.settle * _TIMES_IN_USE, attempt)
        if answers:
            return _checked(call, answers[0])
        return self._settle(number, call, refused[-1], is_done)

    def _settle(
        self, number: int, call: PlannedCall, error: RefusedError, is_done: Callable[[], bool]
    ) -> dict[str, Any] | None:
        if error.code in _ALREADY and (self._find(number, call) if call.makes else is_done()):
            return None
        if self._undo and error.code.endswith(("NotFound", "NotFoundException")):
            return None
        raise error

    def _patience(self, call: PlannedCall, error: RefusedError) -> float:
        """Return the seconds that an error gets to end by itself."""
        settle = self._tools.timing.settle
        if is_throttling(error.code):
            return settle
        if error.code in _IN_USE:
            # A deleted endpoint's interfaces may use their groups for some minutes more.
            return settle * _TIMES_IN_USE if self._undo else 0
        # AWS may not show a new resource yet.
        new = any(new_ids_in(dict(call.parameters))) and not self._undo
        return settle if new and error.code.endswith(("NotFound", "NotFoundException")) else 0

    def _parameters(self, number: int, call: PlannedCall) -> dict[str, Any]:
        parameters: dict[str, Any] = {name: self._resolved(value) for name, value in call.parameters.items()}
        if call.has_token:
            text = f"{self.marks.value}:{number}"
            parameters["ClientToken"] = hashlib.sha256(text.encode()).hexdigest()[:32]
        if call.resource_type and not self._undo:
            tag = {"Key": TAG, "Value": self.marks.value}
            given = parameters.get("TagSpecifications") or [{"ResourceType": call.resource_type, "Tags": []}]
            parameters["TagSpecifications"] = [{**row, "Tags": [*row["Tags"], tag]} for row in given]
        return parameters

    def _resolved(self, value: Parameter) -> Any:  # noqa: ANN401 -- parameters of boto3
        match value:
            case NewId():
                if value.resource not in self.ids:
                    raise StepError(f"{value.resource} was never created")
                return self.ids[value.resource]
            case list():
                return [self._resolved(item) for item in value]
            case dict():
                return {key: self._resolved(item) for key, item in value.items()}
            case _:
                return value


def _value_at(answer: dict[str, Any], path: tuple[str | int, ...]) -> str:
    value: Any = answer
    try:
        for part in path:
            value = value[part]
    except (LookupError, TypeError) as error:
        raise StepError("AWS answered without the id that comes next") from error
    return str(value)


def _checked(call: PlannedCall, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer. Raises `StepError` for the answer of a call without effect.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    for row in answer.get("Unsuccessful") or ():
        error = row.get("Error") or {}
        if not str(error.get("Code", "")).endswith("NotFound"):
            raise StepError(f"{call.operation} of {row.get('ResourceId')}: {error.get('Code')}: {error.get('Message')}")
    if answer.get("Return") is False:
        raise StepError(f"AWS did nothing for {call.operation}")
    return answer
