"""Plans and states as Terraform prints them: https://developer.hashicorp.com/terraform/internals/json-format.

OpenTofu prints the same form. A state in its own file has version 4.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources.terraform.configuration import ProviderScope
from skerry.sources.terraform.data_answers import LATER
from skerry.sources.terraform.instance_values import read_instance, read_values
from skerry.sources.terraform.provider_scopes import ProviderConfig, scopes_in
from skerry.sources.terraform.reference_cycles import find_cycle
from skerry.sources.terraform.references import ConfiguredModule
from skerry.sources.terraform.shapes import ShapeError
from skerry.sources.terraform.values import Instance

_FORMATS: Final = ("0.", "1.")
_STATE_VERSION: Final = 4
_FORGOTTEN: Final = "forget"
"""The action on a resource that stays in AWS, and that Terraform manages no more."""
_OTHER_CLOUDS: Final = frozenset(
    {"alicloud", "azapi", "azuread", "azurerm", "digitalocean", "google", "hcloud", "ibm", "oci", "openstack"}
)
"""The beginnings of types of other clouds, by their providers: https://registry.terraform.io/browse/providers."""
_NOTHING: Final = Raw(b"null")
REMOTE_STATE: Final = "terraform_remote_state"
ANSWERED: Final = (
    *("arn", "arns", "availability_zone", "availability_zone_id", "cidr_block", "cidr_blocks", "id", "ids", "json"),
    *("main_route_table_id", "names", "outputs", "prefix_list_id", "repository_url", "revision", "service_name"),
    *("vpc_id", "zone_ids"),
)
"""The attributes of data sources that resources of a network are made of."""
_NAME_OF_AWS: Final = re.compile(
    r"arn:[\w-]+:[^\s]{1,400}|(?:[a-z]{1,8})-[0-9a-f]{8,17}|[0-9a-fA-F.:]+(?:/\d{1,3})?|[a-z]{2}(?:-[a-z]+)+-\d[a-z]?"
)
"""An ARN, an id, a block of addresses, or a Region or zone: no text that could be a secret."""
_STRANGERS: Final = ("aws_cloudformation_stack", "aws_lambda_invocation", "awscc_", "null_resource", "terraform_data")
"""The beginnings of types that may make resources of AWS which no plan names."""


class _Change(msgspec.Struct, frozen=True, gc=False):
    actions: tuple[str, ...] = ()
    before: Raw = _NOTHING
    after: Raw = _NOTHING
    after_unknown: Raw = _NOTHING
    importing: Any = None


class _ResourceChange(msgspec.Struct, frozen=True, gc=False):
    address: str
    type: str
    mode: str = "managed"
    deposed: str | None = None
    change: _Change = _Change()


class _DeferredChange(msgspec.Struct, frozen=True, gc=False):
    resource_change: _ResourceChange | None = None


class _StateResource(msgspec.Struct, frozen=True, gc=False):
    address: str
    type: str
    mode: str = "managed"
    values: Raw = _NOTHING


class _Module(msgspec.Struct, frozen=True, gc=False):
    resources: tuple[_StateResource, ...] = ()
    child_modules: tuple["_Module", ...] = ()


class _Values(msgspec.Struct, frozen=True, gc=False):
    root_module: _Module = _Module()


class _Output(msgspec.Struct, frozen=True, gc=False):
    value: Raw = _NOTHING
    sensitive: bool = False


class _OutputsOfState(msgspec.Struct, frozen=True, gc=False):
    """The outputs of a state: in its own file at the top, as JSON among its values."""

    outputs: dict[str, _Output] = {}
    values: "_OutputsOfState | None" = None


class _RawInstance(msgspec.Struct, frozen=True, gc=False):
    attributes: Raw = _NOTHING
    index_key: int | str | None = None
    deposed: str | None = None


class _RawResource(msgspec.Struct, frozen=True, gc=False):
    type: str
    name: str
    module: str | None = None
    mode: str = "managed"
    instances: tuple[_RawInstance, ...] = ()


class _Written(msgspec.Struct, frozen=True, gc=False):
    root_module: ConfiguredModule = ConfiguredModule()
    provider_config: dict[str, ProviderConfig] = {}


class _Variable(msgspec.Struct, frozen=True, gc=False):
    value: Any = None


class _PriorState(msgspec.Struct, frozen=True, gc=False):
    values: _Values | None = None


class _Document(msgspec.Struct, frozen=True, gc=False):
    """The parts of a plan or state that are read. A test prints its state without ``values`` around it."""

    format_version: str | None = None
    plan_format_version: str | None = None
    state_format_version: str | None = None
    resource_changes: tuple[_ResourceChange, ...] | None = None
    prior_state: Raw = _NOTHING
    deferred_changes: tuple[_DeferredChange, ...] = ()
    complete: bool = True
    errored: bool = False
    timestamp: str | None = None
    variables: dict[str, _Variable] = {}
    values: _Values | None = None
    root_module: _Module | None = None
    version: int | None = None
    encrypted_data: Any = None
    resources: tuple[_RawResource, ...] = ()
    configuration: _Written | None = None


class PlannedResources(msgspec.Struct, frozen=True, gc=False):
    """The instances of a plan or state. ``closed``: nothing else is made by its apply, as far as it tells.

    ``former`` are the instances that a plan expects before its apply. ``deferred`` are the addresses of changes that
    a plan leaves to a later one, ``acted`` are those of all other changes.
    ``data`` are the data sources that were read for a plan, ``variables`` the values of its variables.
    ``scopes`` are the accounts and Regions of the providers, by the addresses of their resources.
    ``has_configuration``: it says what the unknown values refer to. ``outputs`` are those of a state of a test.
    ``made_at`` is the time of a plan.
    """

    instances: tuple[Instance, ...]
    closed: bool
    types: frozenset[str]
    written: ConfiguredModule = ConfiguredModule()
    level: str = "state"
    former: tuple[Instance, ...] = ()
    deferred: tuple[str, ...] = ()
    acted: frozenset[str] = frozenset()
    data: tuple[Instance, ...] = ()
    variables: Mapping[str, Any] = {}
    scopes: Mapping[str, ProviderScope] = {}
    has_configuration: bool = False
    outputs: Mapping[str, Any] = {}
    made_at: datetime | None = None

    @property
    def has_strangers(self) -> bool:
        """Whether the apply may make resources of AWS that the plan does not name."""
        return any(kind.startswith(_STRANGERS) for kind in self.types)


def read_plan(name: str, content: bytes) -> PlannedResources:
    """Return the instances after an apply. Raises `InputError` for what is no plan and no state."""
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        message = f"{name} is no plan or state of Terraform as JSON"
        raise InputError(message, "Make it with: terraform show -json plan.out > plan.json") from error
    version = document.format_version or document.plan_format_version or document.state_format_version
    if version is not None and not version.startswith(_FORMATS):
        message = f"{name} has format {version} of Terraform, which skerry does not know"
        raise InputError(message, "It reads formats 0 and 1: update skerry.")
    if document.encrypted_data is not None:
        message = f"{name} is an encrypted state of OpenTofu"
        raise InputError(message, "Decrypt it in its folder: tofu show -json > state.json")
    if document.errored:
        message = f"{name} is a plan that ended with an error"
        raise InputError(message, "Run terraform plan again, and give skerry the plan that it finishes.")
    try:
        plan = _plan_of(name, document)
        cycle = find_cycle(plan.written)
    except (ShapeError, msgspec.DecodeError, RecursionError) as error:
        # The text of other errors may hold the value, which may be secret.
        where = f": {error}" if isinstance(error, ShapeError) else ""
        message = f"{name} holds a value of another type than Terraform gives it{where}"
        hint = "Make it again: terraform show -json plan.out > plan.json. If that is no help, please report it."
        raise InputError(message, hint) from error
    _refuse_other_clouds(name, plan.types)
    if cycle:
        message = f"{name} has cyclic references: {' -> '.join(cycle)}"
        raise InputError(message, "Terraform makes no such plan: make it again.")
    return plan


def _refuse_other_clouds(name: str, types: frozenset[str]) -> None:
    """Raise `InputError` for resources of other clouds alone."""
    clouds = sorted({kind.partition("_")[0] for kind in types} & _OTHER_CLOUDS)
    if clouds and not any(kind.startswith(("aws_", "awscc_")) for kind in types):
        message = f"{name} has no resource of AWS: it is for {', '.join(clouds)}"
        raise InputError(message, "skerry checks tasks on AWS Fargate: give it the plan of those.")


def _of_changes(document: _Document, changes: tuple[_ResourceChange, ...]) -> PlannedResources:
    instances = tuple(_planned(changes))
    types = frozenset(row.type for row in changes if row.mode == "managed")
    is_whole = document.complete and not document.deferred_changes
    variables = {name: variable.value for name, variable in document.variables.items()}
    written = document.configuration or _Written()
    plan = PlannedResources(
        instances,
        is_whole,
        types,
        written.root_module,
        "plan",
        tuple(_former(changes)),
        tuple(
            "an unnamed one" if one.resource_change is None else one.resource_change.address
            for one in document.deferred_changes
        ),
        frozenset(row.address for row in changes if set(row.change.actions) - {"no-op", "read"}),
        tuple(read_data(document.prior_state)),
        variables,
        scopes_in(written.root_module, written.provider_config, variables),
        document.configuration is not None,
        made_at=_time_of(document.timestamp),
    )
    return msgspec.structs.replace(plan, closed=is_whole and not plan.has_strangers)


def _plan_of(name: str, document: _Document) -> PlannedResources:
    if document.resource_changes is not None:
        return _of_changes(document, document.resource_changes)
    root = document.root_module if document.values is None else document.values.root_module
    if root is not None:
        rows = tuple(_in_module(root))
        read = (read_instance(row.address, row.type, row.mode, row.values, _NOTHING) for row in rows)
        return PlannedResources(
            tuple(filter(None, read)), closed=False, types=frozenset(row.type for row in rows if row.mode == "managed")
        )
    if document.version == _STATE_VERSION:
        return PlannedResources(
            tuple(_stored(document)), closed=False, types=frozenset(row.type for row in document.resources)
        )
    if document.version is not None:
        message = f"{name} is a state of version {document.version}, and skerry reads version {_STATE_VERSION}"
        raise InputError(message, "Convert it with a newer Terraform: terraform show -json > state.json")
    message = f"{name} holds no plan and no state of Terraform"
    raise InputError(message, "Make it with: terraform show -json plan.out > plan.json")


def _time_of(text: str | None) -> datetime | None:
    """Return a time of Terraform; None if it is none with a zone."""
    try:
        time = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None else None


def _planned(rows: tuple[_ResourceChange, ...]) -> Iterator[Instance]:
    for row in rows:
        change, actions = row.change, set(row.change.actions)
        if _FORGOTTEN in actions:
            # A replacement that forgets leaves the old object in AWS.
            address = row.address if actions == {_FORGOTTEN} else f"{row.address} (forgotten)"
            stays = read_instance(address, row.type, row.mode, change.before, _NOTHING)
            yield from () if stays is None else (stays,)
        if row.deposed is not None or actions in ({"delete"}, {_FORGOTTEN}):
            continue
        is_new = "create" in actions and not change.importing
        instance = read_instance(row.address, row.type, row.mode, change.after, change.after_unknown, is_new=is_new)
        if instance is not None:
            yield instance


def read_outputs(content: bytes) -> dict[str, Any]:
    """Return the outputs of a state, without sensitive ones and without texts other than names of resources."""
    try:
        state = msgspec.json.decode(content, type=_OutputsOfState)
        rows = state.outputs or ({} if state.values is None else state.values.outputs)
        return {name: LATER if row.sensitive else _public(msgspec.json.decode(row.value)) for name, row in rows.items()}
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return {}


def read_data(document: Raw) -> Iterator[Instance]:
    """Yield the data sources of a plan's prior state, with the attributes that resources are made of."""
    prior = msgspec.json.decode(document, type=_PriorState | None)
    if prior is None or prior.values is None:
        return
    for row in _in_module(prior.values.root_module):
        if row.mode == "data" and (row.type.startswith("aws_") or row.type == REMOTE_STATE):
            values = read_values(row.values, ANSWERED)
            if "outputs" in values:
                values["outputs"] = _public(values["outputs"])
            yield Instance(row.address, row.type, row.mode, values)


def _public(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Return outputs of another state with a mark in place of each text that names no resource of AWS."""
    if isinstance(value, dict):
        return {key: _public(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_public(inner) for inner in value]
    return value if not isinstance(value, str) or _NAME_OF_AWS.fullmatch(value) else LATER


def _former(rows: tuple[_ResourceChange, ...]) -> Iterator[Instance]:
    """Yield the instances that exist before an apply; a data source has no state before it is read."""
    for row in rows:
        deposed = "" if row.deposed is None else f" (deposed {row.deposed})"
        if row.mode == "managed" and bytes(row.change.before) != b"null":
            instance = read_instance(f"{row.address}{deposed}", row.type, row.mode, row.change.before, _NOTHING)
            yield from () if instance is None else (instance,)


def _in_module(module: _Module) -> Iterator[_StateResource]:
    yield from module.resources
    for child in module.child_modules:
        yield from _in_module(child)


def _stored(document: _Document) -> Iterator[Instance]:
    for row in document.resources:
        for one in row.instances:
            module = f"{row.module}." if row.module else ""
            key = "" if one.index_key is None else f"[{msgspec.json.encode(one.index_key).decode()}]"
            mode = "data." if row.mode == "data" else ""
            address = f"{module}{mode}{row.type}.{row.name}{key}"
            instance = read_instance(address, row.type, row.mode, one.attributes, _NOTHING)
            if instance is not None and one.deposed is None:
                yield instance


MADE_UP_REGION: Final = "xx-made-1"
"""In place of the Region while nothing names it: well-formed, and none of AWS's."""
_REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d(?!\d)")
_PLACES: Final = (
    "availability_zone",
    "service_name",
    "repository_url",
    "arn",
    "container_definitions",
    "execution_role_arn",
)


_ACCOUNT = re.compile(r":(\d{12}):|\b(\d{12})\.dkr\.ecr\.")


def accounts_in(instances: tuple[Instance, ...]) -> set[str]:
    """Return the accounts that ARNs and hosts of registries speak of."""
    matches = (match for text in _texts(instances) for match in _ACCOUNT.findall(text))
    return {arn or host for arn, host in matches}


def regions_in(instances: tuple[Instance, ...]) -> set[str]:
    """Return the Regions that names of zones, services and ARNs speak of."""
    matches = {match for text in _texts(instances) for match in _REGION.findall(text)}
    return matches - {MADE_UP_REGION}


def _texts(instances: tuple[Instance, ...]) -> list[str]:
    return [str(value) for instance in instances for key in _PLACES if (value := instance.values.get(key))]
