"""The use case of fixing templates and code: a patch that is checked again before it is offered."""

import difflib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from skerry.app.cdk_steps import steps_of
from skerry.app.checking import CheckRequest, NamedPath, check
from skerry.app.code_fixing import edit_code, is_of_code
from skerry.app.edited_files import EditedFiles, ManualStep
from skerry.app.planning import plan
from skerry.app.template_fixes import TemplateFixes, read_texts
from skerry.diagnose.check_result import CheckResult
from skerry.errors import Argument, InputError
from skerry.sources.cloudformation.cloud_assembly import is_assembly
from skerry.sources.cloudformation.describing import read_systems
from skerry.verdicts import NOT_APPLICABLE, OK, Verdict, worst_of

_TEMPLATES: Final = "template"
_CONTEXT: Final = 3


class CheckFix(msgspec.Struct, frozen=True):
    """A patch for templates or code: a unified diff, empty if there is none.

    ``manual`` are changes for people. ``after`` is the check of the inputs with the patch. ``refused``: the edits were
    checked, and let no more tasks start.
    """

    patch: str
    manual: tuple[ManualStep, ...]
    before: CheckResult
    after: CheckResult
    refused: bool = False


def fix(request: CheckRequest) -> CheckFix:
    """Return the patch that lets tasks start, as far as edits of the templates or the code can.

    The patch is read and diagnosed in a private copy first. Without an improvement there is none. Raises `InputError`
    for inputs other than templates and code of Terraform.
    """
    before = check(request)
    levels = {one.level for one in before.inputs if one.error is None}
    if not (levels == {_TEMPLATES} or is_of_code(levels, request)):
        message = "only templates and code of Terraform can be patched"
        raise InputError(
            message, "Check templates of CloudFormation alone, or a folder of code; a plan with ", Argument.CODE, "."
        )
    if before.unreadable or before.verdict in {OK, NOT_APPLICABLE}:
        return CheckFix("", (), before, before)
    if any(is_assembly(one.path) for one in request.inputs):
        return CheckFix("", tuple(_steps_of_app(request, before)), before, before)
    edited = _edit_templates(request, before) if levels == {_TEMPLATES} else edit_code(request, before)
    if not edited.files:
        return CheckFix("", edited.manual, before, before)
    try:
        after = edited.check_again()
    except InputError as error:
        # Terraform refuses the edits, or the new resources are of another Region.
        step = ManualStep(f"the edits cannot be checked ({error.what})", "".join(_patch(edited.files)))
        return CheckFix("", (*edited.manual, step), before, before, refused=True)
    if not _is_better(before, after):
        return CheckFix("", edited.manual, before, before, refused=True)
    return CheckFix("".join(_patch(edited.files)), edited.manual, before, after)


def _steps_of_app(request: CheckRequest, before: CheckResult) -> Iterator[ManualStep]:
    """Yield what to write into the code of an app of the AWS CDK: a patch of its assembly would be lost."""
    systems = read_systems(request.inputs, request.options)
    for network, templates in zip(before.networks, systems, strict=True):
        yield from steps_of(plan(network.world), templates)


def _edit_templates(request: CheckRequest, before: CheckResult) -> EditedFiles:
    """Return the edits of templates, and the changes that no edit makes."""
    edited: dict[str, tuple[str, str]] = {}
    manual: list[ManualStep] = []
    systems = read_systems(request.inputs, request.options)
    for network, templates in zip(before.networks, systems, strict=True):
        texts = read_texts(templates)
        fixes = TemplateFixes(templates, texts)
        fixes.add(plan(network.world))
        edited |= {file: (texts[file], text) for file, text in fixes.results.items() if text != texts[file]}
        manual += fixes.manual
    files = {os.path.relpath(file): texts for file, texts in edited.items()}
    return EditedFiles(files, tuple(manual), partial(_check_again, request, edited))


def _check_again(request: CheckRequest, edited: Mapping[str, tuple[str, str]]) -> CheckResult:
    """Check a private copy of the templates with the edits."""
    folders = [one.path.absolute().parent for one in request.inputs]
    root = Path(os.path.commonpath([*folders, *(Path(file).absolute().parent for file in edited)]))
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for source in _templates_below(root, request, edited):
            target = copy / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        for file, (_, text) in edited.items():
            (copy / Path(file).absolute().relative_to(root)).write_bytes(text.encode())
        paths = [
            NamedPath(copy / one.path.absolute().relative_to(root), one.name or one.path.name) for one in request.inputs
        ]
        inputs = tuple(
            one._replace(name=None) if given.name is None else one
            for one, given in zip(paths, request.inputs, strict=True)
        )
        return check(msgspec.structs.replace(request, inputs=inputs))


def _templates_below(root: Path, request: CheckRequest, edited: Mapping[str, object]) -> Iterator[Path]:
    """Yield the files of all templates: those of the inputs, and nested ones."""
    files = {one.path.absolute() for one in request.inputs} | {Path(file).absolute() for file in edited}
    for templates in read_systems(request.inputs, request.options):
        files |= {Path(made.resource.evaluator.template.file).absolute() for made in templates.all()}
    return (file for file in sorted(files) if file.is_relative_to(root))


def _is_better(before: CheckResult, after: CheckResult) -> bool:
    """Return whether fewer blockers stay, and no service has a worse verdict."""
    if after.unreadable:
        return False
    verdicts = _verdicts(before), _verdicts(after)
    if any(worst_of([verdicts[1].get(name, verdict), verdict]) is not verdict for name, verdict in verdicts[0].items()):
        return False
    return _blockers(after) < _blockers(before)


def _verdicts(result: CheckResult) -> dict[str, Verdict]:
    return {
        f"{service.launch.cluster}/{service.launch.name}": service.verdict
        for network in result.networks
        for service in network.diagnosis.services
    }


def _blockers(result: CheckResult) -> int:
    return sum(
        len(need.blockers) for network in result.networks for service in network.diagnosis.services
        for need in service.needs
    )  # fmt: skip


def _patch(edited: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a unified diff; paths are those from the working folder."""
    for name, texts in sorted(edited.items()):
        before, after = map(_lines, texts)
        yield from _with_last_lines(difflib.unified_diff(before, after, *_names(name, texts[0]), n=_CONTEXT))


def _lines(text: str) -> list[str]:
    """Return the lines of a text as patch(1) and Git count them: a newline alone ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _names(name: str, before: str) -> tuple[str, str]:
    """Return the names of a file before and after; a tab ends one with a space.

    https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
    """
    end = "\t" if " " in name else ""
    return f"a/{name}{end}" if before else "/dev/null", f"b/{name}{end}"


def _with_last_lines(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a diff; a last line of a file without its end is marked, as patch(1) expects."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
