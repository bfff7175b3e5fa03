"""The use cases: what the command line offers, as functions of a library."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from skerry.aws.session import ClientFactory
from skerry.catalogue.codes import Code, codes
from skerry.diagnose import checks
from skerry.diagnose.checks.check import Check
from skerry.diagnose.diagnose import diagnose as diagnose_launches
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import InputError, NothingFoundError
from skerry.launch.task import Launch, of_service, of_task, short
from skerry.model.ecs import TaskDefinition
from skerry.model.world import World
from skerry.reach.question import Question, ask
from skerry.reach.walk import Outcome, Walker
from skerry.sources import documents, files


class Selection(msgspec.Struct, frozen=True):
    """What to diagnose: every service, or those of a cluster, of a name, or one task."""

    cluster: str | None = None
    service: str | None = None
    task: str | None = None


class Hypothetical(msgspec.Struct, frozen=True):
    """A task that does not exist: its definition's file, and where it would run."""

    definition: Path
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public_address: bool = False
    platform_version: str = "LATEST"


class Chapter(msgspec.Struct, frozen=True):
    """A part of the demo's story: what was done, and what the diagnosis of it is."""

    title: str
    lines: tuple[str, ...]
    documents: dict[str, bytes]
    diagnosis: Diagnosis


def load(path: Path, region: str | None = None) -> World:
    """Read a folder of saved answers, or one file of them."""
    # A path need not be text; what is shown of it must be.
    name = str(path).encode(errors="replace").decode()
    return World(documents.load(files.read(path), source=name, region=region))


def diagnose(world: World, selection: Selection | None = None) -> Diagnosis:
    """Diagnose services, or a task.

    Raises `NothingFoundError` where there is nothing of what was asked for.
    """
    launches = _launches(world, selection or Selection())
    found = diagnose_launches(Walker(world), launches, world.facts.tasks)
    return msgspec.structs.replace(found, findings=checks.run(world, found))


def diagnose_hypothetical(world: World, task: Hypothetical) -> Diagnosis:
    """Diagnose a task that does not exist yet."""
    lacking = [name for name in task.subnets if name not in world.subnets]
    if lacking:
        raise NothingFoundError(f"there is no subnet {', '.join(lacking)}", _hint(list(world.subnets)))
    definition = _task_definition(task.definition)
    name = definition.family or task.definition.stem
    launch = Launch(
        name=name,
        cluster="",
        definition_name=name,
        definition=definition,
        subnets=task.subnets,
        groups=task.groups,
        public_address=task.public_address,
        platform_version=task.platform_version,
        region=world.region,
    )
    found = diagnose_launches(Walker(world), [launch])
    return msgspec.structs.replace(found, findings=checks.run(world, found))


def trace(world: World, question: Question) -> Outcome:
    """Walk one flow."""
    return ask(Walker(world), question)


def explain(code: str) -> Code | Check | None:
    """What a code of a blocker or the id of a check means; None where it is neither."""
    known = codes().get(code.upper())
    return known or next((check for check in checks.CHECKS if check.id == code.lower()), None)


def demo(region: str = "eu-west-1") -> Iterator[Chapter]:
    """Tell the whole story on an AWS inside this process: a service that cannot start, and the cure.

    Raises `SkerryError` where the package that the embedded AWS needs is not installed.
    """
    from skerry.aws.session import clients
    from skerry.embedded.running import running

    with running(region):
        from skerry.embedded import article

        client = clients(region)
        deployment = article.build(client)
        yield _chapter("A Fargate service in two isolated subnets", deployment.lines, client)
        repair = article.repair(client, deployment)
        yield _chapter("The same service, with a security group and endpoints", repair.lines, client)


def _chapter(title: str, lines: tuple[str, ...], client: ClientFactory) -> Chapter:
    from skerry.sources import live

    found = live.read(client)
    world = World(documents.load(found, source="the embedded AWS"))
    return Chapter(title, lines, found, diagnose(world))


def _launches(world: World, selection: Selection) -> list[Launch]:
    if selection.task is not None:
        wanted = short(selection.task)
        tasks = [task for task in world.facts.tasks if short(task.task_arn) == wanted]
        if not tasks:
            raise NothingFoundError(
                f"there is no task {selection.task}", _hint([short(t.task_arn) for t in world.facts.tasks])
            )
        return [of_task(world, task) for task in tasks]
    launches = [of_service(world, service) for service in world.facts.services]
    if not launches:
        message = f"there is no ECS service in {world.facts.source}"
        raise NothingFoundError(
            message, "Add what `aws ecs describe-services` prints, or give --task-definition and --subnet."
        )
    chosen = [
        launch
        for launch in launches
        if (selection.cluster is None or launch.cluster == short(selection.cluster))
        and (selection.service is None or launch.name == short(selection.service))
    ]
    if not chosen:
        asked = " in cluster ".join(filter(None, [selection.service or "any service", selection.cluster]))
        raise NothingFoundError(f"there is no service {asked}", _hint([launch.name for launch in launches]))
    return chosen


def _hint(names: Sequence[str]) -> str:
    return f"There are: {', '.join(sorted(set(names))[:10])}." if names else "The input holds none at all."


def _task_definition(path: Path) -> TaskDefinition:
    """Read a task definition as ``describe-task-definition`` prints it, or as it is registered."""
    found = documents.task_definition(files.read(path))
    if found is None:
        raise InputError(f"{path} is no task definition", "Give the JSON that `register-task-definition` takes.")
    return found
