"""The use case of `skerry demo`: a service that cannot start, its diagnosis and plan, the apply, and the undo."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from skerry.app.applying import opened_for
from skerry.app.diagnosis import diagnose
from skerry.app.planning import plan
from skerry.apply import journal as journals
from skerry.apply.results import RunResult, StepReport
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import take_back
from skerry.apply.waiting import Timing
from skerry.aws.account_session import open_session
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.diagnose.diagnosis import Diagnosis
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import SkerryError
from skerry.model.world import World
from skerry.plan.records import Plan
from skerry.render.plan import title_of
from skerry.sources import documents, live, snapshots
from skerry.writing.targets import output_error_for

_TIMING = Timing(pause=0.1, longest=60, settle=5)


class Chapter(msgspec.Struct, frozen=True):
    """A part of the demo's story: its steps, its diagnosis and its plan; ``read_at``: when its documents were read."""

    title: str
    lines: tuple[str, ...]
    documents: dict[str, bytes]
    diagnosis: Diagnosis
    plan: Plan
    read_at: datetime | None = None


def demo(region: str = "eu-west-1") -> Iterator[Chapter]:
    """Yield the chapters of the story, played on an AWS inside this process: broken, applied and verified, undone.

    Raises `SkerryError` if the package for the embedded AWS is not installed.
    """
    with run_embedded_aws(region), tempfile.TemporaryDirectory() as folder:
        # It needs moto, whose absence `running` reports.
        from skerry.embedded import demo_deployment

        client = make_clients(region)
        deployment = demo_deployment.build(client)
        first = _chapter("A Fargate service in two isolated subnets", deployment.lines, client)
        yield first
        path = Path(folder) / "demo.journal"
        world = World(documents.load(first.documents, source="the embedded AWS"))
        lines = _applied(region, path, world, first.plan)
        yield _chapter("The same service, after skerry apply carried out the plan", lines, client)
        lines = _undone(region, path)
        last = _chapter("The same service, after skerry undo took the changes back", lines, client)
        compared = _comparison(first.documents, last.documents)
        yield msgspec.structs.replace(last, lines=(*lines, compared))


def _chapter(title: str, lines: tuple[str, ...], client: ClientFactory) -> Chapter:
    begun = datetime.now(UTC).replace(microsecond=0)
    answers = live.read(client).documents
    world = World(documents.load(answers, source="the embedded AWS"))
    return Chapter(title, lines, answers, diagnose(world), plan(world), begun)


def _applied(region: str, path: Path, world: World, planned: Plan) -> tuple[str, ...]:
    session = open_session(Account(region=region))
    with journals.create_journal(path, opened_for(session, world, planned)) as journal:
        return _lines(make_changes(Tools(session, journal, _TIMING, lambda _: None), _drop))


def _undone(region: str, path: Path) -> tuple[str, ...]:
    session = open_session(Account(region=region))
    with journals.reopen_journal(path) as journal:
        return _lines(take_back(Tools(session, journal, _TIMING, lambda _: None), _drop))


def _drop(_: StepReport) -> None:
    """Show no progress: the chapter has all steps."""


def _lines(run: RunResult) -> tuple[str, ...]:
    """Return a line for each step. Raises `SkerryError` if one stopped."""
    if run.stopped is not None:
        raise SkerryError(f"the demo stopped: {run.stopped.reason}", "Please report it.")
    words = {"made": "made", "there": "was there", "taken-back": "taken back", "gone": "was gone"}
    return tuple(f"{words[step.end]}: {title_of(step.change)}" for step in run.steps)


def _comparison(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    """Return whether two readings of the account have the same documents."""
    names = before.keys() | after.keys()
    others = sorted(name for name in names if before.get(name) != after.get(name))
    if others:
        return f"{len(names) - len(others)} of {len(names)} documents are as before; not {', '.join(others)}"
    return f"all {len(names)} documents of the account are as before the apply"


def keep_chapters(chapters: Iterable[Chapter], folder: Path) -> list[Path]:
    """Write the documents of all chapters as the folders 1, 2 and so on of a folder, and return these folders.

    They appear in one step, and replace all of an earlier demo. Raises `InputError` if the folder holds anything else,
    and `OutputError` if it cannot be written.
    """
    networks = {
        str(number): (chapter.documents, snapshots.Snapshot(snapshots.VERSION, read_at=chapter.read_at))
        for number, chapter in enumerate(chapters, 1)
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error_for(folder, error) from error
    snapshots.write_folders(folder, networks, force=True)
    return [folder / name for name in networks]
