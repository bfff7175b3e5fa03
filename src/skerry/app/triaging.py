"""The use case of accepting problems: a Diagnosis, the repository's settings, and what remains to be done."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from skerry import __version__, checks
from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.output_terms import load_output_terms
from skerry.checks.check import Check
from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.diagnose.diagnosis import Diagnosis, Severity
from skerry.errors import Argument, InputError
from skerry.model.world import World
from skerry.problems.listing import list_problems
from skerry.problems.records import (
    BROKEN,
    EXPIRED,
    MISSING_FACT,
    CodePlace,
    ListedNetwork,
    Problem,
    ProblemRule,
    TriagedResult,
)
from skerry.problems.triage import TriageRules, triage
from skerry.settings.baseline import read_baseline
from skerry.settings.comments import read_comments
from skerry.settings.repository import RepositoryFiles, first_file
from skerry.settings.settings_file import SettingsFile, find_settings_file, read_settings


class RepositorySettings(msgspec.Struct, frozen=True):
    """The settings of a repository, and the folder that names in them are relative to."""

    content: SettingsFile
    folder: Path

    @property
    def baseline(self) -> Path | None:
        """The file of the baseline. Raises `InputError` for one outside the folder."""
        return None if self.content.baseline is None else self.path_of(Path(self.content.baseline))

    def path_of(self, name: Path) -> Path:
        """Return the path of a file or folder by its name in the settings. Raises `InputError` for one outside."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder):
            message = f"{self.content.source}: {name} is outside {self.folder.name}"
            raise InputError(message, "Name files inside the folder of the settings, or name them on the command line.")
        return path

    def refuse_code(self, folders: Iterable[Path]) -> None:
        """Raise `InputError` for a folder of the settings whose code Terraform would run.

        Whoever wrote the settings wrote the code too, with the programs that it names as providers.
        """
        from skerry.sources.input_forms import is_code  # noqa: PLC0415 -- for settings with inputs only

        for folder in filter(is_code, folders):
            message = f"{self.content.source} names the Terraform code of {folder.name}, which would run"
            raise InputError(message, "If you trust it, say so: ", Argument.RUN_CODE, ".")


class TriageOptions(msgspec.Struct, frozen=True):
    """The wishes of a user, which go before the settings of the repository.

    ``inputs`` are the files and folders that are diagnosed, below the working ``folder``. ``baseline`` is a file of
    problems that were there before.
    """

    folder: Path
    inputs: tuple[Path, ...] = ()
    settings: RepositorySettings | None = None
    baseline: Path | None = None
    min_severity: Severity | None = None


def load_settings(folder: Path, file: Path | None = None) -> RepositorySettings | None:
    """Return the settings of a repository.

    Without a file, those of ``skerry.toml`` in the folder or above it in the repository; None if there is none. Raises
    `InputError` for one that cannot be read.
    """
    repository = RepositoryFiles(folder)
    path = find_settings_file(folder, repository.root) if file is None else file
    if path is None:
        return None
    name = repository.path_in_repository(path) or path.name
    return RepositorySettings(read_settings(path, name, load_rules().keys()), path.parent.resolve())


def triage_result(result: CheckResult, options: TriageOptions) -> TriagedResult:
    """Sort the problems of a check: set apart those that the user accepts or had before.

    Raises `InputError` for a baseline that cannot be read.
    """
    repository = RepositoryFiles(options.folder, options.inputs)
    rules = load_rules()
    networks = [ListedNetwork(row.diagnosis, list_problems(row, repository.locate)) for row in result.networks]
    comments = read_comments((row for network in networks for row in network.problems), repository, rules.keys())
    settings = None if options.settings is None else options.settings.content
    acceptances = () if settings is None else settings.acceptances
    asked = TriageRules(
        today=datetime.now(UTC).date(),
        acceptances=(*comments.acceptances, *acceptances),
        baseline=frozenset() if options.baseline is None else read_baseline(options.baseline),
        least_severity=options.min_severity or (settings and settings.min_severity) or "note",
    )
    triaged = triage(networks, asked)
    lines = _lines_at(repository, triaged.problems)
    return TriagedResult(
        result,
        triaged,
        rules,
        _place_of_inputs(repository, options),
        lines,
        complaints=comments.complaints,
        outside=tuple(sorted(repository.outside)),
        version=__version__,
    )


def triage_diagnosis(world: World, diagnosis: Diagnosis, options: TriageOptions) -> TriagedResult:
    """Sort the problems of one Diagnosis, as `triage_result` does."""
    return triage_result(CheckResult((), (CheckedNetwork(world, diagnosis),)), options)


def load_rules() -> Mapping[str, ProblemRule]:
    """Return the rules that problems can have, by their ids."""
    terms = load_output_terms()
    return {
        **{code.code: ProblemRule(code.code, code.title, code.means, code.remedy) for code in load_codes().values()},
        **{check.id: _rule_of_check(check) for check in checks.CHECKS},
        **{name: ProblemRule(name, title, terms[name].means) for name, title in _TITLES.items()},
    }


def _rule_of_check(check: Check) -> ProblemRule:
    """Return the meaning of a check out of the sections of its text."""
    sections = {title: " ".join(words.split()) for title, words in _SECTION.findall(f"{check.text}\n")}
    return ProblemRule(check.id, check.title, sections["What it means"], sections["Instead"])


_SECTION = re.compile(r"^(\w[\w ]*):\n((?: +.*\n|\n)*)", re.MULTILINE)
_TITLES = {
    BROKEN: "The change breaks a service",
    MISSING_FACT: "A fact is missing",
    EXPIRED: "An acceptance is over",
}


def _place_of_inputs(repository: RepositoryFiles, options: TriageOptions) -> CodePlace | None:
    """Return the beginning of the first file that was read, for problems in no file."""
    files = (first_file(path) for path in options.inputs)
    places = (repository.path_in_repository(path) for path in files if path is not None)
    return next((CodePlace(place) for place in places if place is not None), None)


def _lines_at(repository: RepositoryFiles, problems: tuple[Problem, ...]) -> dict[CodePlace, str]:
    """Return the lines of code at the places of problems whose origin has a line."""
    places = [p.place for p in problems if p.place is not None and p.origin is not None and p.origin.line is not None]
    return {place: repository.line_of(place, place.line) for place in places}
