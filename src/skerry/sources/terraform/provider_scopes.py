"""The account and the Region of each resource: those of its provider, or its own.

https://developer.hashicorp.com/terraform/language/meta-arguments/resource-provider; since version 6 of the provider:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from skerry.sources.terraform.addresses import without_keys
from skerry.sources.terraform.configuration import Configuration, ProviderScope
from skerry.sources.terraform.references import ConfiguredModule
from skerry.sources.terraform.values import Instance

_REGION_NAME = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:([\w-]*):(\d{12})?:")
_GLOBAL: Final = ("aws_iam_", "aws_route53_", "aws_route53profiles_")
"""The beginnings of types without a Region; those of Route 53 Resolver have one."""
_REGIONAL: Final = ("aws_route53_resolver_", "aws_route53profiles_")
_UNKNOWN: Final = ProviderScope()


class ProviderConfig(msgspec.Struct, frozen=True, gc=False):
    """A provider block as a plan writes it."""

    name: str = ""
    expressions: dict[str, Any] = {}


def scopes_in(
    root: ConfiguredModule, providers: Mapping[str, ProviderConfig], variables: Mapping[str, Any]
) -> dict[str, ProviderScope]:
    """Return the scope of the provider of each resource, by its address without keys."""
    blocks = {key: _scope_of(block, variables) for key, block in providers.items()}
    return {address: scope for address, key in _keys_of(root, "") if (scope := _of_key(key, blocks)) is not None}


def _keys_of(module: ConfiguredModule, prefix: str) -> Iterator[tuple[str, str]]:
    for resource in module.resources:
        yield f"{prefix}{resource.address}", resource.provider_config_key
    for name, call in module.module_calls.items():
        if call.module is not None:
            yield from _keys_of(call.module, f"{prefix}module.{name}.")


def _of_key(key: str, blocks: Mapping[str, ProviderScope]) -> ProviderScope | None:
    """Return the scope of a provider; without a block of its own, a module has that of its caller."""
    module, colon, name = key.rpartition(":")
    while colon and f"{module}:{name}" not in blocks:
        module, colon, _ = module.rpartition(".module.")
        colon = ":" if colon else ""
    return blocks.get(f"{module}:{name}" if colon else name)


def _scope_of(block: ProviderConfig, variables: Mapping[str, Any]) -> ProviderScope:
    role = block.expressions.get("assume_role")
    roles = role if isinstance(role, list) else []
    arns = [_value_of(one.get("role_arn"), variables) for one in roles if isinstance(one, dict)]
    accounts = [match[2] for arn in arns if arn is not None and (match := _ARN.match(arn))]
    return ProviderScope(
        _value_of(block.expressions.get("region"), variables), accounts[0] if len(accounts) == 1 else None
    )


def _value_of(expression: Any, variables: Mapping[str, Any]) -> str | None:  # noqa: ANN401 -- JSON
    """Return the text of an expression: a constant, or a variable of the root module."""
    if not isinstance(expression, dict):
        return None
    references = expression.get("references") or []
    name = references[0].removeprefix("var.") if len(references) == 1 else ""
    value = expression.get("constant_value", variables.get(name))
    return value if isinstance(value, str) and value else None


def split_scopes(configuration: Configuration) -> list[Configuration]:
    """Return a configuration for each account and Region of its resources, the only one as it is.

    A resource whose Region is not known may be a part of a resource of any.
    """
    own = {one.address: scope_of(one, configuration.scopes) for one in configuration.instances}
    default = configuration.account
    wanted = {
        ProviderScope(scope.region, scope.account or default) for scope in own.values() if scope.region is not None
    }
    if len(wanted) <= 1:
        return [configuration]
    return [
        msgspec.structs.replace(
            configuration,
            instances=tuple(_within(configuration.instances, own, scope, default)),
            region=str(scope.region),
            account=str(scope.account),
        )
        for scope in sorted(wanted)
    ]


def regions_of(instances: Iterable[Instance], scopes: Mapping[str, ProviderScope]) -> set[str]:
    """Return the Regions of instances by their providers and their own attributes."""
    return {scope.region for one in instances if (scope := scope_of(one, scopes)).region is not None}


def own_regions(instances: Iterable[Instance], scopes: Mapping[str, ProviderScope]) -> set[str]:
    """Return the Regions of all resources with a Region; none if that of one is unknown."""
    rows = [one for one in instances if one.mode == "managed" and not _is_global(one.type)]
    regions = {scope_of(one, scopes).region for one in rows}
    return set() if None in regions else {region for region in regions if region is not None}


@cache
def _is_global(kind: str) -> bool:
    return kind.startswith(_GLOBAL) and not kind.startswith(_REGIONAL)


def _within(
    instances: Iterable[Instance], scopes: Mapping[str, ProviderScope], scope: ProviderScope, default: str
) -> Iterator[Instance]:
    for instance in instances:
        region, account = scopes[instance.address]
        if region in (None, scope.region) and (account or default) == scope.account:
            yield instance


def scope_of(instance: Instance, scopes: Mapping[str, ProviderScope]) -> ProviderScope:
    """Return the scope of an instance: its own Region goes before that of its provider.

    A data source is made into no record, so that it has none.
    """
    if instance.mode != "managed":
        return _UNKNOWN
    provider = scopes.get(without_keys(instance.address), _UNKNOWN)
    region, account = provider
    arn = instance.values.get("arn")
    if isinstance(arn, str) and not instance.is_new and (match := _ARN.match(arn)):
        region, account = match[1] or region, match[2] or account
    own = instance.values.get("region")
    if _is_global(instance.type):
        return ProviderScope(None, account)
    # A mock of the provider gives a Region at random to a resource without one of its own.
    if isinstance(own, str) and _REGION_NAME.fullmatch(own):
        region = own
    return provider if (region, account) == provider else ProviderScope(region, account)
