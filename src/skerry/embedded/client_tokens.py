"""Client tokens: a repeated request has the result of the first one, and no further effect.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

import json
from collections.abc import Callable
from typing import Any

from skerry.embedded.error_answers import answer_with_error

_WITH_TOKEN = {"CreateVpcEndpoint", "CreateNatGateway"}
_LONGEST = 64
_OK = 200


def answer_once(operation: str, response: Any, answer: Callable[[], Any]) -> Any:
    """Answer a request, or repeat the answer of the first request with its token.

    Another request with the same token is refused.
    """
    token = response.params.get("ClientToken")
    if operation not in _WITH_TOKEN or not token:
        return answer()
    if len(token) > _LONGEST or not token.isascii():
        return answer_with_error(response, "InvalidClientToken", "The specified client token is not valid.")
    answers = vars(response.ec2_backend).setdefault("client_tokens", {})
    content = {name: value for name, value in response.params.items() if name not in {"ClientToken", "DryRun"}}
    request = json.dumps(content, sort_keys=True, default=str)
    key = f"{operation} {token}"
    if key in answers:
        former, body = answers[key]
        if former == request:
            return _OK, {}, body
        message = f"The client token {token} was used for another request"
        return answer_with_error(response, "IdempotentParameterMismatch", message)
    status, headers, body = answer()
    if int(status) == _OK:
        answers[key] = (request, body if isinstance(body, str) else body.decode())
    return status, headers, body
