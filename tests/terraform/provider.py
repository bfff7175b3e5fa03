"""A stand-in for Terraform's AWS provider: the genuine arguments of its types, and no AWS.

Terraform's own binary talks to it over the plugin protocol. It accepts what `schema.json` lists, answers data sources
out of a file that a test writes, and leaves what AWS would fill in unknown while it plans. Nothing is created: an apply
gives each unknown a value, and Terraform alone keeps the state. `REPLACED` lists the arguments that force replacement.

``python -m tests.terraform.provider ANSWERS`` serves until its input is closed, and first prints its port.

The answers: by type a list of ``{"when": {argument: value, …}, "then": {attribute: value, …}}``; the first whose
``when`` holds for the configuration is taken. A data source without one fails, as one that finds nothing does on AWS.
``{"filter": NAME, "ids": {value: [id, …]}}`` answers a data source with that filter: the ids of all its values.
Under ``made`` stand the values that AWS fills in, by type of resource and attribute, with ``{name}`` for another
attribute's value and ``{made_up}`` for a text of its own; other strings are made up, and all else is empty. A value
that is no text is taken as it is.
Under ``exists`` stand the attributes of what can be imported, by type and id.
https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/README.md
"""

import itertools
import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc
from tf.types import Unknown
from tf.utils import read_dynamic_value, to_dynamic_value

Json = dict[str, Any]

# The arguments that force replacement, of the types that the module makes and those that tests put under it: as version
# 5.100.0 plans changes of each one (test_replacement.py). `region` came with version 6, which replaces a resource too:
# https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/provider/sdkv2/region.go
REPLACED = {
    "aws_route53_record": ("name", "zone_id"),
    "aws_route53_vpc_association_authorization": ("vpc_id", "vpc_region", "zone_id"),
    "aws_route53_zone": ("delegation_set_id", "name"),
    "aws_route53_zone_association": ("vpc_id", "vpc_region", "zone_id"),
    "aws_route_table": ("region", "vpc_id"),
    "aws_security_group": ("description", "name", "name_prefix", "region", "vpc_id"),
    "aws_subnet": (
        *("availability_zone", "availability_zone_id", "cidr_block", "ipv6_native", "outpost_arn"),
        *("region", "vpc_id"),
    ),
    "aws_vpc_endpoint": (
        *("region", "resource_configuration_arn", "service_name", "service_network_arn", "service_region"),
        *("vpc_endpoint_type", "vpc_id"),
    ),
    "aws_vpc_security_group_egress_rule": ("region", "security_group_id"),
    "aws_vpc_security_group_ingress_rule": ("region", "security_group_id"),
}
# A rule whose source becomes one of another kind is replaced too.
_RULES = {"aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"}
_SOURCES = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")

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


_USER_AGENT = pb.Schema.Attribute(name="user_agent", type=b'["list","string"]', optional=True)


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


def _none(of: Any) -> Any:
    """An argument or block that is not there."""
    return [] if isinstance(of, dict) and of["nesting"] != "struct" else None


def _with_all_tags(planned: Any) -> Any:
    """The planned state with ``tags_all``, which the provider derives from ``tags``; it has no default tags here."""
    return planned | {"tags_all": planned["tags"] or {}} if "tags_all" in planned else planned


def _replacing(name: str, prior: Json, planned: Json) -> list[pb.AttributePath]:
    """The changed arguments of an existing resource that force its replacement."""
    changed = [argument for argument in REPLACED.get(name, ()) if prior.get(argument) != planned.get(argument)]
    if name in _RULES:
        sources = {argument for state in (prior, planned) for argument in _SOURCES if state.get(argument) is not None}
        changed += sorted(sources) if len(sources) > 1 else []
    return [pb.AttributePath(steps=[pb.AttributePath.Step(attribute_name=argument)]) for argument in changed]


_EMPTY = {"string": "", "number": 0, "bool": False}


def _filled(body: Json, planned: Any, made: Mapping[str, Any], made_up: str) -> Any:
    """The planned state with a value for all that was unknown."""
    if not isinstance(planned, dict):
        return planned
    known = {name: value for name, value in planned.items() if isinstance(value, str)} | {"made_up": made_up}
    filled = {}
    for name, of in body.items():
        value = planned.get(name)
        if isinstance(of, dict) and isinstance(value, list):
            value = [_filled(of["has"], item, {}, made_up) for item in value]
        elif isinstance(of, dict):
            value = _filled(of["has"], value, {}, made_up)
        elif value is Unknown:
            value = _value(of[1], made.get(name, _made_up(name, known)), known)
        filled[name] = value
    return filled


def _made_up(name: str, known: Mapping[str, str]) -> str:
    """The value of an attribute that the answers do not name."""
    return "{name_prefix}{made_up}" if name == "name" and "name_prefix" in known else "{made_up}"


def _value(kind: Any, made: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(made, str):
        return made
    if kind == "string":
        return made.format_map(known)
    return _EMPTY[kind] if isinstance(kind, str) else ({} if kind[0] == "map" else [])


def _failed(summary: str, detail: str) -> list[pb.Diagnostic]:
    return [pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=summary, detail=detail)]


def _answer(row: Json, config: Json) -> Json | None:
    """Return what a row answers to a configuration; None if it is about another one."""
    if "filter" not in row:
        return row["then"] if all(config.get(name) == value for name, value in row.get("when", {}).items()) else None
    values = [value for each in config.get("filter", []) if each["name"] == row["filter"] for value in each["values"]]
    ids = {identifier for value in values for identifier in row["ids"].get(value, [])}
    return {"id": row["filter"], "ids": sorted(ids)} if values else None


class StandIn(rpc.ProviderServicer):  # type: ignore[misc]  # generated, and without types
    """The plugin protocol, version 6, as far as plans, applies and plans over a state need it."""

    def __init__(self, answers: Path) -> None:
        self._answers = answers
        self._numbers = itertools.count(1)
        document = json.loads(_SCHEMA.read_text(encoding="utf-8"))
        self._resources: dict[str, Json] = document["resources"]
        data_sources: dict[str, Json] = document["data_sources"]
        region = pb.Schema.Attribute(name="region", type=b'"string"', optional=True)
        self._schema = pb.GetProviderSchema.Response(
            provider=pb.Schema(block=pb.Schema.Block(attributes=[region])),
            provider_meta=pb.Schema(block=pb.Schema.Block(attributes=[_USER_AGENT])),
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
        prior = read_dynamic_value(request.prior_state)
        proposed = read_dynamic_value(request.proposed_new_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        if prior is None:
            planned = _with_all_tags(_planned(self._resources[request.type_name], proposed))
            return pb.PlanResourceChange.Response(planned_state=to_dynamic_value(planned))
        # Terraform has put the values of the state where the configuration is silent and AWS fills in.
        planned = _with_all_tags(proposed)
        return pb.PlanResourceChange.Response(
            planned_state=to_dynamic_value(planned),
            requires_replace=_replacing(request.type_name, prior, planned),
        )

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.UpgradeResourceState.Response(upgraded_state=pb.DynamicValue(json=request.raw_state.json))

    def ImportResourceState(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        name = request.type_name
        found = self._answered("exists", name).get(request.id)
        if found is None:
            return pb.ImportResourceState.Response(diagnostics=_failed(f"no {name}", f"there is no {request.id}"))
        body = self._resources[name]
        row = {key: found.get(key, _none(of)) for key, of in body.items()}
        state = _filled(body, _with_all_tags(_planned(body, row | {"id": request.id})), {}, request.id)
        imported = pb.ImportResourceState.ImportedResource(type_name=name, state=to_dynamic_value(state))
        return pb.ImportResourceState.Response(imported_resources=[imported])

    def ReadResource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.ReadResource.Response(new_state=request.current_state)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        name = request.type_name
        planned = read_dynamic_value(request.planned_state)
        if planned is None:
            return pb.ApplyResourceChange.Response(new_state=request.planned_state)
        made = self._answered("made", name)
        made_up = f"{name.removeprefix('aws_').replace('_', '-')}-{next(self._numbers):02x}"
        filled = _filled(self._resources[name], planned, made, made_up)
        return pb.ApplyResourceChange.Response(new_state=to_dynamic_value(filled))

    def ReadDataSource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        config = read_dynamic_value(request.config)
        rows = json.loads(self._answers.read_text(encoding="utf-8")).get(request.type_name, [])
        found = next((answer for row in rows if (answer := _answer(row, config)) is not None), None)
        if found is None:
            asked = {name: value for name, value in config.items() if value not in (None, [])}
            why = f"nothing answers {json.dumps(asked, default=str)}"
            return pb.ReadDataSource.Response(diagnostics=_failed(f"no {request.type_name}", why))
        return pb.ReadDataSource.Response(state=to_dynamic_value(config | found))

    def _answered(self, part: str, name: str) -> Json:
        found: Json = json.loads(self._answers.read_text(encoding="utf-8")).get(part, {}).get(name, {})
        return found

    def StopProvider(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 -- as above
        return pb.StopProvider.Response()


def main() -> int:
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    rpc.add_ProviderServicer_to_server(StandIn(Path(sys.argv[1])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 -- for whoever started this
    sys.stdin.read()
    server.stop(grace=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
