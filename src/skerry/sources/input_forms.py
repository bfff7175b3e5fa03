"""The forms of inputs of a check, recognised by content, with the reader of each."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import msgspec

from skerry.errors import SkerryError
from skerry.sources import files
from skerry.sources.answers import load_answers
from skerry.sources.descriptions import Description, InputFile, Reader, ReadingOptions, UnreadableInput
from skerry.sources.saved_plans import is_saved_plan

_OF_TERRAFORM = {"encrypted_data", "format_version", "resource_changes", "terraform_version"}
_OF_TEMPLATES = {"AWSTemplateFormatVersion", "Resources"}
_TEMPLATE_NAMES = {".template", ".yaml", ".yml"}
_ASSEMBLY = "manifest.json"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class InputForm(StrEnum):
    """The form of an input."""

    ANSWERS = "answers"
    TEMPLATES = "templates"
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
        return _form_of_folder(given.path)
    if given.path.suffix.lower() in _TEMPLATE_NAMES:
        return InputForm.TEMPLATES
    keys = _keys_of(given.content)
    if is_saved_plan(given.content) or keys & _OF_TERRAFORM:
        return InputForm.TERRAFORM
    return InputForm.TEMPLATES if keys & _OF_TEMPLATES else _ANSWERS


def is_code(path: Path) -> bool:
    """Tell whether an input is a folder of code, which Terraform runs."""
    return path.is_dir() and _form_of_folder(path) is InputForm.TERRAFORM


def _form_of_folder(folder: Path) -> InputForm:
    if any(folder.glob("*.tf")) or any(folder.glob("*.tf.json")):
        return InputForm.TERRAFORM
    # An assembly of the AWS CDK: https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-app
    return InputForm.TEMPLATES if (folder / _ASSEMBLY).is_file() else _ANSWERS


def _keys_of(content: bytes) -> set[str]:
    """Return the keys of a JSON object; none for anything else."""
    try:
        return set(msgspec.json.decode(content.removeprefix(_BYTE_ORDER_MARK), type=dict[str, msgspec.Raw]))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return set()


_ANSWERS = InputForm.ANSWERS


def _reader_of(form: InputForm) -> Reader:
    match form:
        case InputForm.TERRAFORM:
            from skerry.sources.terraform import reading  # noqa: PLC0415 -- other inputs need nothing of it

            return reading.read
        case InputForm.TEMPLATES:
            from skerry.sources.cloudformation import describing  # noqa: PLC0415 -- other inputs need nothing of it

            return describing.read
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
