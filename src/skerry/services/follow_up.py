"""Resources named only in answers about other resources, such as the key of a secret."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from skerry.services.call_request import CallRequest


@runtime_checkable
class FollowUp(Protocol):
    """A resource to read in the next round."""

    def requests(self) -> Iterator[CallRequest]:
        """Yield the requests about the resource."""
        ...
