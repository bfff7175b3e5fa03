"""A stand-in for Terraform's AWS provider: the genuine arguments of its types, and no AWS.

Terraform's own binary talks to it over the plugin protocol. It accepts what `schema.json` lists, answers data sources
out of a file that a test writes, and leaves what AWS would fill in unknown while it plans. It applies nothing.

``python -m tests.terraform.provider ANSWERS`` serves until its input is closed, and first prints the address.

The answers: by type a list of ``{"when": {argument: value, …}, "then": {attribute: value, …}}``; the first whose
``when`` holds for the configuration is taken. A data source without one fails, as one that finds nothing does on AWS.
https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/README.md
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc
from tf.types import Unknown
from tf.utils import read_dynamic_value, to_dynamic_value

Json = dict[str, Any]

_SCHEMA = Path(__file__).parent / "schema.json"
_NESTING = {
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "struct": pb.Schema.NestedBlock.SINGLE,
}


def _block(body: Json) -> pb.Schema.Block:
    return pb.Schema.Block(
        attributes=[
            pb.Schema.Attribute(
                name=name,
                type=json.dumps(of[1]).encode(),
                required="r" in of[0],
                optional="o" in of[0],
                computed="c" in of[0],
            )
            for name, of in body.items()
            if isinstance(of, list)
        ],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                block=_block(of["has"]),
                nesting=_NESTING[of["nesting"]],
                # A block that is there once or not at all has no number of items.
                min_items=of.get("min", 0) if of["nesting"] != "struct" else 0,
                max_items=of.get("max", 0),
            )
            for name, of in body.items()
            if isinstance(of, dict)
        ],
    )


def _schemas(types: dict[str, Json]) -> dict[str, pb.Schema]:
    return {name: pb.Schema(version=0, block=_block(body)) for name, body in types.items()}


def _planned(body: Json, proposed: Any) -> Any:
    """What is proposed, with unknowns for all that AWS would fill in."""
    if not isinstance(proposed, dict):
        return proposed
    return {name: _planned_argument(of, proposed.get(name)) for name, of in body.items()}


def _planned_argument(of: Any, value: Any) -> Any:
    if isinstance(of, list):
        return Unknown if value is None and "c" in of[0] else value
    if isinstance(value, list):
        return [_planned(of["has"], item) for item in value]
    return _planned(of["has"], value)


def _failed(summary: str, detail: str) -> list[pb.Diagnostic]:
    return [pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=summary, detail=detail)]


def _holds(when: Json, config: Json) -> bool:
    return all(config.get(name) == value for name, value in when.items())


class StandIn(rpc.ProviderServicer):
    """The plugin protocol, version 6, as far as `validate` and `plan` of a new configuration need it."""

    def __init__(self, answers: Path) -> None:
        self._answers = answers
        document = json.loads(_SCHEMA.read_text(encoding="utf-8"))
        self._resources: dict[str, Json] = document["resources"]
        data_sources: dict[str, Json] = document["data_sources"]
        region = pb.Schema.Attribute(name="region", type=b'"string"', optional=True)
        self._schema = pb.GetProviderSchema.Response(
            provider=pb.Schema(block=pb.Schema.Block(attributes=[region])),
            provider_meta=pb.Schema(block=pb.Schema.Block()),
            resource_schemas=_schemas(self._resources),
            data_source_schemas=_schemas(data_sources),
        )

    def GetMetadata(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- the protocol's own form
        return pb.GetMetadata.Response(server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True))

    def GetProviderSchema(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return self._schema

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.ConfigureProvider.Response()

    def PlanResourceChange(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        proposed = read_dynamic_value(request.proposed_new_state)
        planned = _planned(self._resources[request.type_name], proposed)
        return pb.PlanResourceChange.Response(planned_state=to_dynamic_value(planned))

    def ReadDataSource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        config = read_dynamic_value(request.config)
        rows = json.loads(self._answers.read_text(encoding="utf-8")).get(request.type_name, [])
        found = next((row["then"] for row in rows if _holds(row.get("when", {}), config)), None)
        if found is None:
            asked = {name: value for name, value in config.items() if value not in (None, [])}
            why = f"nothing answers {json.dumps(asked, default=str)}"
            return pb.ReadDataSource.Response(diagnostics=_failed(f"no {request.type_name}", why))
        return pb.ReadDataSource.Response(state=to_dynamic_value(config | found))

    def StopProvider(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.StopProvider.Response()


def main() -> int:
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    rpc.add_ProviderServicer_to_server(StandIn(Path(sys.argv[1])), server)  # type: ignore[no-untyped-call]
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(grace=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
