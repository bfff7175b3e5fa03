"""The shapes of the attributes that are read: blocks, lists, maps, numbers, flags and texts, by their names.

They are those of the provider's schema (``terraform providers schema -json``), and one name has one shape:
https://developer.hashicorp.com/terraform/cli/commands/providers/schema.
"""

from collections.abc import Mapping
from typing import Any, Final

from skerry.sources.planned.values import UNKNOWN, Value

_BLOCKS: Final = {
    *("alias", "attachment", "batch_target", "capacity_provider_strategy", "client_alias"),
    *("compute_environment_order", "compute_resources", "condition", "default_capacity_provider_strategy"),
    *("deployment_controller", "dns_entry", "dns_options", "ecs_parameters", "ecs_target", "egress", "entry"),
    *("firewall_status", "ingress", "inline_policy", "ip_address", "log_configuration", "network_configuration"),
    *("network_interface", "not_principals", "primary_network_interface", "principals", "route"),
    *("runtime_platform", "secret_option", "service", "service_connect_configuration", "statement"),
    *("subnet_configuration", "subnet_mapping", "sync_states", "target", "target_ip", "volume", "vpc"),
    *("authorization_config", "efs_volume_configuration", "weighted_routing_policy"),
}
_LISTS: Final = {
    *("actions", "capacity_providers", "cidr_blocks", "compute_environments", "domain_name_servers", "domains"),
    *("identifiers", "instance_type", "ipv6_cidr_blocks", "managed_policy_arns", "not_actions", "not_resources"),
    *("override_policy_documents", "platform_capabilities", "prefix_list_ids", "private_ips", "propagating_vgws"),
    *("policy_arns", "records", "requires_compatibilities", "resources", "roles", "route_table_ids"),
    *(
        "security_group_ids",
        "security_groups",
        "source_policy_documents",
        "subnet_ids",
        "subnets",
        "values",
        "vpc_security_group_ids",
    ),
}
_NUMBERS: Final = {
    *("from_port", "to_port", "icmp_code", "icmp_type", "priority", "revision", "rule_no", "rule_number", "port"),
    *("desired_vcpus", "max_vcpus", "min_vcpus", "order", "task_count", "weight", "base", "array_size"),
    *("ingress_port_override", "transit_encryption_port", "device_index", "network_card_index"),
}
_FLAGS: Final = {
    *("assign_generated_ipv6_cidr_block", "assign_public_ip", "associate_public_ip_address", "auto_accept"),
    *("blackhole", "egress", "enable_dns64", "enable_dns_hostnames", "enable_dns_support", "enable_execute_command"),
    *("enabled", "evaluate_target_health", "ipv6_native", "is_enabled", "map_public_ip_on_launch"),
    *("multivalue_answer_routing_policy", "private_dns_enabled", "private_dns_only_for_inbound_resolver_endpoint"),
    *("replace_default_association", "self", "source_dest_check", "transit_gateway_default_route_table_association"),
    "transit_gateway_default_route_table_propagation",
}
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(_FLAGS, (bool,)),
}
_VALUES: Final = {
    "aws_eip": {"network_interface"},
    "aws_efs_mount_target": {"ip_address"},
    "aws_network_acl_rule": {"egress"},
    "aws_service_discovery_private_dns_namespace": {"vpc"},
}
"""The names that are single values of these types, and blocks of others."""
_FLAT: Final = {"egress", "entry", "ingress", "route", "subnet_configuration"}
"""The blocks of texts, numbers, flags and lists alone; others may get blocks with newer providers."""
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "capacity_provider_strategy": ("capacity_provider",),
    "condition": ("test", "values", "variable"),
    "default_capacity_provider_strategy": ("capacity_provider",),
}
"""The arguments without which the provider refuses a block."""
_DEEPEST: Final = 20


class ShapeError(Exception):
    """A part of a plan with another shape than Terraform gives it; the text names it without its value."""


def misshapen(values: Mapping[str, Value], kind: str = "", depth: int = 0, *, flat: bool = True) -> str | None:
    """Return the name of the first attribute with another shape than the provider gives it; None if there is none.

    ``kind`` is the type of their resource. ``flat``: all names without a listed shape are texts.
    """
    for name, value in values.items():
        if is_block(name, kind) and not (depth and isinstance(value, str)):
            wrong = _misshapen_block(name, value, depth)
            if wrong is not None:
                return wrong
        elif name in _LISTS:
            if not _is_open(value) and not (isinstance(value, list) and all(_is_text(one) for one in value)):
                return name
        elif not _is_single(name, value) and (flat or name in _TYPES):
            return name
    return None


def is_block(name: str, kind: str) -> bool:
    """Return whether an attribute of a type of resource is a block, or a list of blocks."""
    return name in _BLOCKS and name not in _VALUES.get(kind, ())


def decoded_type_of(name: str) -> Any:  # noqa: ANN401 -- a type for a decoder
    """Return the type of an attribute that is no block, as `misshapen` would have it."""
    if name in _LISTS:
        return list[str | None] | None
    if name in _NUMBERS:
        return float | int | None
    return bool | None if name in _FLAGS else str | None


def fits(name: str, value: Value, kind: str) -> bool:
    """Return whether what a reference leads to fits an attribute; a text alone is the only element of a list."""
    return misshapen({name: [value] if name in _LISTS and isinstance(value, str) else value}, kind) is None


def _misshapen_block(name: str, value: Value, depth: int) -> str | None:
    if _is_open(value):
        return None
    if not isinstance(value, list) or depth > _DEEPEST:
        return name
    for block in value:
        if block is UNKNOWN:
            continue
        if not isinstance(block, dict) or any(block.get(key) is None for key in _REQUIRED.get(name, ())):
            return name
        wrong = misshapen(block, "", depth + 1, flat=name in _FLAT)
        if wrong is not None:
            return f"{name}.{wrong}"
    return None


def _is_open(value: Value) -> bool:
    return value is None or value is UNKNOWN


def _is_text(value: Value) -> bool:
    return _is_open(value) or isinstance(value, str)


def _is_single(name: str, value: Value) -> bool:
    """Return whether a value is one of the type of its name: a number, a flag, or else a text."""
    return _is_open(value) or isinstance(value, _TYPES.get(name, (str,)))
