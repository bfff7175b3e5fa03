"""Accounts that answer as a test says: real clients of boto3 whose requests go nowhere."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError
from botocore.hooks import BaseEventHooks

REGION = "eu-west-1"
ACCOUNT = "123456789012"

Events = dict[str, Callable[..., Any]]
Answer = dict[str, Any] | Exception | Callable[[dict[str, Any]], dict[str, Any] | Exception]


class Request(NamedTuple):
    """One request: what was asked, with its parameters."""

    operation: str
    parameters: dict[str, Any]


def error(code: str, operation: str = "", message: str = "…") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class Account:
    """An account: ``answers`` by operation; what is not among them is answered with nothing in it.

    ``links``: what links lead to, each answered with its status.
    """

    def __init__(self, **answers: Answer) -> None:
        self.answers: dict[str, Answer] = {"GetCallerIdentity": {"Account": ACCOUNT}} | answers
        self.requests: list[Request] = []
        self.links: dict[str, tuple[int, bytes]] = {}
        self.region = REGION
        self.client = cache(self._client)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request.parameters for request in self.requests if request.operation == operation]

    def _client(self, service: str) -> Any:
        events: Events = {
            "provide-client-params": self._remember,
            "before-call": self._answer,
            "before-send": self._follow,
        }
        return _own(_made(service, self.region), events)

    def _remember(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["asked"] = dict(params)
        self.requests.append(Request(model.name, dict(params)))

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        answer = self.answers.get(model.name)
        if callable(answer):
            answer = answer(context["asked"])
        if isinstance(answer, ClientError):
            answer.operation_name = answer.operation_name or model.name
        if isinstance(answer, Exception):
            raise answer
        nothing: dict[str, Any] = {
            name: [] for name, shape in model.output_shape.members.items() if shape.type_name == "list"
        }
        return _Http(), nothing | (answer or {})

    def _follow(self, request: Any, **_: Any) -> "_Http":
        return _Http(*self.links.get(request.url, (404, b"")))


@cache
def _session() -> boto3.session.Session:
    """One for all: it remembers the models of the services, which are long."""
    return boto3.session.Session()


@cache
def _made(service: str, region: str) -> Any:
    """A client that no account has: to make one takes ten times as long as to copy it."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return _session().client(service, region_name=region, **keys)


class _Events:
    """The events of a client whose first answer to some, by the first part of their names, is an account's."""

    def __init__(self, made: BaseEventHooks, first: Events) -> None:
        self._made = made
        self._first = first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    def emit(self, event_name: str, **told: Any) -> list[tuple[Any, Any]]:
        first = self._first.get(event_name.partition(".")[0])
        answer = first(**told) if first else None
        answers: list[tuple[Any, Any]] = self._made.emit(event_name, **told)
        return [(first, answer), *answers] if first else answers

    def emit_until_response(self, event_name: str, **told: Any) -> tuple[Any, Any]:
        first = self._first.get(event_name.partition(".")[0])
        answer = first(**told) if first else None
        return (first, answer) if answer is not None else self._made.emit_until_response(event_name, **told)


def _own(made: Any, events: Events) -> Any:
    """A copy of a client with events of its own: nothing else of a client is changed by its use."""
    # A client answers for attributes that it lacks, so that `copy` cannot begin with an empty one.
    client = object.__new__(type(made))
    vars(client).update(vars(made))
    client.meta = copy.copy(made.meta)
    client.meta.events = _Events(made.meta.events, events)
    return client


class _Http(NamedTuple):
    status_code: int = 200
    content: bytes = b""


def paged(key: str, rows: list[Any], size: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give rows so many at a time, with the token that ECS writes in small letters, and EC2 with a capital."""
    token = "NextToken" if key[0].isupper() else "nextToken"

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        start = int(asked.get(token, 0))
        page: dict[str, Any] = {key: rows[start : start + size]}
        return page | ({token: str(start + size)} if start + size < len(rows) else {})

    return answer
