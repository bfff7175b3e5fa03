"""The forms of inputs of a check, recognised by content, with the reader of each."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import assert_never

import msgspec

from skerry.errors import SkerryError
from skerry.sources import files
from skerry.sources.answers import load_answers
from skerry.sources.descriptions import Description, InputFile, Reader, ReadingOptions, UnreadableInput
from skerry.sources.saved_plans import is_saved_plan

_OF_TERRAFORM = {"terraform_version", "resource_changes", "format_version"}


class InputForm(StrEnum):
    """The form of an input."""

    ANSWERS = "answers"
    TERRAFORM = "terraform"


def by_reader(inputs: Sequence[InputFile]) -> Iterator[tuple[Reader, list[InputFile]]]:
    """Yield each reader with the inputs of its form."""
    forms: dict[InputForm, list[InputFile]] = {}
    for one in inputs:
        forms.setdefault(form_of(one), []).append(one)
    for form, given in forms.items():
        yield _reader_of(form), given


def form_of(given: InputFile) -> InputForm:
    """Return the form of an input: saved answers if no other form fits, as their reader says what is wrong."""
    if given.path.is_dir():
        return InputForm.TERRAFORM if any(given.path.glob("*.tf")) or any(given.path.glob("*.tf.json")) else _ANSWERS
    return InputForm.TERRAFORM if is_saved_plan(given.content) or _is_terraform(given.content) else _ANSWERS


def _is_terraform(content: bytes) -> bool:
    try:
        keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return False
    return bool(_OF_TERRAFORM & keys.keys())


_ANSWERS = InputForm.ANSWERS


def _reader_of(form: InputForm) -> Reader:
    match form:
        case InputForm.TERRAFORM:
            from skerry.sources.terraform import reading  # noqa: PLC0415 -- other inputs need nothing of it

            return reading.read
        case InputForm.ANSWERS:
            return _read_answers
        case _:
            assert_never(form)


def _read_answers(inputs: Sequence[InputFile], options: ReadingOptions) -> Iterator[Description | UnreadableInput]:
    """Yield saved answers as they are."""
    for one in inputs:
        try:
            content = files.read(one.path) if one.path.is_dir() else {one.path.name: one.content}
            facts = load_answers(content, one.name, options.region)
            yield Description(one.name, InputForm.ANSWERS, content, facts.region, facts.account, facts=facts)
        except SkerryError as error:
            yield UnreadableInput(one.name, error)
