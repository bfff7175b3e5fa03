"""A session with one account: single API calls, in a Region, as the caller whom AWS names."""

from typing import Any

from skerry.aws.errors import CallContext, RefusedError, map_errors
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.model.api_call import ApiCall


class LostCallError(Exception):
    """A call without an answer: it may have taken effect."""

    def __init__(self, call: ApiCall, message: str) -> None:
        super().__init__(f"{call.action}: {message}")
        self.call = call
        self.message = message


_NOT_SENT = frozenset({"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "SSLError"})
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html#api-error-codes-table-server
_UNSURE = frozenset({"InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable"})


class AccountSession:
    """The account, Region and caller of a session, and its calls."""

    def __init__(self, clients: ClientFactory, single: ClientFactory, region: str) -> None:
        self._clients = clients
        self._single = single
        self.region = region
        identity = self.call("sts", "GetCallerIdentity", {})
        self.account = str(identity["Account"])
        self.caller = str(identity["Arn"])

    def call(self, service: str, operation: str, parameters: dict[str, Any], *, once: bool = False) -> dict[str, Any]:
        """Make a call and return its answer.

        ``once``: the call is not repeated after a lost connection, because a second one would create a second resource.
        Raises `RefusedError` for an error that AWS answers, and `LostCallError` if the call has an unknown effect.
        Raises `SkerryError` without credentials, or if nothing was sent.
        """
        from botocore import xform_name  # noqa: PLC0415 -- slow to import
        from botocore.exceptions import ClientError  # noqa: PLC0415

        client = (self._single if once else self._clients)(service)
        call = ApiCall(service, operation)
        try:
            with map_errors(CallContext(call, region=self.region)):
                answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except RefusedError as error:
            if isinstance(error.__cause__, ClientError) and error.code not in _UNSURE:
                raise
            if error.code in _NOT_SENT and error.error is not None:
                raise error.error from error
            raise LostCallError(call, error.message) from error
        answer.pop("ResponseMetadata", None)
        return answer


def open_session(account: Account) -> AccountSession:
    """Return a session with an account, whose first call asks AWS for the caller.

    Raises `SkerryError` without credentials, without a Region, or without a way to AWS.
    """
    clients = account.make_clients()
    region = str(clients("sts").meta.region_name)
    return AccountSession(clients, make_clients(account.region, account.profile, attempts=0), region)
