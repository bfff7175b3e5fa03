"""Look-up of the origin of a resource, by its id or ARN."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from skerry.model.arns import arn_of_resource, parse_arn
from skerry.model.facts import Facts
from skerry.model.origins import DESCRIBED, UNRESOLVED, Origin
from skerry.model.record_kinds import KINDS

# A kind whose records have names, such as capacity providers, may share a name with another resource.
_IDENTIFIED = (*(kind.field for kind in KINDS if kind.id.endswith(("id", "arn"))), "zones", DESCRIBED, UNRESOLVED)


class OriginLookup:
    """The origins of the resources of one source."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._tables = tuple(facts.origins[kind] for kind in _IDENTIFIED if kind in facts.origins)
        self._origins: dict[str, Origin | None] = {}

    def find(self, resource: str) -> Origin | None:
        """Return the origin of a resource; None if neither its record nor its ARN is known."""
        if resource not in self._origins:
            self._origins[resource] = self._read(resource)
        return self._origins[resource]

    def _read(self, resource: str) -> Origin | None:
        arn = self._arn_of(resource)
        for table in self._tables:
            if resource in table:
                return msgspec.structs.replace(table[resource], arn=arn)
        return None if arn is None else Origin(None, arn)

    def _arn_of(self, resource: str) -> str | None:
        if parse_arn(resource) is not None:
            return resource
        account = self._owners.get(resource, self._facts.account)
        return arn_of_resource(resource, self._facts.region, account, self._partition)

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        """The owners of resources of other accounts, such as shared subnets.

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
        """
        records = (
            *((vpc.vpc_id, vpc.owner_id) for vpc in self._facts.vpcs),
            *((subnet.subnet_id, subnet.owner_id) for subnet in self._facts.subnets),
            *((endpoint.vpc_endpoint_id, endpoint.owner_id) for endpoint in self._facts.vpc_endpoints),
        )
        return {name: owner for name, owner in records if isinstance(owner, str) and owner != self._facts.account}

    @cached_property
    def _partition(self) -> str:
        service = next(iter(self._facts.services), None)
        return "aws" if service is None else service.service_arn.arn.partition
