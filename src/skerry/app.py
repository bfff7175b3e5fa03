"""The use cases: what the command line offers, as functions of a library."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from skerry import checks
from skerry.aws.session import Account, ClientFactory
from skerry.catalogue.blocker_codes import Code, codes
from skerry.checks.check import Check
from skerry.diagnose.diagnose import diagnose as diagnose_launches
from skerry.diagnose.diagnosis import Diagnosis, TraceDiagnosis
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.errors import InputError, NothingFoundError
from skerry.launch import scheduled_tasks
from skerry.launch.launches import Launch, launches_of, short_name_of
from skerry.launch.running_tasks import of_task
from skerry.model.ecs import TaskDefinition
from skerry.model.world import World
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker
from skerry.sources import documents, files

if TYPE_CHECKING:
    from skerry.diagnose.compare import Comparison
    from skerry.errortext.explain import Explanation
    from skerry.plan.records import Options, Plan
    from skerry.sources.live import ReadScope
    from skerry.sources.redaction import Redaction


class Gathered(msgspec.Struct, frozen=True):
    """Documents of one source, what they are of, and how many calls in how many rounds they took."""

    documents: dict[str, bytes]
    world: World
    calls: int = 0
    rounds: int = 0


_SERVICE_CALLS = {"ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"}
"""The IAM actions of the calls that tell which services there are."""


class Selection(msgspec.Struct, frozen=True):
    """The launches to diagnose: every service, or those of a cluster, of a name, or one task."""

    cluster: str | None = None
    service: str | None = None
    task: str | None = None


class Hypothetical(msgspec.Struct, frozen=True):
    """A task that does not exist: its task definition file and its subnets."""

    definition: Path
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public_address: bool = False
    platform_version: str = "LATEST"


class Chapter(msgspec.Struct, frozen=True):
    """A part of the demo's story: its steps, its diagnosis and its plan."""

    title: str
    lines: tuple[str, ...]
    documents: dict[str, bytes]
    diagnosis: Diagnosis
    plan: "Plan"


class Saved(msgspec.Struct, frozen=True):
    """The result of `snapshot`: the number of documents, and the names of documents without content for skerry."""

    count: int
    left_out: tuple[str, ...]


def load(path: Path, region: str | None = None) -> World:
    """Read a folder of saved answers, or one file of them."""
    return read_files(path, region).world


def read_files(path: Path, region: str | None = None, *, network_only: bool = False) -> Gathered:
    """Read a folder of saved answers, or one file of them, and keep the documents.

    ``network_only`` leaves out the answers beyond the network, as a reading of a live account does.
    """
    found = files.read(path)
    if network_only:
        from skerry.sources import network_only as narrow

        found = narrow.network_only(found)
    # A path need not be text; what is shown of it must be.
    name = str(path).encode(errors="replace").decode()
    return Gathered(found, World(documents.load(found, source=name, region=region)))


def read_account(
    account: Account, scope: "ReadScope | None" = None, progress: Callable[[str], None] | None = None
) -> Gathered:
    """Read a live account, or the part of it in ``scope``.

    ``progress`` is called with a few words about the state of the reading.

    Raises `SkerryError` where there are no credentials, no Region, or no way to AWS. A call that AWS refuses is no
    error: its facts are missing, and ``facts.refused`` of the World names it.
    """
    from skerry.sources import live, snapshots

    reading = live.read(account.make_clients(), scope, progress)
    # In the order of a snapshot's files, so that messages about both are the same.
    found = snapshots.sort_documents(reading.documents)
    facts = documents.load(found, region=reading.region)
    facts = msgspec.structs.replace(facts, notes=(*facts.notes, *reading.notes))
    source = f"account {facts.account or 'not known'} in {facts.region}"
    world = World(msgspec.structs.replace(facts, source=source))
    return Gathered(found, world, reading.calls, reading.rounds)


def redacted(gathered: Gathered, redaction: "Redaction") -> Gathered:
    """Return what was gathered without secrets and names of people: diagnoses of it have the same verdicts."""
    kept = redaction.redact_documents(gathered.documents)
    if not kept:
        return gathered
    before = gathered.world.facts
    facts = documents.load(kept, source=redaction.redact_text(before.source), region=before.region)
    facts = msgspec.structs.replace(
        facts, account=before.account, notes=tuple(map(redaction.redact_text, before.notes))
    )
    return msgspec.structs.replace(gathered, documents=kept, world=World(facts))


def snapshot(
    gathered: Gathered, output: Path, *, force: bool = False, note: Callable[[str], None] = lambda _: None
) -> Saved:
    """Write documents, without what may be secret in them, as a folder or as one file.

    One file: its name ends in .json, or it is a named pipe, a device or ``-``, standard output. ``note`` is called
    while a pipe has no reader. docs/snapshot.md says what is left out. Raises `InputError` if the path is taken, and
    `OutputError` if it cannot be written.
    """
    from skerry.sources import redaction, snapshots
    from skerry.writing.targets import is_stream

    kept = redaction.redact(gathered.documents)
    about = snapshots.Snapshot(snapshots.VERSION, gathered.world.region, gathered.world.account)
    if is_stream(output) or (output.suffix.lower() == ".json" and not output.is_dir()):
        snapshots.write_file(output, kept, about, force=force, note=note)
    else:
        snapshots.write_folder(output, kept, about, force=force)
    # The manifest of a snapshot in the input is written for the new one.
    return Saved(len(kept), tuple(name for name in gathered.documents if name not in {*kept, snapshots.MANIFEST}))


def diagnose(world: World, selection: Selection | None = None) -> Diagnosis:
    """Diagnose services, or a task.

    Raises `NothingFoundError` if the selection matches nothing.
    """
    found = diagnose_launches(Walker(world), launches(world, selection or Selection()), world.facts.tasks)
    return msgspec.structs.replace(found, findings=checks.run(world, found))


def diagnose_hypothetical(world: World, task: Hypothetical) -> Diagnosis:
    """Diagnose a task that does not exist yet."""
    found = diagnose_launches(Walker(world), [hypothetical_launch(world, task)])
    return msgspec.structs.replace(found, findings=checks.run(world, found))


def hypothetical_launch(world: World, task: Hypothetical) -> Launch:
    """The launch of a task that does not exist yet."""
    lacking = [name for name in task.subnets if name not in world.subnets]
    if lacking:
        raise NothingFoundError(f"there is no subnet {', '.join(lacking)}", _hint(list(world.subnets)))
    definition = _task_definition(task.definition)
    name = definition.family or task.definition.stem
    return Launch(
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


def trace(world: World, question: TraceRequest) -> TraceDiagnosis:
    """Walk one flow."""
    return diagnose_trace(ask(Walker(world), question))


def plan_options(
    world: World,
    ingress: str | None = None,
    also: Sequence[str] = (),
    *,
    least_privilege: bool = False,
    nat: bool = False,
) -> "Options":
    """Return the user's preferences for a plan.

    ``also`` are services by their names in the catalogue, such as ``sqs``. Raises `InputError` where one is unknown.
    """
    from skerry.catalogue.services import ServiceRef, services
    from skerry.plan import records

    strange = sorted(set(also) - set(services()))
    if strange:
        known = ", ".join(sorted(services()))
        raise InputError(f"skerry knows no service {', '.join(strange)}", f"It knows {known}.")
    if also and world.region is None:
        raise InputError("the Region of the network is not known", "Give --region.")
    refs = tuple(ServiceRef(name, world.region or "") for name in also)
    chosen: records.Ingress = next((one for one in records.INGRESSES if one == ingress), "subnets")
    return records.Options(chosen, refs, least_privilege=least_privilege, nat=nat)


def plan(world: World, selection: Selection | None = None, options: "Options | None" = None) -> "Plan":
    """Plan the smallest changes for launches that cannot start.

    Raises `NothingFoundError` if the selection matches nothing.
    """
    chosen = launches(world, selection or Selection())
    names = {(one.cluster, one.name) for one in chosen}
    return _plan(world, chosen, [one for one in _all_launches(world) if (one.cluster, one.name) not in names], options)


def plan_hypothetical(world: World, task: Hypothetical, options: "Options | None" = None) -> "Plan":
    """Plan the smallest changes for a task that does not exist yet."""
    return _plan(world, [hypothetical_launch(world, task)], _all_launches(world), options)


def _plan(world: World, chosen: list[Launch], others: list[Launch], options: "Options | None") -> "Plan":
    from skerry.plan import planner, records, scope

    options = options or records.Options()
    return planner.plan(world, scope.Scope(chosen, options.also, others), options)


def explain(code: str) -> Code | Check | None:
    """Return the meaning of a blocker's code or a check's id; None where it is neither."""
    known = codes().get(code.upper())
    return known or next((check for check in checks.CHECKS if check.id == code.lower()), None)


def explain_beside(
    world: World, text: str, selection: Selection | None = None
) -> "list[tuple[Explanation, tuple[Comparison, ...], str]]":
    """Explain an error text, and compare each of its errors with the diagnosis of a selection.

    Each has a sentence if it belongs to another Region or account than the World, else an empty one. Raises
    `NothingFoundError` if the selection matches nothing.
    """
    from skerry.diagnose import compare
    from skerry.errortext.explain import explain as explain_text

    told = explain_text(text)
    found = diagnose(world, selection) if told else None
    return [
        (one, compare.compare(one, found), compare.origin_mismatch_of(one, world.region, world.account))
        for one in told
        if found
    ]


def demo(region: str = "eu-west-1") -> Iterator[Chapter]:
    """Tell the whole story on an AWS inside this process: a service that cannot start, and the cure.

    Raises `SkerryError` if the package for the embedded AWS is not installed.
    """
    from skerry.aws.session import make_clients
    from skerry.embedded.lifecycle import running

    with running(region):
        from skerry.embedded import demo_deployment

        client = make_clients(region)
        deployment = demo_deployment.build(client)
        yield _chapter("A Fargate service in two isolated subnets", deployment.lines, client)
        repair = demo_deployment.repair(client, deployment)
        yield _chapter("The same service, with a security group and endpoints", repair.lines, client)


def _chapter(title: str, lines: tuple[str, ...], client: ClientFactory) -> Chapter:
    from skerry.sources import live

    found = live.read(client).documents
    world = World(documents.load(found, source="the embedded AWS"))
    return Chapter(title, lines, found, diagnose(world), plan(world))


def keep_chapter(chapter: Chapter, folder: Path) -> None:
    """Write the documents of a chapter as a folder, and replace the one of an earlier demo.

    Raises `InputError` if the folder holds anything else, and `OutputError` if it cannot be written.
    """
    from skerry.sources import snapshots
    from skerry.writing.targets import output_error_for

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error_for(folder, error) from error
    snapshots.write_folder(folder, chapter.documents, snapshots.Snapshot(snapshots.VERSION), force=True)


def launches(world: World, selection: Selection) -> list[Launch]:
    """The launches that a selection names.

    Raises `NothingFoundError` where there are none.
    """
    if selection.task is not None:
        return _of_tasks(world, selection.task, selection.cluster)
    found = _all_launches(world) if selection.service is None else _of_services(world)
    if not found:
        raise _nothing(world)
    chosen = [launch for launch in found if _is_chosen(launch, selection)]
    if not chosen:
        asked = " in cluster ".join(
            [f"no service {selection.service or ''}".rstrip(), *filter(None, [selection.cluster])]
        )
        raise NothingFoundError(f"there is {asked}", _hint([f"{one.name} in {one.cluster}" for one in found]))
    return chosen


def _all_launches(world: World) -> list[Launch]:
    """Everything that Fargate is asked to start: by services, rules and schedules."""
    return _of_services(world) + list(scheduled_tasks.launches(world))


def _of_services(world: World) -> list[Launch]:
    return [launch for service in world.facts.services for launch in launches_of(world, service)]


def _nothing(world: World) -> NothingFoundError:
    """Return the error for an empty result: no launches, or, if AWS refused a call, unknown ones."""
    refused = [item for item in world.facts.refused if item.action in _SERVICE_CALLS]
    if refused:
        calls = ", ".join(dict.fromkeys(f"{item.action} ({item.code})" for item in refused))
        message = f"the ECS services of {world.facts.source} could not be read: AWS refused {calls}"
        return NothingFoundError(message, "Let a policy allow it, or give --task-definition and --subnet.")
    message = f"there is no ECS service in {world.facts.source}"
    hint = "Give another Region, what `aws ecs describe-services` prints, or --task-definition and --subnet."
    return NothingFoundError(message, hint)


def _is_chosen(launch: Launch, selection: Selection) -> bool:
    in_cluster = selection.cluster is None or launch.cluster == short_name_of(selection.cluster)
    return in_cluster and (selection.service is None or launch.service == short_name_of(selection.service))


def _of_tasks(world: World, name: str, cluster: str | None) -> list[Launch]:
    tasks = [
        task
        for task in world.facts.tasks
        if cluster is None
        or (isinstance(task.cluster_arn, str) and short_name_of(task.cluster_arn) == short_name_of(cluster))
    ]
    wanted = [task for task in tasks if short_name_of(task.task_arn) == short_name_of(name)]
    if not wanted:
        raise NothingFoundError(f"there is no task {name}", _hint([short_name_of(task.task_arn) for task in tasks]))
    return [of_task(world, task) for task in wanted]


def _hint(names: Sequence[str]) -> str:
    return f"There are: {', '.join(sorted(set(names))[:10])}." if names else "The input holds none at all."


def _task_definition(path: Path) -> TaskDefinition:
    """Read a task definition as ``describe-task-definition`` prints it, or as it is registered."""
    found = documents.read_task_definition(files.read(path))
    if found is None:
        raise InputError(f"{path} is no task definition", "Give the JSON that `register-task-definition` takes.")
    return found
