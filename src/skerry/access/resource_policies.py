"""Resource-based policies of the resources of requests."""

from skerry.access.requests import AccessRequest
from skerry.model.resource_lookup import Resources
from skerry.services import SERVICE_OF_PREFIX
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy


class ResourcePolicies:
    """The resource-based policies of one World, each parsed once."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._policies: dict[tuple[str, str, bool], ResourceBasedPolicy] = {}

    def find(self, access: AccessRequest) -> ResourceBasedPolicy:
        """Return the policy of the resource of a request."""
        prefix = access.request.action.partition(":")[0]
        # A request without a resource of its own is about the registry, not about a repository.
        key = (prefix, access.subject, access.request.resource.arn == "*")
        if key not in self._policies:
            service = SERVICE_OF_PREFIX.get(prefix)
            self._policies[key] = (
                NO_POLICY if service is None else service.policy_of(self._resources, access.request, access.subject)
            )
        return self._policies[key]
