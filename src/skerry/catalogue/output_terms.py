"""The words in outputs other than codes, checks and rules: steps, verdicts, changes, findings of plans and so on."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import read


class OutputTerm(msgspec.Struct, frozen=True):
    """One word; ``of`` says of what it is, such as ``step of a launch``."""

    id: str
    of: tuple[str, ...]
    means: str


class _Terms(msgspec.Struct):
    terms: tuple[OutputTerm, ...]


@cache
def load_output_terms() -> dict[str, OutputTerm]:
    """Return every word with its meaning."""
    return {term.id: term for term in read("output_terms", _Terms).terms}
