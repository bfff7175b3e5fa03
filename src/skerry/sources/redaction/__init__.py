"""Redaction of documents for snapshots: no secrets and no names of people. docs/snapshot.md describes it.

Only fields of skerry's records are kept. Within them, secrets are replaced, and names of people get pseudonyms.
Redaction never makes an existing resource look absent, or an absent one look existing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from skerry.errors import Argument, InputError, SkerryError
from skerry.masking import Node
from skerry.services import READS_BY_ACTION
from skerry.services.resource_read import ResourceRead
from skerry.sources import resource_answers
from skerry.sources.call_envelopes import CallEnvelope, ErrorEnvelope
from skerry.sources.decoding import UNREADABLE, decode, read_top_level
from skerry.sources.documents import PAGE_KEYS, known_keys_of
from skerry.sources.json_repair import has_repeated_keys
from skerry.sources.list_scopes import FILTERS, narrowing_parameters_of, vpcs_of
from skerry.sources.redaction.addresses import AddressStandIns
from skerry.sources.redaction.keys import LISTS, PARAMETERS, WHOLE
from skerry.sources.redaction.pseudonyms import Pseudonyms
from skerry.sources.redaction.records import Keep, keep_record, keep_rows
from skerry.sources.redaction.resource_names import NameStandIns, texts_of
from skerry.sources.redaction.values import REDACTED, decode_json, replace_texts

_ENCODED = "Encoded authorization failure message:"
# The sign of further pages is kept, without its token.
_NO_TOKEN = {b"null": None, b'""': "", b"false": False}
_MORE = "more"


def redact(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the documents without secrets and names of people; a second redaction changes nothing.

    Documents without a known answer of AWS are omitted. Raises `InputError` if a document cannot be read.
    """
    return Redaction().redact_documents(documents)


class Redaction:
    """One run of redaction: a name has the same pseudonym everywhere."""

    def __init__(self, *, of_network: bool = False) -> None:
        """Begin; ``of_network``: account numbers, names of resources and addresses are replaced in results too."""
        self._people = Pseudonyms()
        self._of_network = of_network
        self._names: NameStandIns | None = None
        self._addresses: AddressStandIns | None = None

    def learn(self, documents: Mapping[str, bytes], *texts: str) -> None:
        """Learn the accounts, names and addresses of documents, to replace them in results."""
        if self._of_network:
            self._names = NameStandIns(documents.values(), texts)
            self._addresses = AddressStandIns(
                text for content in documents.values() for _, text in texts_of(msgspec.json.decode(content))
            )

    def redact_text(self, text: str) -> str:
        """Replace the secrets and the names of people in a text."""
        return self._people.replace_all(text)

    def replace_names(self, text: str) -> str:
        """Replace the names of people in a result with masked secrets, and what `learn` learned."""
        text = self._people.replace_names(text)
        if self._names is not None:
            text = self._names.replace(text)
        return text if self._addresses is None else self._addresses.replace(text)

    def redact_error(self, error: SkerryError) -> SkerryError:
        """Replace the secrets and the names of people in an error's words."""
        error.what = self.redact_text(error.what)
        error.advice = tuple(part if isinstance(part, Argument) else self.redact_text(part) for part in error.advice)
        return error

    def redact_documents(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the documents with only the fields of records; raises `InputError` if one cannot be read."""
        self._people.reserve(documents.values())
        redacted: dict[str, bytes] = {}
        for name, content in documents.items():
            try:
                document = self._document(name, read_top_level(name, content))
            except RecursionError as error:
                message = f"{name} is nested too deeply to be an answer of AWS"
                raise InputError(message, "Save the answer again.") from error
            if document is not None:
                redacted[name] = msgspec.json.encode(document)
        return redacted

    def _document(self, name: str, top: dict[str, Raw]) -> Node | None:
        if "Call" in top and ("Response" in top or "Error" in top):
            return self._wrapped(name, top)
        return self._answer(name, top)

    def _wrapped(self, name: str, top: dict[str, Raw]) -> Node | None:
        call = decode(name, "Call", top["Call"], CallEnvelope)
        parameters = self._parameters(call)
        envelope: dict[str, Node] = {"Call": {"operation": self.redact_text(call.operation), "parameters": parameters}}
        error = decode(name, "Error", top["Error"], ErrorEnvelope | None) if "Error" in top else None  # type: ignore[arg-type]
        if error is not None:
            # The encoded part describes the refused user to anyone with the permission to decode it.
            message = error.message.partition(_ENCODED)[0].rstrip()
            envelope["Error"] = {"Code": self.redact_text(error.code), "Message": self.redact_text(message)}
        response = decode(name, "Response", top["Response"], dict[str, Raw] | None) if "Response" in top else None  # type: ignore[arg-type]
        if response is not None:
            read = READS_BY_ACTION.get(call.operation)
            answer = self._answer(name, response) if read is None else self._resource_answer(read, response)
            envelope |= {} if answer is None else {"Response": answer}
        return envelope if len(envelope) > 1 else None

    def _parameters(self, call: CallEnvelope) -> dict[str, Node]:
        """Return the parameters of a call; a list narrowed by other filters than a VPC stays narrowed."""
        parameters = {key: value for key, value in call.parameters.items() if key in PARAMETERS}
        others = narrowing_parameters_of(call.parameters).keys() - PARAMETERS
        if others == {FILTERS} and vpcs_of(call.parameters[FILTERS]):
            parameters[FILTERS] = call.parameters[FILTERS]
        elif others and call.operation not in READS_BY_ACTION:
            parameters[FILTERS] = [{"Name": REDACTED}]
        return {key: replace_texts(value, self._people) for key, value in parameters.items()}

    def _resource_answer(self, read: ResourceRead[Any], answer: dict[str, Raw]) -> Node:
        """Redact an answer about one resource; an unreadable one stays unreadable, as it does not prove absence."""
        record: Any = read.record
        keep = keep_record(record)
        try:
            decoded: dict[str, Any] = {key: _only(value) for key, value in answer.items()}
        except UNREADABLE:
            if read.rows:
                return {read.rows: [None]}
            return {field.encode_name: 0 for field in msgspec.structs.fields(record)}
        if not read.rows:
            return keep(decoded, self._people)
        page = {key: keep_rows(keep)(value, self._people) for key, value in decoded.items() if key == read.rows}
        return page | ({"nextToken": _MORE} if resource_answers.has_more(answer) else {})

    def _answer(self, name: str, top: dict[str, Raw]) -> Node | None:
        read = [key for key in known_keys_of(top) if key != "Snapshot"]
        if not read:
            return None
        fields: dict[str, Node] = {}
        for key in read:
            if key == "Calls":
                calls = (
                    self._document(name, document) for document in decode(name, key, top[key], list[dict[str, Raw]])
                )
                fields[key] = [call for call in calls if call is not None]
            elif key in WHOLE:
                fields |= self._of_whole(name, WHOLE[key], top)
            else:
                fields[key] = self._rows(name, key, top[key])
        fields |= {key: _NO_TOKEN.get(bytes(top[key]), _MORE) for key in PAGE_KEYS if key in top}
        return None if fields == {"Calls": []} else fields

    def _of_whole(self, name: str, fields: Mapping[str, Keep], top: dict[str, Raw]) -> dict[str, Node]:
        """Return the fields of a record that are the keys of the answer."""
        field_values = {key: (keep, _decoded(name, key, top[key])) for key, keep in fields.items() if key in top}
        return {key: keep(value, self._people) for key, (keep, value) in field_values.items()}

    def _rows(self, name: str, key: str, value: Raw) -> Node:
        """Redact one key of an answer; an unreadable row stays in place, as its loss must not look like absence."""
        keep = LISTS[key]
        try:
            return keep(_only(value), self._people)
        except UNREADABLE:
            several = bytes(memoryview(value)[:1]) == b"["
            decoded_rows = [_row(raw) for raw in decode(name, key, value, list[Raw])] if several else None
            return keep(decoded_rows, self._people)


def _decoded(name: str, key: str, value: Raw) -> Node:
    try:
        return decode_json(value)
    except UNREADABLE:
        return decode(name, key, value, Any)


def _row(raw: Raw) -> Node:
    try:
        return _only(raw)
    except UNREADABLE:
        return None


def _only(raw: Raw) -> Node:
    """Decode a value without repeated keys; raises `msgspec.DecodeError` if a key is repeated."""
    if has_repeated_keys(bytes(raw)):
        raise msgspec.DecodeError("a key stands twice")
    return decode_json(raw)
