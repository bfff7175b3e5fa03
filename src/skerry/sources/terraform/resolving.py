"""A folder of Terraform code as a configuration: Terraform plans it twice, the second time with ids."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from skerry.errors import InputError
from skerry.sources.descriptions import STAND_IN_ACCOUNT
from skerry.sources.planned.values import is_known
from skerry.sources.terraform import terraform_process, terraform_test
from skerry.sources.terraform.code import has_provisioners, positions_of, providers_of, scopes_of_providers, types_in
from skerry.sources.terraform.configuration import Configuration, ProviderScope
from skerry.sources.terraform.literal_policies import literal_policies
from skerry.sources.terraform.plan_configuration import (
    AccountPlace,
    configuration_of,
    made_up,
    only_account,
    only_region,
    region_of,
)
from skerry.sources.terraform.plan_json import (
    MADE_UP_REGION,
    REMOTE_STATE,
    PlannedResources,
)
from skerry.sources.terraform.planned_code import complete, known_instances, known_overrides
from skerry.sources.terraform.policy_documents import marked_policy
from skerry.sources.terraform.provider_scopes import scope_of
from skerry.sources.terraform.resource_ids import with_made_up
from skerry.sources.terraform.terraform_test import Attempt
from skerry.sources.terraform.values import Instance

_APPLIES: Final = (Attempt("apply"), Attempt("apply", marks_lists=False))
_PLANS: Final = (Attempt("plan"), Attempt("plan", marks_lists=False))


class TerraformCode(msgspec.Struct, frozen=True):
    """A folder of code with the values of its variables, as words of Terraform's command line.

    ``outputs`` are those of other states, by the names of their inputs. ``edited`` are texts in place of those of
    files, by resolved paths.
    """

    folder: Path
    variables: tuple[str, ...] = ()
    allow_network: bool = False
    workspace: str | None = None
    outputs: Mapping[str, Mapping[str, Any]] = {}
    edited: Mapping[Path, str] = {}


def resolve_plan(name: str, plan: PlannedResources, code: TerraformCode, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan, in which Terraform has resolved the unknown values by its code.

    Raises `InputError` if Terraform cannot plan the code.
    """
    given, start = _start_of(name, plan, place)
    resolved = resolve_code(code, AccountPlace(given.region, given.account), start)
    return configuration_of(name, complete(plan, resolved.instances), given)


def _start_of(name: str, plan: PlannedResources, place: AccountPlace) -> "tuple[AccountPlace, _Start]":
    """Return the account and Region of a plan, and what it spares Terraform to tell."""
    region = place.region or region_of(name, plan, place.existing)
    account = place.account or only_account(plan.instances, place.existing)
    made = [
        made_up(one, plan, region, account, place.existing) if one.mode == "managed" else one
        for one in known_instances(plan)
    ]
    start = _Start(
        instances=tuple(made),
        variables=plan.variables,
        overrides={**known_overrides(plan.instances), **_revisions(made)},
        scopes=plan.scopes,
        answers={one.address: one.values for one in plan.data},
    )
    return AccountPlace(region, account, place.existing), start


def resolve_edited_plan(name: str, plan: PlannedResources, code: TerraformCode, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan as it will be with newer code: with new resources, and changed arguments.

    The code says what is new. The values that an edit may change are those of the code. Raises as `resolve_plan` does.
    """
    given, start = _start_of(name, plan, place)
    region, account = given.region or "", given.account or ""
    planned = {one.address for one in start.instances}
    first = resolve_code(code, AccountPlace(region, account), start)
    added = tuple(
        with_made_up(msgspec.structs.replace(one, is_new=True), region, account)
        for one in first.instances
        if one.mode == "managed" and one.address not in planned
    )
    start = msgspec.structs.replace(start, instances=(*start.instances, *added))
    resolved = {one.address: one for one in resolve_code(code, AccountPlace(region, account), start).instances}
    new = tuple(msgspec.structs.replace(resolved[one.address], is_new=True) for one in added)
    completed = complete(plan, resolved.values())
    instances = (*(_edited(one, resolved.get(one.address)) for one in completed.instances), *new)
    types = plan.types | {one.type for one in new}
    acted = plan.acted | {one.address for one in new}
    return configuration_of(name, msgspec.structs.replace(plan, instances=instances, types=types, acted=acted), given)


_EDITABLE: Final = frozenset(
    {"assign_public_ip", "egress", "enable_dns_hostnames", "enable_dns_support", "ingress", "network_configuration"}
    | {"platform_version", "policy", "private_dns_enabled", "route", "route_table_ids", "security_group_ids"}
    | {"subnet_ids"}
)
"""The arguments that an edit changes."""


def _edited(planned: Instance, resolved: Instance | None) -> Instance:
    """Return an instance of a plan with the values of newer code in the arguments that an edit changes."""
    if resolved is None or planned.mode != "managed":
        return planned
    newer = {
        key: value
        for key, value in resolved.values.items()
        if key in _EDITABLE and value is not None and is_known(value)
    }
    return msgspec.structs.replace(planned, values={**planned.values, **newer})


def _revisions(instances: Iterable[Instance]) -> dict[str, Mapping[str, str]]:
    """Return the ARNs of new task definitions, with the numbers of their revisions."""
    return {
        one.address: {"arn": arn, "id": str(one.get("family"))}
        for one in instances
        if one.type == "aws_ecs_task_definition" and one.is_new and isinstance(arn := one.get("arn"), str)
    }


class _Start(msgspec.Struct, frozen=True):
    """The instances and the values of a plan, which spare the first run."""

    instances: tuple[Instance, ...] = ()
    variables: Mapping[str, Any] = {}
    overrides: Mapping[str, Mapping[str, Any]] = {}
    scopes: Mapping[str, ProviderScope] = {}
    answers: Mapping[str, Mapping[str, Any]] = {}


def resolve_code(code: TerraformCode, place: AccountPlace, start: _Start | None = None) -> Configuration:
    """Return the configuration of an initialised folder, resolved by Terraform itself, without AWS.

    An apply with mocks makes nothing, and tells the data sources too. A plan with mocks comes next, if the apply would
    run commands of provisioners, or if Terraform refuses it: data sources then stay unknown. Raises `InputError` if
    Terraform can do neither.
    """
    with terraform_process.copied(code.folder, code.edited) as copy:
        terraform = terraform_process.Terraform(copy, allow_network=code.allow_network, workspace=code.workspace)
        attempts = _PLANS if has_provisioners(copy) else (*_APPLIES, *_PLANS)
        errors: list[InputError] = []
        for attempt in attempts:
            try:
                return _resolve(code, place, attempt, terraform, copy, start)
            except InputError as error:
                errors.append(error)
        raise errors[0]


def _resolve(
    code: TerraformCode,
    place: AccountPlace,
    attempt: Attempt,
    terraform: terraform_process.Terraform,
    copy: Path,
    start: _Start | None,
) -> Configuration:
    """Run the test twice: the first run tells the instances and the data sources, the second has ids and answers.

    A plan tells them already.
    """
    providers, types = providers_of(copy, terraform.providers()), types_in(copy)
    given = _Start() if start is None else start
    variables = _without_given(given.variables, code.variables)
    named = scopes_of_providers(copy, code.variables)
    # A plan of a test prints no data sources.
    policies = literal_policies(copy) if attempt.command == "plan" else ()
    answers = {**_marked(policies), **_remote_states(copy, code.outputs), **given.answers}

    def run(
        instances: tuple[Instance, ...], region: str, account: str, scopes: Mapping[str, ProviderScope] | None = None
    ) -> PlannedResources:
        stage = terraform_test.ResolvingRun(
            attempt=attempt,
            types=types,
            instances=instances,
            region=region,
            account=account,
            variables=variables,
            overrides=given.overrides,
            provider_scopes=named,
            scopes=given.scopes if scopes is None else scopes,
            answers=answers,
        )
        test = terraform_test.write_test(providers, stage)
        return terraform_test.read_result(terraform.test(test, code.variables))

    if start is not None:
        plan = run(start.instances, place.region or MADE_UP_REGION, place.account or STAND_IN_ACCOUNT)
        instances = tuple(terraform_test.without_marks((*plan.instances, *policies), attempt))
        return Configuration(instances, place.region or "", place.account or "", plan.closed, plan.types)
    plan = run((), place.region or MADE_UP_REGION, place.account or STAND_IN_ACCOUNT)
    scopes = terraform_test.scopes_by_provider(plan.instances, named)
    computed = tuple(one for one in plan.instances if scope_of(one, scopes).region is None)
    region = place.region or _region_of_providers(scopes) or only_region(str(code.folder), computed)
    # A provider whose Region is computed has the one of the user, or of the values of its resources.
    scopes = {address: ProviderScope(scope.region or region, scope.account) for address, scope in scopes.items()}
    account = place.account or only_account(plan.instances)
    plan = run(plan.instances, region, account, scopes)
    instances = tuple(terraform_test.without_marks((*plan.instances, *policies), attempt))
    return Configuration(instances, region, account, plan.closed, plan.types, scopes=scopes, outputs=plan.outputs)


def _marked(policies: Iterable[Instance]) -> dict[str, Mapping[str, str]]:
    return {one.address: {"json": marked_policy(one.address)} for one in policies}


def _region_of_providers(scopes: Mapping[str, ProviderScope]) -> str | None:
    """Return a Region of the providers; None if that of one of them is unknown."""
    regions = {scope.region for scope in scopes.values()}
    return None if None in regions else min((region for region in regions if region is not None), default=None)


def _remote_states(folder: Path, outputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the answers of the other states that code reads: those of the inputs with their names."""
    addresses = positions_of(folder) if outputs else ()
    names = {address: address.rpartition(f"{REMOTE_STATE}.")[2] for address in addresses if REMOTE_STATE in address}
    return {address: {"outputs": outputs[name]} for address, name in names.items() if name in outputs}


def _without_given(variables: Mapping[str, Any], words: Iterable[str]) -> Mapping[str, Any]:
    """Return the variables of a plan that the user gives no other value; none if a file may hold some."""
    given = tuple(words)
    if any(word.startswith("-var-file=") for word in given):
        return {}
    names = {word.removeprefix("-var=").partition("=")[0] for word in given}
    return {name: value for name, value in variables.items() if name not in names and value is not None}
