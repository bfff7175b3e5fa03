"""A folder of Terraform code as a configuration: Terraform plans it twice, the second time with ids."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from skerry.errors import InputError
from skerry.sources.terraform import terraform_process, terraform_test
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.plan_json import Plan, read_plan, regions_in
from skerry.sources.terraform.resource_ids import made_up_values
from skerry.sources.terraform.values import Instance

ACCOUNT: Final = "000000000000"
"""In place of an account that neither the configuration nor the user names."""


class Place(msgspec.Struct, frozen=True):
    """The account and the Region of a configuration, as far as the user names them."""

    region: str | None = None
    account: str | None = None


def resolve_folder(
    folder: Path, place: Place, variables: Mapping[str, Any], providers: Iterable[str], *, allow_network: bool = False
) -> Configuration:
    """Return the configuration of an initialised folder. Raises `InputError` if Terraform cannot plan it."""
    names = tuple(providers)
    with terraform_process.copied(folder) as copy:

        def run(instances: Iterable[Instance], region: str, account: str) -> Plan:
            test = terraform_test.write_test(names, instances, region, account, variables)
            return terraform_test.read_result(terraform_process.run_test(copy, test, allow_network=allow_network))

        account = place.account or ACCOUNT
        first = run((), place.region or "eu-west-1", account)
        region = place.region or _only_region(str(folder), first.instances)
        second = run(first.instances, region, account)
    instances = tuple(terraform_test.without_marks(second.instances))
    return Configuration(instances, region, account, second.closed)


def read_file(name: str, content: bytes, place: Place) -> Configuration:
    """Return the configuration of a plan or state as JSON, with made-up ids for what the apply will create."""
    plan = read_plan(name, content)
    region = place.region or _only_region(name, plan.instances)
    account = place.account or ACCOUNT
    instances = tuple(
        msgspec.structs.replace(instance, values={**instance.values, **made_up_values(instance, region, account)})
        if instance.mode == "managed"
        else instance
        for instance in plan.instances
    )
    return Configuration(instances, region, account, plan.closed)


def _only_region(name: str, instances: tuple[Instance, ...]) -> str:
    regions = regions_in(instances)
    if len(regions) == 1:
        return next(iter(regions))
    which = f"the Regions {', '.join(sorted(regions))}" if regions else "no Region"
    message = f"{name} names {which}"
    raise InputError(message, "Name the one to check with --region.")
