"""The test by which Terraform itself resolves a configuration, with made-up ids, without AWS and without credentials.

https://developer.hashicorp.com/terraform/language/tests/mocking
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.addresses import without_keys
from skerry.sources.terraform.code import CodeTypes, Provider
from skerry.sources.terraform.computed_lists import computed_values
from skerry.sources.terraform.configuration import ProviderScope
from skerry.sources.terraform.data_answers import ABSENT, LATER, LATER_BLOCK, DataAnswers, unknown_answers
from skerry.sources.terraform.plan_json import PlannedResources, read_outputs, read_plan
from skerry.sources.terraform.policy_documents import PolicyDocuments
from skerry.sources.terraform.provider_scopes import scope_of
from skerry.sources.terraform.references import LISTS
from skerry.sources.terraform.resource_ids import arn_of_type, made_up_values
from skerry.sources.terraform.values import Instance

FILE: Final = "skerry.tftest.json"
_RUN: Final = "resolve"
_NAME: Final = "the plan of terraform test"
_PROVIDER: Final = "skerry-provider-"
"""The beginning of an id that names the alias of its provider."""
_READ: Final = (b'"test_plan"', b'"test_state"', b'"diagnostic"')
_SENTINELS: Final = {
    "aws_ec2_transit_gateway_vpc_attachment": ("security_group_referencing_support",),
    "aws_efs_mount_target": ("ip_address",),
    "aws_instance": ("private_ip", "subnet_id"),
    "aws_network_interface": ("private_ip",),
    "aws_route53_record": ("health_check_id", "set_identifier"),
    "aws_scheduler_schedule": ("group_name",),
    "aws_ecs_service": ("cluster", "launch_type", "platform_version"),
    "aws_ecs_task_definition": ("network_mode",),
    "aws_nat_gateway": ("availability_mode", "private_ip"),
    "aws_security_group": ("name",),
    "aws_subnet": ("availability_zone", "availability_zone_id", "ipv6_cidr_block", "owner_id"),
    "aws_vpc": ("dhcp_options_id", "ipv6_cidr_block", "owner_id"),
    "aws_vpc_endpoint": ("ip_address_type", "policy", "service_region", "state"),
}
"""The optional texts that the provider computes if they are absent, by type."""
_TRUE: Final = {
    "aws_ec2_transit_gateway_vpc_attachment": dict.fromkeys(
        ("transit_gateway_default_route_table_association", "transit_gateway_default_route_table_propagation"), True
    )
}
"""The optional truths that are on if they are absent: a mock would turn them off."""


Command = Literal["plan", "apply"]
"""An apply makes nothing either: all providers are mocked. Its state also shows the data sources."""


class Attempt(msgspec.Struct, frozen=True):
    """A way to run the test.

    ``marks_lists``: lists of data sources hold a mark, which conditions of the code may refuse. Without it they are
    empty, and no empty list of the result counts as one.
    """

    command: Command
    marks_lists: bool = True


class ResolvingRun(msgspec.Struct, frozen=True):
    """One run of the test: the attempt, the types of the code, and the instances of the run before it.

    ``variables`` are values of a plan. ``overrides`` are known values of resources, by address. ``provider_scopes``
    are those of providers by alias, ``scopes`` those of resources, by address without keys.
    ``answers`` are the values of data sources that were read for a plan.
    """

    attempt: Attempt
    types: CodeTypes
    instances: tuple[Instance, ...]
    region: str
    account: str
    variables: Mapping[str, Any] = {}
    overrides: Mapping[str, Mapping[str, Any]] = {}
    provider_scopes: Mapping[str | None, ProviderScope] = {}
    scopes: Mapping[str, ProviderScope] = {}
    answers: Mapping[str, Mapping[str, Any]] = {}

    def place_of(self, instance: Instance) -> tuple[str, str]:
        """Return the Region and the account of an instance."""
        region, account = scope_of(instance, self.scopes)
        return region or self.region, account or self.account


class _Message(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    test_plan: Raw = Raw(b"null")
    test_state: Raw = Raw(b"null")
    diagnostic: dict[str, Any] | None = None


def write_test(providers: Iterable[Provider], stage: ResolvingRun) -> bytes:
    """Return the test file: all providers mocked, and an override for each instance that is known by now.

    A ``${`` or ``%{`` in it is escaped: no value of the user is an expression of Terraform.
    """
    mocks: dict[str, list[dict[str, Any]]] = {}
    # A plan has no values of its own for what an apply computes; for_each over one would end it.
    early = {"override_during": "plan"} if stage.attempt.command == "plan" else {}
    for name, alias in providers:
        data = _mocked(stage, alias) if name == "aws" else {}
        mock = {**early, **data, **({} if alias is None else {"alias": alias})}
        mocks.setdefault(name, []).append(mock)
    variables = {"variables": dict(stage.variables)} if stage.variables else {}
    return msgspec.json.encode(_escaped({"mock_provider": mocks, **variables, "run": {_RUN: _run(stage)}}))


def _mocked(stage: ResolvingRun, alias: str | None) -> dict[str, Any]:
    """Return the answers of a provider of AWS, in its own Region; ids say which one it is while they are not known."""
    region, account = stage.provider_scopes.get(alias, ProviderScope())
    place = (region or stage.region, account or stage.account)
    marks = {} if stage.instances or len(stage.provider_scopes) <= 1 else {"id": f"{_PROVIDER}{alias or ''}"}
    unknown = unknown_answers(stage.types.data_sources, *place, marks_lists=stage.attempt.marks_lists)
    return {
        "mock_data": {kind: {"defaults": {**answer["defaults"], **marks}} for kind, answer in unknown.items()},
        # The provider checks the form of ARNs in arguments.
        "mock_resource": {
            kind: {"defaults": {"arn": arn_of_type(kind, *place), **computed_values(kind, *place), **marks}}
            for kind in sorted(stage.types.resources)
        },
    }


def _run(stage: ResolvingRun) -> dict[str, Any]:
    regions = {stage.region, *(_region_of_source(one, stage) for one in stage.instances if one.mode == "data")}
    answers = {region: DataAnswers(stage.instances, region, stage.account) for region in regions}
    return {
        "command": stage.attempt.command,
        "override_resource": [
            {
                "target": instance.address,
                "override_during": stage.attempt.command,
                "values": dict(_values(instance, stage)),
            }
            for instance in stage.instances
            if instance.mode == "managed"
        ],
        "override_data": [
            {"target": address, "values": values} for address, values in _answers(stage, answers) if values
        ],
    }


def _answers(stage: ResolvingRun, answers: Mapping[str, DataAnswers]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the values of each data source, by its address; given values go before derived ones."""
    sources = {one.address: one for one in stage.instances if one.mode == "data"}
    yield from ((address, values) for address, values in stage.answers.items() if address not in sources)
    for address, source in sources.items():
        yield address, stage.answers.get(address) or answers[_region_of_source(source, stage)].of(source)


def _region_of_source(source: Instance, stage: ResolvingRun) -> str:
    """Return the Region of the provider of a data source."""
    return stage.scopes.get(without_keys(source.address), ProviderScope()).region or stage.region


def scopes_by_provider(
    instances: Iterable[Instance], providers: Mapping[str | None, ProviderScope]
) -> dict[str, ProviderScope]:
    """Return the scope of each resource by the provider that its id names, by its address without keys."""
    scopes: dict[str, ProviderScope] = {}
    for instance in instances:
        mark = instance.values.get("id")
        if isinstance(mark, str) and mark.startswith(_PROVIDER):
            scope = providers.get(mark.removeprefix(_PROVIDER) or None, ProviderScope())
            scopes[without_keys(instance.address)] = scope
    if scopes or len(set(providers.values())) != 1:
        return scopes
    [scope] = set(providers.values())
    if scope.region is None:
        return scopes
    return {without_keys(instance.address): scope for instance in instances if instance.mode == "managed"}


def _escaped(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, dict):
        return {key: inner if key == "target" else _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


def _values(instance: Instance, stage: ResolvingRun) -> Iterator[tuple[str, Any]]:
    # A configured value goes before an override, and an override hides the defaults of its type.
    place = stage.place_of(instance)
    values: dict[str, Any] = dict.fromkeys(_SENTINELS.get(instance.type, ()), ABSENT)
    values |= {**computed_values(instance.type, *place), **made_up_values(instance, *place)}
    values |= _TRUE.get(instance.type, {})
    values |= {"region": place[0]} if "region" in instance.values else {}
    given = stage.overrides.get(instance.address, {})
    yield from (values | {key: value for key, value in given.items() if key in values}).items()


def read_result(lines: Iterable[bytes]) -> PlannedResources:
    """Return the resolved instances from the lines that Terraform prints. Raises `InputError` if it made no plan."""
    complaints: list[str] = []
    for line in lines:
        if not line.startswith(b"{") or not any(key in line for key in _READ):
            continue
        message = msgspec.json.decode(line, type=_Message)
        if message.type == "test_plan":
            return read_plan(_NAME, bytes(message.test_plan))
        if message.type == "test_state":
            plan = read_plan(_NAME, bytes(message.test_state))
            made = (msgspec.structs.replace(instance, is_new=True) for instance in plan.instances)
            return msgspec.structs.replace(
                plan,
                instances=tuple(made),
                closed=not plan.has_strangers,
                outputs=read_outputs(bytes(message.test_state)),
            )
        if message.diagnostic is not None and message.diagnostic.get("severity") == "error":
            complaints.append(
                f"{message.diagnostic.get('summary')}: {message.diagnostic.get('detail', '')}".strip(": ")
            )
    what = "Terraform cannot plan the configuration"
    hint = "Run terraform validate and terraform plan in it."
    if any("remote state" in text for text in complaints):
        hint = "Give the state or the code that it reads too, by the name of its data source: NAME=PATH."
    raise InputError(f"{what}: {complaints[0]}" if complaints else what, hint)


def without_marks(instances: Iterable[Instance], attempt: Attempt) -> Iterator[Instance]:
    """Yield the instances with absent arguments and unknown values in place of the marks, and policies of theirs."""
    unmarked = [
        msgspec.structs.replace(instance, values={key: _unmarked(value) for key, value in instance.values.items()})
        for instance in instances
    ]
    documents = PolicyDocuments(instance for instance in unmarked if instance.mode == "data")
    for instance in unmarked:
        values = {key: _with_policies(value, documents) for key, value in instance.values.items()}
        if not attempt.marks_lists:
            values = {key: _without_empty_lists(key, value) for key, value in values.items()}
        yield msgspec.structs.replace(instance, values=values)


def _with_policies(value: Any, documents: PolicyDocuments) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, str):
        return documents.restore(value)
    if isinstance(value, dict):
        return {key: _with_policies(inner, documents) for key, inner in value.items()}
    return [_with_policies(inner, documents) for inner in value] if isinstance(value, list) else value


def _unmarked(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if value == ABSENT:
        return None
    if isinstance(value, str) and any(mark in value for mark in (ABSENT, LATER, LATER_BLOCK)):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _unmarked(inner) for key, inner in value.items()}
    return [_unmarked(inner) for inner in value] if isinstance(value, list) else value


def _without_empty_lists(name: str, value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Return a value with unknown lists in place of the empty ones, which may be those of data sources."""
    if value == [] and name in LISTS:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _without_empty_lists(key, inner) for key, inner in value.items()}
    return [_without_empty_lists("", inner) for inner in value] if isinstance(value, list) else value
