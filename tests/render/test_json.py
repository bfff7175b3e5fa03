"""JSON, version 1: what programs rely on."""

import json
from typing import Any

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.launch.launches import launch_of_service
from skerry.model.origins import Origin
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker
from skerry.render import json as rendered
from skerry.render.json_document import encode_origin
from tests.networks import ACCOUNT, REGION, Network, container, one_of_everything
from tests.render.networks import NAMES, diagnosed, scenario

# As the design lists them; a document may have more.
FIELDS = {"version", "verdict", "source", "account", "region", "unexamined", "services", "findings"}
OF_A_SERVICE = {"service", "cluster", "task_definition", "verdict", "because", "predicted_error", "needs"}
OF_A_NEED = {"step", "host", "port", "blocks", "verdict", "blockers", "traces"}
OF_A_BLOCKER = {"code", "resource", "rule", "direction", "disposition", "message", "origin"}
OF_A_TRACE = {"subnet", "destination", "verdict", "hops"}
OF_A_FINDING = {"id", "severity", "message", "resource", "services", "origin"}

WIDTH = 240


def folded(value: Any, indent: str = "") -> str:
    """JSON with everything on one line that fits on one: a trace's hop, a blocker."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    deeper = indent + " "
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {folded(item, deeper)}" for key, item in value.items()]
        left, right = "{}"
    else:
        items = [folded(item, deeper) for item in value]
        left, right = "[]"
    lines = ",\n".join(deeper + item for item in items)
    return f"{left}\n{lines}\n{indent}{right}"


def origin(arn: str) -> Any:
    """The origin of a resource of a saved network."""
    place = {"document": "network.json", "address": None, "file": None, "line": None, "column": None}
    return {"kind": "arn", "arn": arn} | place


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Origin("plan.json", "arn:aws:ec2:::vpc/vpc-1", "aws_vpc.main", "main.tf", 3), "address"),
        (Origin("plan.json", "arn:aws:ec2:::vpc/vpc-1"), "arn"),
        (Origin("template.yaml", None, None, "template.yaml", 3), "file"),
        (Origin("network.json", None), "document"),
    ],
)
def test_origin_kind_is_its_most_precise_part(given: Origin, kind: str) -> None:
    encoded = msgspec.to_builtins(encode_origin(given))
    assert encoded == {"kind": kind} | msgspec.to_builtins(given) | {"arn": given.arn or ""}


def document(network: Network) -> Any:
    world = network.world()
    return json.loads(rendered.encode_diagnosis(world, diagnosed(world)))


@pytest.mark.parametrize("name", NAMES)
def test_diagnosis_json_matches_the_snapshot(name: str, snapshot: SnapshotAssertion) -> None:
    world = scenario(name)
    read = json.loads(rendered.encode_diagnosis(world, diagnosed(world)))
    for need in (need for service in read["services"] for need in service["needs"]):
        # One path of each is enough to hold the format.
        del need["traces"][1:]
    assert folded(read) == snapshot


class TestDiagnosisJson:
    def test_diagnosis_json_has_the_documented_fields(self) -> None:
        network = one_of_everything()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        found = document(network)
        assert found.keys() >= FIELDS
        assert found["findings"][0].keys() >= OF_A_FINDING
        (service,) = found["services"]
        assert service.keys() >= OF_A_SERVICE
        for need in service["needs"]:
            assert need.keys() >= OF_A_NEED
            for blocker in need["blockers"]:
                assert blocker.keys() >= OF_A_BLOCKER
            for trace in need["traces"]:
                assert trace.keys() >= OF_A_TRACE

    def test_blocker_origin_is_the_arn_of_the_resource(self) -> None:
        network = Network()
        network.definition(container())
        network.service()
        (blocker,) = document(network)["services"][0]["needs"][2]["blockers"]
        assert blocker["origin"] == origin(f"arn:aws:ec2:{REGION}:{ACCOUNT}:route-table/rtb-main")

    def test_finding_origin_has_the_shape_of_a_blocker_origin(self) -> None:
        network = Network()
        network.definition(container())
        network.service()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        (finding,) = (row for row in document(network)["findings"] if row["id"] == "service-default-group")
        assert finding["origin"] == origin(f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web")

    def test_blocker_origin_is_null_without_a_user_resource(self) -> None:
        network = Network()
        network.definition(container())
        network.service(platformVersion="1.3.0")
        (blocker,) = document(network)["services"][0]["needs"][0]["blockers"]
        assert (blocker["code"], blocker["origin"]) == ("PLATFORM_VERSION_RETIRED", None)

    def test_unknowns_name_the_fact_and_its_api_action(self) -> None:
        network = Network()
        network.definition(container())
        network.service()
        network.forget("RouteTables")
        unknowns = document(network)["services"][0]["needs"][2]["unknowns"]
        assert unknowns == [{"fact": "the route table of subnet subnet-a", "action": "ec2:DescribeRouteTables"}]

    def test_service_json_has_stopped_reasons_and_the_prediction(self) -> None:
        (service,) = document(one_of_everything())["services"]
        stop = {"reason": "a reason", "count": 1, "containers": [], "meaning": None, "last_stopped": None}
        assert service["stopped"] == [stop]
        assert service["predicted_error"] == (service["predictions"] or [{"text": None}])[0]["text"]

    def test_ec2_launch_type_is_not_applicable_with_a_reason(self) -> None:
        network = Network()
        network.service(launchType="EC2")
        (service,) = document(network)["services"]
        assert (service["verdict"], service["needs"]) == ("not-applicable", [])
        assert service["not_applicable"].startswith("launch type EC2")

    @pytest.mark.parametrize("name", ["\x1b[31mred", "\x9b31m", "\u202egnp.exe", "a\u2028b", "\x7f"])
    def test_diagnosis_json_escapes_unprintable_characters_in_names(self, name: str) -> None:
        network = Network()
        network.service(name, launchType="EC2")
        world = network.world()
        text = rendered.encode_diagnosis(world, diagnosed(world))
        assert json.loads(text)["services"][0]["service"] == name
        assert not {letter for letter in text if not letter.isprintable() and letter != "\n"}


class TestTraceJson:
    def test_trace_json_has_the_documented_fields(self) -> None:
        world = Network().world()
        found = ask(Walker(world), TraceRequest("logs", 443, subnet="subnet-a", groups=("sg-task",)))
        read = json.loads(rendered.encode_trace(world, diagnose_trace(world, found)))
        assert read.keys() >= {"version", "verdict", "blockers", "traces"}
        assert (read["version"], read["verdict"]) == (1, "blocked")
        assert read["blockers"][0].keys() >= OF_A_BLOCKER
        assert read["traces"][0].keys() >= OF_A_TRACE


@pytest.mark.parametrize("services", [0, 1, 3])
def test_services_are_written_one_by_one_as_in_one_document(services: int) -> None:
    network = Network()
    network.definition(container())
    network.rows["services"] = []
    for number in range(services):
        network.service(f"web-{number}")
    world = network.world()
    launches = [launch_of_service(world, service) for service in world.facts.services]
    text = rendered.encode_diagnosis(world, diagnose(Walker(world), launches))
    assert len(json.loads(text)["services"]) == services
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
