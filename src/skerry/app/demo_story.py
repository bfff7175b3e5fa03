"""The use case of `skerry demo`: the story of a service that cannot start, and of its repair."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from skerry.app.diagnosis import diagnose
from skerry.app.planning import plan
from skerry.aws.session import ClientFactory, make_clients
from skerry.diagnose.diagnosis import Diagnosis
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.world import World
from skerry.plan.records import Plan
from skerry.sources import documents, live, snapshots
from skerry.writing.targets import output_error_for


class Chapter(msgspec.Struct, frozen=True):
    """A part of the demo's story: its steps, its diagnosis and its plan."""

    title: str
    lines: tuple[str, ...]
    documents: dict[str, bytes]
    diagnosis: Diagnosis
    plan: Plan


def demo(region: str = "eu-west-1") -> Iterator[Chapter]:
    """Yield the chapters of the story, played on an AWS inside this process: a service that cannot start, and the cure.

    Raises `SkerryError` if the package for the embedded AWS is not installed.
    """
    with run_embedded_aws(region):
        # It needs moto, whose absence `running` reports.
        from skerry.embedded import demo_deployment

        client = make_clients(region)
        deployment = demo_deployment.build(client)
        yield _chapter("A Fargate service in two isolated subnets", deployment.lines, client)
        repair = demo_deployment.repair(client, deployment)
        yield _chapter("The same service, with a security group and endpoints", repair.lines, client)


def _chapter(title: str, lines: tuple[str, ...], client: ClientFactory) -> Chapter:
    answers = live.read(client).documents
    world = World(documents.load(answers, source="the embedded AWS"))
    return Chapter(title, lines, answers, diagnose(world), plan(world))


def keep_chapters(chapters: Iterable[Chapter], folder: Path) -> list[Path]:
    """Write the documents of all chapters as the folders 1, 2 and so on of a folder, and return these folders.

    They appear in one step, and replace all of an earlier demo. Raises `InputError` if the folder holds anything else,
    and `OutputError` if it cannot be written.
    """
    networks = {str(number): chapter.documents for number, chapter in enumerate(chapters, 1)}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error_for(folder, error) from error
    snapshots.write_folders(folder, networks, snapshots.Snapshot(snapshots.VERSION), force=True)
    return [folder / name for name in networks]
