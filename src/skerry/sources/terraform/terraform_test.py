"""The test by which Terraform itself resolves a configuration, with made-up ids, without AWS and without credentials.

https://developer.hashicorp.com/terraform/language/tests/mocking
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources.terraform.code import Provider
from skerry.sources.terraform.plan_json import Plan, read_plan
from skerry.sources.terraform.resource_ids import made_up_values
from skerry.sources.terraform.values import UNKNOWN, Instance

FILE: Final = "skerry.tftest.json"
_RUN: Final = "resolve"
_ABSENT: Final = "skerry-absent"
"""A text that comes back only where an argument is absent: a configured value goes before an override."""
_SENTINELS: Final = {
    "aws_ecs_service": ("launch_type", "platform_version"),
    "aws_ecs_task_definition": ("network_mode",),
    "aws_nat_gateway": ("availability_mode", "private_ip"),
    "aws_security_group": ("name",),
    "aws_subnet": ("availability_zone", "availability_zone_id", "ipv6_cidr_block", "owner_id"),
    "aws_vpc": ("dhcp_options_id", "ipv6_cidr_block", "owner_id"),
    "aws_vpc_endpoint": ("ip_address_type", "policy", "service_region", "state"),
}
"""The optional texts that the provider computes if they are absent, by type."""
_POLICY: Final = json.dumps({"Version": "2012-10-17", "Statement": [], "Id": _ABSENT})


class _TestPlan(msgspec.Struct, frozen=True, gc=False):
    type: str = ""
    test_plan: Raw = Raw(b"null")
    diagnostic: dict[str, Any] | None = None


def write_test(providers: Iterable[Provider], instances: Iterable[Instance], region: str, account: str) -> bytes:
    """Return the test file: a plan with all providers mocked, and an override for each instance.

    A ``${`` or ``%{`` in it is escaped: no value of the user is an expression of Terraform.
    """
    data = {"mock_data": _data(region, account)}
    mocks: dict[str, list[dict[str, Any]]] = {}
    for name, alias in providers:
        mock = {**(data if name == "aws" else {}), **({} if alias is None else {"alias": alias})}
        mocks.setdefault(name, []).append(mock)
    overrides = [
        {"target": instance.address, "override_during": "plan", "values": dict(_values(instance, region, account))}
        for instance in instances
        if instance.mode == "managed"
    ]
    document = {
        "mock_provider": mocks,
        "run": {_RUN: {"command": "plan", "override_resource": overrides}},
    }
    return msgspec.json.encode(_escaped(document))


def _escaped(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, dict):
        return {key: inner if key == "target" else _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


def _values(instance: Instance, region: str, account: str) -> Iterator[tuple[str, Any]]:
    yield from made_up_values(instance, region, account).items()
    for name in _SENTINELS.get(instance.type, ()):
        if instance.values.get(name) is UNKNOWN:
            yield name, _ABSENT


def _data(region: str, account: str) -> dict[str, Any]:
    """Return the answers of data sources that name the account and the Region; a mock's texts are random."""
    zones = [f"{region}{letter}" for letter in "abc"]
    return {
        "aws_availability_zones": {"defaults": {"names": zones, "zone_ids": [f"{zone}-id" for zone in zones]}},
        "aws_caller_identity": {"defaults": {"account_id": account, "id": account}},
        "aws_iam_policy_document": {"defaults": {"json": _POLICY}},
        "aws_partition": {"defaults": {"partition": "aws", "dns_suffix": "amazonaws.com", "id": "aws"}},
        "aws_region": {"defaults": {"name": region, "id": region, "region": region}},
    }


def read_result(lines: Iterable[bytes]) -> Plan:
    """Return the resolved instances from the lines that Terraform prints. Raises `InputError` if it made no plan."""
    complaints: list[str] = []
    for line in lines:
        if line.startswith(b"{") and (b'"test_plan"' in line or b'"diagnostic"' in line):
            message = msgspec.json.decode(line, type=_TestPlan)
            if message.type == "test_plan":
                return read_plan("the plan of terraform test", bytes(message.test_plan))
            if message.diagnostic is not None and message.diagnostic.get("severity") == "error":
                complaints.append(
                    f"{message.diagnostic.get('summary')}: {message.diagnostic.get('detail', '')}".strip(": ")
                )
    what = "Terraform cannot plan the configuration"
    raise InputError(
        f"{what}: {complaints[0]}" if complaints else what, "Run terraform validate and terraform plan in it."
    )


def without_marks(instances: Iterable[Instance]) -> Iterator[Instance]:
    """Yield the instances with absent arguments where the marks are, and unknown policies where a mock's stand."""
    for instance in instances:
        values = {key: _unmarked(value) for key, value in instance.values.items()}
        yield msgspec.structs.replace(instance, values=values)


def _unmarked(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if value == _ABSENT:
        return None
    if isinstance(value, str) and _ABSENT in value:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _unmarked(inner) for key, inner in value.items()}
    return [_unmarked(inner) for inner in value] if isinstance(value, list) else value
