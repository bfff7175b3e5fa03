"""The result of a check as text and as JSON: one diagnosis for each account and Region."""

import re
from collections.abc import Callable, Iterator

import msgspec

from skerry.diagnose.check_result import CheckedInput, CheckedNetwork, CheckResult
from skerry.model.world import World
from skerry.render import console
from skerry.render.json import DiagnosisOut, diagnosis_out
from skerry.render.json_document import write
from skerry.render.text import bold, clean, style_word
from skerry.render.view import View


class CheckedInputOut(msgspec.Struct, frozen=True):
    """One input of a check; ``error`` says why it could not be read."""

    name: str
    level: str | None
    error: str | None


class CheckResultOut(msgspec.Struct, frozen=True):
    """The document of ``check``."""

    version: int
    verdict: str
    inputs: list[CheckedInputOut]
    networks: list[DiagnosisOut]


def encode_check(result: CheckResult) -> str:
    """Write the result of a check."""
    inputs = [_input(one) for one in result.inputs]
    document = CheckResultOut(version=1, verdict=result.verdict, inputs=inputs, networks=[])
    return write(document, networks=(diagnosis_out(one.world, one.diagnosis) for one in result.networks))


def _input(one: CheckedInput) -> CheckedInputOut:
    return CheckedInputOut(one.name, one.level or None, None if one.error is None else one.error.what)


def format_check(result: CheckResult, view: View) -> str:
    """Write the result of a check for people: the first line tells the worst verdict."""
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
    shown = msgspec.structs.replace(view, places=True, rewrite=_names_of(network.world))
    return console.format_diagnosis(network.diagnosis, refused=facts.refused, source=facts.source, view=shown)


def _names_of(world: World) -> Callable[[str], str]:
    """Return a function for writing the addresses of resources in place of their made-up ids."""
    # Lines are rewritten after they were cleaned, and an address is a text of the input.
    addresses = {
        resource: clean(origin.address)
        for table in world.facts.origins.values()
        for resource, origin in table.items()
        if origin.address is not None
    }
    if not addresses:
        return str
    ids = "|".join(map(re.escape, sorted(addresses, key=len, reverse=True)))
    whole = re.compile(rf"(?<![\w-])(?:{ids})(?![\w-])")
    return lambda line: whole.sub(lambda match: addresses[match[0]], line)
