"""The use case of `skerry check`: the diagnosis of networks that are not deployed yet."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from skerry.app.diagnosis import diagnose
from skerry.app.regions import require_region
from skerry.diagnose.breakage import find_breaks
from skerry.diagnose.check_result import CheckedInput, CheckedNetwork, CheckResult
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import NothingFoundError, SkerryError
from skerry.model.facts import Facts
from skerry.model.world import World
from skerry.sources import files, input_forms
from skerry.sources.assumptions import SubnetAssumption, assume, parse_assumptions
from skerry.sources.decoding import utf8_of
from skerry.sources.descriptions import DescribedNetwork, Description, InputFile, ReadingOptions, UnreadableInput, join
from skerry.sources.saved_plans import is_saved_plan
from skerry.sources.whole_networks import WHOLE, assume_whole
from skerry.verdicts import UNKNOWN

_TEMPLATES = "template"


class NamedPath(NamedTuple):
    """The path of an input with its name: that of a stack, or of a state. None is the name of the file."""

    path: Path
    name: str | None = None


class CheckRequest(msgspec.Struct, frozen=True):
    """The inputs of a check, which are one system, and the user's words about them.

    ``code`` is the initialised folder of a plan's configuration. ``variables`` are words of Terraform's command line,
    such as ``-var=name=value``; ``parameters`` are those of templates, ``[STACK.]KEY=VALUE``. ``region`` and
    ``account`` go before those that an input names. ``existing`` is the network that the plans of the inputs change.
    ``assumptions`` are words about subnets that no input describes, such as ``subnet-1=isolated``; ``whole`` is one
    about all VPCs and roles of the inputs.
    ``strict``: a reference to a stack outside the inputs is a fault. ``edited`` are texts to check in place of those
    of files of Terraform code, by resolved paths.
    """

    inputs: tuple[NamedPath, ...]
    code: Path | None = None
    variables: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    workspace: str | None = None
    region: str | None = None
    account: str | None = None
    allow_network: bool = False
    existing: World | None = None
    strict: bool = False
    assumptions: tuple[str, ...] = ()
    edited: Mapping[Path, str] = {}

    @property
    def options(self) -> ReadingOptions:
        """The options of the readers."""
        return ReadingOptions(
            code=self.code,
            variables=self.variables,
            parameters=self.parameters,
            workspace=self.workspace,
            region=self.region,
            account=self.account,
            allow_network=self.allow_network,
            existing=None if self.existing is None else self.existing.facts,
            strict=self.strict,
            edited=self.edited,
            whole=WHOLE in self.assumptions,
        )


class DescribedNetworks(NamedTuple):
    """The networks of the readable inputs, and the state of each input."""

    networks: list[DescribedNetwork]
    inputs: tuple[CheckedInput, ...]


def check(request: CheckRequest) -> CheckResult:
    """Diagnose each account and Region of the inputs, as it is after their change.

    An input that cannot be read is named in the result. Raises its error if no input can be read, and `InputError`
    if two inputs contradict each other.
    """
    result = _check(request)
    if result.verdict is not UNKNOWN or any(one.level != _TEMPLATES for one in result.inputs):
        return result
    from skerry.app.open_choices import try_choices  # noqa: PLC0415 -- few templates need it
    from skerry.sources.cloudformation.describing import read_open_parameters  # noqa: PLC0415

    def with_values(given: tuple[str, ...]) -> CheckResult:
        return _check(msgspec.structs.replace(request, parameters=(*request.parameters, *given)))

    return try_choices(result, read_open_parameters(request.inputs, request.options), with_values)


def _check(request: CheckRequest) -> CheckResult:
    described = read_descriptions(request)
    return CheckResult(described.inputs, tuple(map(_judge, described.networks)))


def _judge(network: DescribedNetwork) -> CheckedNetwork:
    """Diagnose a network, and compare it with what exists."""
    world = World(network.facts)
    diagnosis = diagnose(world)
    breaks = () if network.existing is None else find_breaks(_before(network.existing), diagnosis, network.actions)
    return CheckedNetwork(world, diagnosis, breaks)


def _before(existing: Facts) -> Diagnosis:
    """Return the diagnosis of what exists; without any launch nothing can break."""
    try:
        return diagnose(World(existing))
    except NothingFoundError:
        return Diagnosis(UNKNOWN, ())


def read_descriptions(request: CheckRequest) -> DescribedNetworks:
    """Read all inputs, and join those of one account and Region. Raises as `check` does."""
    require_region(request.region)
    names = _names_of([one.path for one in request.inputs])
    opened = [_open(given, name) for given, name in zip(request.inputs, names, strict=True)]
    answers: list[Description | UnreadableInput] = [one for one in opened if isinstance(one, UnreadableInput)]
    for reader, inputs in input_forms.by_reader([one for one in opened if isinstance(one, InputFile)]):
        answers += reader(inputs, request.options)
    descriptions = [one for one in answers if isinstance(one, Description)]
    failed = [one for one in answers if isinstance(one, UnreadableInput)]
    if failed and not descriptions and len(request.inputs) == 1:
        raise failed[0].error
    networks = join(descriptions, request.options.existing)
    if WHOLE in request.assumptions:
        networks = [one if one.existing else one._replace(facts=assume_whole(one.facts)) for one in networks]
    assumptions = parse_assumptions(text for text in request.assumptions if text != WHOLE)
    return DescribedNetworks(list(_assumed(networks, assumptions)), _inputs_of(descriptions, failed))


def _assumed(
    networks: Sequence[DescribedNetwork], assumptions: Sequence[SubnetAssumption]
) -> Iterator[DescribedNetwork]:
    """Yield networks with the assumed ones of the subnets that they name, and notes about all others."""
    named = [{one.subnet for one in assumptions if _names(network, one.subnet)} for network in networks]
    unused = [one.subnet for one in assumptions if not any(one.subnet in names for names in named)]
    notes = tuple(f"not used: the assumption about {subnet}, which no input names" for subnet in unused)
    for network, names in zip(networks, named, strict=True):
        facts = assume(network.facts, [one for one in assumptions if one.subnet in names])
        yield network._replace(facts=msgspec.structs.replace(facts, notes=(*facts.notes, *notes)))
        notes = ()


def _names(network: DescribedNetwork, subnet: str) -> bool:
    """Return whether a network names a subnet: for services, schedules, Batch, or anything else."""
    is_read = any(row.subnet_id == subnet for row in network.facts.subnets)
    return is_read or any(f'"{subnet}"'.encode() in content for content in network.documents.values())


def _open(given: NamedPath, text: str) -> InputFile | UnreadableInput:
    name = given.name or text
    try:
        content = b"" if given.path.is_dir() else next(iter(files.read(given.path).values()))
        if not is_saved_plan(content):
            # PowerShell redirects to UTF-16: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding
            content = utf8_of(name, content)
    except SkerryError as error:
        return UnreadableInput(name, error)
    return InputFile(name, given.path, content)


def _names_of(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the name of each input: of a file without its folder, as the rest is about the user's machine.

    Files of one name have as many folders before it as tell them apart.
    """
    parts = [(path if path.name else path.resolve()).parts or (str(path),) for path in paths]
    for own in parts:
        others = [other for other in parts if other != own]
        lengths = (size for size in range(1, len(own)) if all(other[-size:] != own[-size:] for other in others))
        yield "/".join(own[-next(lengths, len(own)) :]).encode(errors="replace").decode()


def _inputs_of(read: Sequence[Description], failed: Sequence[UnreadableInput]) -> tuple[CheckedInput, ...]:
    levels = {one.name: one.level for one in read}
    return (
        *(CheckedInput(name, level) for name, level in levels.items()),
        *(CheckedInput(one.name, error=one.error) for one in failed),
    )
