"""The use case of `skerry check`: the diagnosis of networks that are not deployed yet."""

from collections.abc import Mapping, Sequence
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
from skerry.sources.assumptions import SubnetAssumption, assume, parse_assumption
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
    opened = [_open(given) for given in request.inputs]
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
    assumptions = [parse_assumption(text) for text in request.assumptions if text != WHOLE]
    return DescribedNetworks([_assumed(one, assumptions) for one in networks], _inputs_of(descriptions, failed))


def _assumed(network: DescribedNetwork, assumptions: Sequence[SubnetAssumption]) -> DescribedNetwork:
    """Return a network with the assumed ones of the subnets that its services name."""
    rows = (service.network_configuration.awsvpc_configuration for service in network.facts.services)
    named = {subnet for row in rows if row is not None for subnet in row.subnets}
    return network._replace(facts=assume(network.facts, [one for one in assumptions if one.subnet in named]))


def _open(given: NamedPath) -> InputFile | UnreadableInput:
    name = given.name or _text_of(given.path)
    try:
        content = b"" if given.path.is_dir() else next(iter(files.read(given.path).values()))
        if not is_saved_plan(content):
            # PowerShell redirects to UTF-16: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding
            content = utf8_of(name, content)
    except SkerryError as error:
        return UnreadableInput(name, error)
    return InputFile(name, given.path, content)


def _text_of(path: Path) -> str:
    """Return the name of an input: of a file without its folder, as the rest is about the user's machine."""
    return (path.name or path.resolve().name or str(path)).encode(errors="replace").decode()


def _inputs_of(read: Sequence[Description], failed: Sequence[UnreadableInput]) -> tuple[CheckedInput, ...]:
    levels = {one.name: one.level for one in read}
    return (
        *(CheckedInput(name, level) for name, level in levels.items()),
        *(CheckedInput(one.name, error=one.error) for one in failed),
    )
