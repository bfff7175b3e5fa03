"""The use case of `skerry explain`: codes, checks, and error texts compared with a diagnosis."""

from skerry import checks
from skerry.app.diagnosis import diagnose
from skerry.app.selection import Selection
from skerry.catalogue.blocker_codes import Code, load_codes
from skerry.checks.check import Check
from skerry.diagnose import compare
from skerry.errortext.explain import Explanation, explain
from skerry.model.world import World


def explain_code(code: str) -> Code | Check | None:
    """Return the meaning of a blocker's code or a check's id; None where it is neither."""
    meaning = load_codes().get(code.upper())
    return meaning or next((check for check in checks.CHECKS if check.id == code.lower()), None)


def explain_text(text: str) -> list[Explanation]:
    """Explain an error text of ECS, or each error in a log; none where a text is not known."""
    return list(explain(text))


def explain_with_diagnosis(
    world: World, text: str, selection: Selection | None = None
) -> list[tuple[Explanation, tuple[compare.Comparison, ...], str]]:
    """Explain an error text, and compare each of its errors with the diagnosis of a selection.

    Each has a sentence if it belongs to another Region or account than the World, else an empty one. Raises
    `NothingFoundError` if the selection matches nothing.
    """
    explanations = explain_text(text)
    diagnosis = diagnose(world, selection) if explanations else None
    return [
        (error, compare.compare(error, diagnosis), compare.origin_mismatch_of(error, world.region, world.account))
        for error in explanations
        if diagnosis
    ]
