"""A folder of Terraform code as a configuration: Terraform plans it twice, the second time with ids."""

from pathlib import Path
from typing import Final

import msgspec

from skerry.errors import Argument, InputError
from skerry.model.facts import Facts
from skerry.sources.descriptions import STAND_IN_ACCOUNT
from skerry.sources.terraform import terraform_process, terraform_test
from skerry.sources.terraform.changes import with_next_revision
from skerry.sources.terraform.code import has_provisioners, providers_of, types_in
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.plan_json import MADE_UP_REGION, PlannedResources, accounts_in, read_plan, regions_in
from skerry.sources.terraform.references import ReferenceResolver
from skerry.sources.terraform.removed_parts import without_removed_parts
from skerry.sources.terraform.resource_ids import with_made_up
from skerry.sources.terraform.terraform_test import Attempt
from skerry.sources.terraform.values import Instance

_APPLIES: Final = (Attempt("apply"), Attempt("apply", marks_lists=False))
_PLANS: Final = (Attempt("plan"), Attempt("plan", marks_lists=False))


class AccountPlace(msgspec.Struct, frozen=True):
    """The account and the Region of a configuration, as far as the user names them.

    ``existing`` is the network that a plan changes, and has an account and a Region too.
    """

    region: str | None = None
    account: str | None = None
    existing: Facts | None = None


class TerraformCode(msgspec.Struct, frozen=True):
    """A folder of code with the values of its variables, as words of Terraform's command line."""

    folder: Path
    variables: tuple[str, ...] = ()
    allow_network: bool = False


def resolve_code(code: TerraformCode, place: AccountPlace) -> Configuration:
    """Return the configuration of an initialised folder, resolved by Terraform itself, without AWS.

    An apply with mocks makes nothing, and tells the data sources too. A plan with mocks comes next, if the apply would
    run commands of provisioners, or if Terraform refuses it: data sources then stay unknown. Raises `InputError` if
    Terraform can do neither.
    """
    with terraform_process.copied(code.folder) as copy:
        terraform = terraform_process.Terraform(copy, allow_network=code.allow_network)
        attempts = _PLANS if has_provisioners(copy) else (*_APPLIES, *_PLANS)
        errors: list[InputError] = []
        for attempt in attempts:
            try:
                return _resolve(code, place, attempt, terraform, copy)
            except InputError as error:
                errors.append(error)
        raise errors[0]


def _resolve(
    code: TerraformCode,
    place: AccountPlace,
    attempt: Attempt,
    terraform: terraform_process.Terraform,
    copy: Path,
) -> Configuration:
    """Run the test twice: the first run tells the instances and the data sources, the second has ids and answers."""
    providers, types = providers_of(copy, terraform.providers()), types_in(copy)

    def run(instances: tuple[Instance, ...], region: str, account: str) -> PlannedResources:
        stage = terraform_test.ResolvingRun(attempt, types, instances, region, account)
        test = terraform_test.write_test(providers, stage)
        return terraform_test.read_result(terraform.test(test, code.variables))

    plan = run((), place.region or MADE_UP_REGION, place.account or STAND_IN_ACCOUNT)
    region = place.region or _only_region(str(code.folder), plan.instances)
    account = place.account or _only_account(plan.instances)
    plan = run(plan.instances, region, account)
    instances = tuple(terraform_test.without_marks(plan.instances, attempt))
    return Configuration(instances, region, account, plan.closed, plan.types)


def read_file(name: str, content: bytes, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan or state as JSON, with made-up ids for what the apply will create."""
    return configuration_of(name, read_plan(name, content), place)


def configuration_of(name: str, plan: PlannedResources, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan or state, with made-up ids for what the apply will create."""
    region = place.region or _only_region(name, plan.instances, place.existing)
    account = place.account or _only_account(plan.instances, place.existing)
    instances = [
        _made_up(instance, plan, region, account, place.existing) if instance.mode == "managed" else instance
        for instance in without_removed_parts(plan.instances, plan.former)
    ]
    resolver = ReferenceResolver(plan.written, instances)
    resolved = tuple(map(resolver.resolve, instances))
    return Configuration(resolved, region, account, plan.closed, plan.types, plan.level)


def _made_up(instance: Instance, plan: PlannedResources, region: str, account: str, existing: Facts | None) -> Instance:
    made = with_made_up(instance, region, account)
    return made if existing is None else with_next_revision(made, plan.former, existing)


def _only_account(instances: tuple[Instance, ...], existing: Facts | None = None) -> str:
    """Return the account of the input, else that of the existing network, else a stand-in."""
    accounts = accounts_in(instances) - {STAND_IN_ACCOUNT}
    if len(accounts) == 1:
        return next(iter(accounts))
    return STAND_IN_ACCOUNT if existing is None or existing.account is None else existing.account


def _only_region(name: str, instances: tuple[Instance, ...], existing: Facts | None = None) -> str:
    regions = regions_in(instances)
    if len(regions) == 1:
        return next(iter(regions))
    if not regions and existing is not None and existing.region is not None:
        return existing.region
    which = f"the Regions {', '.join(sorted(regions))}" if regions else "no Region"
    message = f"{name} names {which}"
    raise InputError(message, "Name the one to check with ", Argument.REGION, ".")
