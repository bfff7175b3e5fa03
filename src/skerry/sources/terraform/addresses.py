"""Addresses of resources: https://developer.hashicorp.com/terraform/cli/state/resource-addressing."""

import re

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_ATTRIBUTE = re.compile(r"^((?:module\.[\w-]+\.)*(?:data\.)?\w+\.[\w-]+)\.\w+$")


def without_keys(address: str) -> str:
    """Return the address of a resource without the keys of its instances and of those of its modules."""
    return _KEY.sub("", address) if "[" in address else address


def address_of_code(address: str) -> str:
    """Return the address of a resource without the keys of its instances, and without an attribute at its end."""
    return _ATTRIBUTE.sub(r"\1", without_keys(address))
