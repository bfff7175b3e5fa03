"""The result of a check as text and as JSON: one diagnosis for each account and Region."""

from collections.abc import Iterator

import msgspec

from skerry.diagnose.breakage import BrokenService
from skerry.diagnose.check_result import CheckedInput, CheckedNetwork, CheckResult
from skerry.model.address_writer import write_addresses
from skerry.model.world import World
from skerry.render import console
from skerry.render.json import DiagnosisOut, diagnosis_out
from skerry.render.json_causes import BlockerOut, encode_blockers
from skerry.render.json_document import write
from skerry.render.json_triage import TriageOut
from skerry.render.text import bold, clean, list_names, red, style_word
from skerry.render.view import View

_MOST_CAUSES = 6


class CheckedInputOut(msgspec.Struct, frozen=True):
    """One input of a check; ``error`` says why it could not be read."""

    name: str
    level: str | None
    error: str | None


class BrokenStepOut(msgspec.Struct, frozen=True):
    """A step that worked before the change; ``before`` is null for a step that the change adds."""

    step: str
    called: str
    blocks: str
    before: str | None
    after: str
    blockers: list[BlockerOut]


class ActionOut(msgspec.Struct, frozen=True):
    """An action of the change: ``created``, ``changed``, ``replaced`` or ``deleted``."""

    address: str
    action: str


class BrokenServiceOut(msgspec.Struct, frozen=True):
    """A service broken by the change: its steps worked before and fail after it, because of these actions."""

    service: str
    cluster: str
    region: str | None
    account: str | None
    before: str
    after: str
    steps: list[BrokenStepOut]
    causes: list[ActionOut]


class CheckResultOut(msgspec.Struct, frozen=True):
    """The document of ``check``."""

    version: int
    verdict: str
    breaks: list[BrokenServiceOut]
    inputs: list[CheckedInputOut]
    networks: list[DiagnosisOut]
    triage: TriageOut | None


def encode_check(result: CheckResult, triage: TriageOut | None = None) -> str:
    """Write the result of a check."""
    inputs = [_input(one) for one in result.inputs]
    breaks = [_break(one, network.world) for network in result.networks for one in network.breaks]
    document = CheckResultOut(1, result.verdict, breaks, inputs, networks=[], triage=triage)
    return write(document, networks=(diagnosis_out(one.world, one.diagnosis) for one in result.networks))


def _input(one: CheckedInput) -> CheckedInputOut:
    return CheckedInputOut(one.name, one.level or None, None if one.error is None else one.error.what)


def _break(one: BrokenService, world: World) -> BrokenServiceOut:
    return BrokenServiceOut(
        service=one.service,
        cluster=one.cluster,
        region=world.region,
        account=world.account,
        before=one.before,
        after=one.after,
        steps=[
            BrokenStepOut(step.step, step.called, step.blocks, step.before, step.after, encode_blockers(step.blockers))
            for step in one.steps
        ],
        causes=[ActionOut(action.address, action.kind) for action in one.causes],
    )


def format_check(result: CheckResult, view: View) -> str:
    """Write the result of a check for people: the first line tells what breaks, else the worst verdict."""
    broken = "".join(_breaks(result, view))
    if broken and view.quiet:
        return broken
    return broken + ("\n" if broken else "") + _verdicts(result, view)


def _breaks(result: CheckResult, view: View) -> Iterator[str]:
    """Yield the breaks: the services with the first failing steps, and the actions of the change that break them."""
    for network in result.networks:
        if not network.breaks:
            continue
        shown = msgspec.structs.replace(view, rewrite=write_addresses(network.world, clean))
        for one in network.breaks:
            steps = dict.fromkeys(step.step for step in one.steps)
            after = "" if any(step.blocks == "start" for step in one.steps) else " (after start)"
            lines = [f"{red('breaks')}: service {bold(one.service)} at {', '.join(steps)}{after}"]
            if not view.quiet:
                names = [f"{clean(action.address)} ({action.kind})" for action in one.causes]
                lines += [f"  because of {list_names(names, _MOST_CAUSES)}"] if names else []
                codes = dict.fromkeys(
                    f"{it.code} at {clean(it.resource)}" for step in one.steps for it in step.blockers
                )
                lines += [f"  {line}" for line in codes]
            yield shown.fit(lines)


def _verdicts(result: CheckResult, view: View) -> str:
    if len(result.networks) == 1:
        return _text_of(result.networks[0], view)
    parts = (f"{_place_of(one.world)} {one.diagnosis.verdict}" for one in result.networks)
    first = view.fit([f"{style_word(result.verdict)}: {', '.join(parts)}"])
    return first if view.quiet else first + "".join(_parts(result, view))


def _parts(result: CheckResult, view: View) -> Iterator[str]:
    for one in result.networks:
        yield f"\n{bold(_place_of(one.world))}\n\n{_text_of(one, view)}"


def _place_of(world: World) -> str:
    return clean(" of ".join(filter(None, [world.region, world.account])) or world.facts.source)


def _text_of(network: CheckedNetwork, view: View) -> str:
    facts = network.world.facts
    shown = msgspec.structs.replace(view, places=True, rewrite=write_addresses(network.world, clean))
    return console.format_diagnosis(network.diagnosis, refused=facts.refused, source=facts.source, view=shown)
