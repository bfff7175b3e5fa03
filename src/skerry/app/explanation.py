"""The use case of `skerry explain`: codes, checks, and error texts compared with a diagnosis."""

from skerry import checks
from skerry.app.diagnosis import diagnose
from skerry.app.selection import Selection
from skerry.catalogue.blocker_codes import Code, load_codes
from skerry.catalogue.error_texts import ErrorTextRule, load_error_rules
from skerry.catalogue.output_terms import OutputTerm, load_output_terms
from skerry.checks.check import Check
from skerry.diagnose import compare
from skerry.errortext.explain import Explanation, explain
from skerry.model.world import World


def explain_code(code: str) -> Code | Check | ErrorTextRule | OutputTerm | None:
    """Return the meaning of an id in an output, in whatever case; None where no output has it.

    Ids are codes of blockers, checks, rules of error texts, and words such as steps, verdicts and changes.
    """
    name = code.lower()
    listed: tuple[ErrorTextRule | Check, ...] = (*load_error_rules(), *checks.CHECKS)
    meaning = load_codes().get(code.upper()) or _terms_by_spelling().get(name)
    return meaning or next((each for each in listed if each.id == name), None)


def list_ids() -> tuple[str, ...]:
    """Return every id that `explain_code` knows."""
    rules = (rule.id for rule in load_error_rules())
    return (*load_codes(), *(check.id for check in checks.CHECKS), *rules, *load_output_terms())


def _terms_by_spelling() -> dict[str, OutputTerm]:
    return {name.lower(): term for name, term in load_output_terms().items()}


def explain_text(text: str) -> list[Explanation]:
    """Explain an error text of ECS, or each error in a log; none where a text is not known."""
    return list(explain(text))


def explain_with_diagnosis(
    world: World, text: str, selection: Selection | None = None
) -> list[tuple[Explanation, tuple[compare.Comparison, ...], str, str]]:
    """Explain an error text, and compare each of its errors with the diagnosis of a selection.

    Each has a sentence if it belongs to another Region or account than the World, and one on the interface with the
    dialled address; empty ones otherwise. Raises `NothingFoundError` if the selection matches nothing.
    """
    explanations = explain(text, compare.own_blocks_of(world))
    diagnosis = diagnose(world, selection) if explanations else None
    return [
        (
            error,
            compare.compare(error, diagnosis),
            compare.origin_mismatch_of(error, world.region, world.account),
            compare.address_owner_of(error, world),
        )
        for error in explanations
        if diagnosis
    ]
