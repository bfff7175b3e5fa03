"""A folder of Terraform code as a configuration: Terraform plans it twice, the second time with ids."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from skerry.errors import InputError
from skerry.sources.terraform import terraform_process, terraform_test
from skerry.sources.terraform.code import providers_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.plan_json import Plan, read_plan, regions_in
from skerry.sources.terraform.references import ReferenceResolver
from skerry.sources.terraform.resource_ids import made_up_values
from skerry.sources.terraform.values import Instance

ACCOUNT: Final = "000000000000"
"""In place of an account that neither the configuration nor the user names."""
_FIRST: Final = "skerry-region-1"
"""In place of the Region while nothing names it; the data sources of the first plan answer with it."""


class Place(msgspec.Struct, frozen=True):
    """The account and the Region of a configuration, as far as the user names them."""

    region: str | None = None
    account: str | None = None


class Code(msgspec.Struct, frozen=True):
    """A folder of code with the values of its variables, as words of Terraform's command line."""

    folder: Path
    variables: tuple[str, ...] = ()
    allow_network: bool = False


def resolve_code(code: Code, place: Place) -> Configuration:
    """Return the configuration of an initialised folder, resolved by Terraform itself, without AWS.

    The first plan tells the instances, the second has an id for each. Raises `InputError` if Terraform cannot plan it.
    """
    account = place.account or ACCOUNT
    with terraform_process.copied(code.folder) as copy:
        terraform = terraform_process.Terraform(copy, allow_network=code.allow_network)
        providers = providers_of(copy, terraform.providers())

        def plan(instances: Iterable[Instance], region: str) -> Plan:
            test = terraform_test.write_test(providers, instances, region, account)
            return terraform_test.read_result(terraform.test(test, code.variables))

        first = plan((), place.region or _FIRST)
        region = place.region or _only_region(str(code.folder), first.instances)
        second = plan(first.instances, region)
    return Configuration(
        tuple(terraform_test.without_marks(second.instances)), region, account, second.closed, second.types
    )


def read_file(name: str, content: bytes, place: Place) -> Configuration:
    """Return the configuration of a plan or state as JSON, with made-up ids for what the apply will create."""
    plan = read_plan(name, content)
    region = place.region or _only_region(name, plan.instances)
    account = place.account or ACCOUNT
    instances = [
        msgspec.structs.replace(instance, values={**instance.values, **made_up_values(instance, region, account)})
        if instance.mode == "managed"
        else instance
        for instance in plan.instances
    ]
    resolver = ReferenceResolver(plan.written, instances)
    return Configuration(tuple(map(resolver.resolve, instances)), region, account, plan.closed, plan.types)


def _only_region(name: str, instances: tuple[Instance, ...]) -> str:
    regions = regions_in(instances)
    if len(regions) == 1:
        return next(iter(regions))
    which = f"the Regions {', '.join(sorted(regions))}" if regions else "no Region"
    message = f"{name} names {which}"
    raise InputError(message, "Name the one to check with --region.")
