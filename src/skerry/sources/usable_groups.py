"""The security groups that the caller may use in each VPC, merged from the pages of GetSecurityGroupsForVpc.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from skerry.model.security_groups_and_acls import UsableGroups
from skerry.sources.call_parameters import WRAP_HINT
from skerry.sources.list_scopes import narrowing_parameters_of
from skerry.sources.merging import Rows

_FIELD = "usable_groups"
_VPC = "VpcId"


class GroupPage(msgspec.Struct, frozen=True, gc=False):
    """A page of groups, with its document and the parameters of its call; a damaged one lacks a group."""

    name: str
    parameters: Mapping[str, Any]
    group_ids: tuple[str, ...]
    last: bool
    damaged: bool


class UsableGroupLists:
    """A collector of pages; a page without a VPC is about the only VPC of the answers."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._pages: list[GroupPage] = []

    def add(self, page: GroupPage) -> None:
        """Add a page."""
        self._rows.add_partial_list(_FIELD)
        self._pages.append(page)

    def build(self, vpc_ids: Sequence[str]) -> tuple[UsableGroups, ...]:
        """Return the groups by VPC; ``vpc_ids`` are the VPCs of the answers."""
        only = vpc_ids[0] if len(vpc_ids) == 1 else None
        by_vpc: dict[str, list[GroupPage]] = {}
        for page in self._pages:
            vpc_id = page.parameters.get(_VPC, only)
            if isinstance(vpc_id, str):
                by_vpc.setdefault(vpc_id, []).append(page)
            else:
                self._rows.note(f"{page.name}: security groups for a VPC, but not for which one. {WRAP_HINT}")
        return tuple(_merge(vpc_id, pages) for vpc_id, pages in by_vpc.items())


def _merge(vpc_id: str, pages: Sequence[GroupPage]) -> UsableGroups:
    """Return the groups of all pages; a filtered call lists only some of them."""
    ids = dict.fromkeys(group_id for page in pages for group_id in page.group_ids)
    is_read = any(page.last and not narrowing_parameters_of(page.parameters).keys() - {_VPC} for page in pages)
    return UsableGroups(vpc_id, tuple(ids), is_read and not any(page.damaged for page in pages))
