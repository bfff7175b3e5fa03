"""Small networks with the verdict that must come out; tests/scenarios/README.md says how to read them."""

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from skerry import app
from skerry.diagnose.diagnosis import Diagnosis, NeedDiagnosis, Prediction, ServiceDiagnosis
from skerry.launch.needs import Call
from tests.tables import each

SCENARIOS = Path(__file__).parent / "scenarios"
FOLDERS = sorted(path.parent for path in SCENARIOS.glob("*/network.json"))

STEPS = (
    "placement",
    "network-interface",
    "secrets",
    "registry-auth",
    "manifest",
    "logs",
    "layers",
    "env-files",
    "volumes",
    "service-connect",
    "start",
    "exec",
    "runtime",
)
SERVICES = (
    *("ec2", "route53", "route53resolver", "route53profiles", "efs", "ecs"),
    *("ecr", "secretsmanager", "logs", "kms"),
)
# In the place of the link that ECR gives, such a document has what it leads to.
LINKED = "ecr:GetDownloadUrlForLayer"
# Which call prints a key; a row of PrefixLists is of either call.
PRINTED_BY = {
    "Vpcs": ("ec2 DescribeVpcs",),
    "VpcAttributes": ("ec2 DescribeVpcAttribute",),
    "DhcpOptions": ("ec2 DescribeDhcpOptions",),
    "Subnets": ("ec2 DescribeSubnets",),
    "RouteTables": ("ec2 DescribeRouteTables",),
    "SecurityGroups": ("ec2 DescribeSecurityGroups",),
    "NetworkAcls": ("ec2 DescribeNetworkAcls",),
    "NetworkInterfaces": ("ec2 DescribeNetworkInterfaces",),
    "InternetGateways": ("ec2 DescribeInternetGateways",),
    "NatGateways": ("ec2 DescribeNatGateways",),
    "VpcEndpoints": ("ec2 DescribeVpcEndpoints",),
    "PrefixLists": ("ec2 DescribePrefixLists", "ec2 DescribeManagedPrefixLists"),
    "HostedZones": ("route53 ListHostedZones",),
    "MountTargets": ("efs DescribeMountTargets",),
    "mountTargets": ("s3files ListMountTargets",),
    "TransitGateways": ("ec2 DescribeTransitGateways",),
    "TransitGatewayVpcAttachments": ("ec2 DescribeTransitGatewayVpcAttachments",),
    "TransitGatewayAttachments": ("ec2 DescribeTransitGatewayAttachments",),
    "TransitGatewayRouteTables": ("ec2 DescribeTransitGatewayRouteTables",),
    "VpcPeeringConnections": ("ec2 DescribeVpcPeeringConnections",),
    "VpnGateways": ("ec2 DescribeVpnGateways",),
    "VpcBlockPublicAccessExclusions": ("ec2 DescribeVpcBlockPublicAccessExclusions",),
    "clusters": ("ecs DescribeClusters",),
    "serviceRevisions": ("ecs DescribeServiceRevisions",),
    "pullThroughCacheRules": ("ecr DescribePullThroughCacheRules",),
    "RoleDetailList": ("iam GetAccountAuthorizationDetails",),
    "Policies": ("iam GetAccountAuthorizationDetails",),
    "services": ("ecs DescribeServices",),
    "taskDefinitions": ("ecs DescribeTaskDefinition",),
    "tasks": ("ecs DescribeTasks",),
}
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (str, int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}

Outcome = dict[str, Any]

each_scenario = each("folder", FOLDERS, ids=lambda folder: str(folder.name))


# ------------------------------------------------------------------------------------- what a diagnosis says


def name_of(row: NeedDiagnosis) -> str:
    """``step host``; the host is ``?`` where it is not known, and left out where the Need is no call."""
    return f"{row.need.step} {row.need.host or '?'}" if isinstance(row.need, Call) else row.need.step


def verdict_of(row: NeedDiagnosis) -> str:
    return f"{row.verdict} because {', '.join(sorted(row.because))}" if row.because else str(row.verdict)


def outcome(found: Diagnosis) -> Outcome:
    """Everything that expected.json may say, with the whole texts; the order of rows does not matter."""
    return {
        "verdict": str(found.verdict),
        "services": {service.launch.name: service_outcome(service) for service in found.services},
        "findings": sorted({(finding.id, finding.resource) for finding in found.findings}),
    }


def service_outcome(service: ServiceDiagnosis) -> Outcome:
    return {
        "verdict": str(service.verdict),
        "not_applicable": service.launch.not_applicable,
        "because": sorted(service.because),
        "kinds": {place.subnet: str(place.kind) for place in service.placements},
        "placements": {place.subnet: str(place.verdict) for place in service.placements},
        "needs": {name_of(row): verdict_of(row) for row in service.needs},
        "blockers": {
            name_of(row): sorted({(item.code, item.resource, item.direction) for item in row.blockers})
            for row in service.needs
            if row.blockers
        },
        "unknown": sorted({str(fact) for row in service.needs for fact in row.unknowns}),
        "predicted": sorted(map(predicted, service.predictions), key=lambda item: STEPS.index(item["step"])),
        "stopped": sorted([stop.reason, stop.count] for stop in service.stops),
    }


def predicted(prediction: Prediction) -> Outcome:
    return {"step": prediction.step, "contains": prediction.text, "at_or_before": prediction.at_or_before}


def expectation(folder: Path) -> Outcome:
    """What expected.json says, with what it leaves out because it is empty."""
    told = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    told["findings"] = sorted(map(tuple, told["findings"]))
    told["services"] = {name: whole(service) for name, service in told["services"].items()}
    return dict(told)


def whole(told: Outcome) -> Outcome:
    texts = ("because", "unknown", "predicted", "stopped")
    tables = ("kinds", "placements", "needs", "blockers")
    found: Outcome = {"not_applicable": None} | {key: [] for key in texts} | {key: {} for key in tables} | told
    found["blockers"] = {need: sorted(map(tuple, rows)) for need, rows in found["blockers"].items()}
    for key in ("because", "unknown", "stopped"):
        found[key] = sorted(found[key])
    return found


def shortened(found: Outcome, wanted: Outcome) -> Outcome:
    """The outcome with each of its texts replaced by the part of it that is expected, if that is in it."""
    services = {
        name: shortened_service(service, wanted["services"][name]) if name in wanted["services"] else service
        for name, service in found["services"].items()
    }
    return found | {"services": services}


def shortened_service(found: Outcome, wanted: Outcome) -> Outcome:
    texts = {item["step"]: item["contains"] for item in wanted["predicted"]}
    reasons = [reason for reason, _ in wanted["stopped"]]
    return found | {
        "not_applicable": part_of(found["not_applicable"], [wanted["not_applicable"]]),
        "unknown": sorted({part_of(fact, wanted["unknown"]) for fact in found["unknown"]}),
        "stopped": sorted([part_of(reason, reasons), count] for reason, count in found["stopped"]),
        "predicted": [
            item | {"contains": part_of(item["contains"], [texts.get(item["step"])])} for item in found["predicted"]
        ],
    }


def part_of(text: str | None, wanted: list[str | None]) -> Any:
    return next((part for part in wanted if part is not None and text is not None and part in text), text)


def difference(wanted: Outcome, found: Outcome) -> str:
    """The lines that differ; empty where none do."""
    before, after = (json.dumps(value, indent=1, sort_keys=True).splitlines() for value in (wanted, found))
    return "\n".join(difflib.unified_diff(before, after, "expected", "found", lineterm="", n=4))


def diagnosed(path: Path) -> Diagnosis:
    return app.diagnose(app.load(path))


# ------------------------------------------------------------------------------------------- the scenarios


@each_scenario
def test_scenario_has_expected_diagnosis_in_launch_order(folder: Path) -> None:
    wanted, diagnosis = expectation(folder), diagnosed(folder / "network.json")
    if lines := difference(wanted, shortened(outcome(diagnosis), wanted)):
        pytest.fail(f"{folder.name}: {heading(folder)}\n{lines}", pytrace=False)
    for service in diagnosis.services:
        steps = [row.need.step for row in service.needs]
        assert steps == sorted(steps, key=STEPS.index)


def heading(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


@each_scenario
class TestScenarioFolder:
    def test_scenario_readme_has_a_title_and_a_drawing(self, folder: Path) -> None:
        text = (folder / "README.md").read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert 4 <= len(text.splitlines()) <= 14
        assert re.search(r"\n\n    \S.*\n    ", text), "there is no drawing, a block that is indented by four"

    def test_scenario_index_lists_folder_with_verdict(self, folder: Path) -> None:
        verdict = expectation(folder)["verdict"]
        index = (SCENARIOS / "README.md").read_text(encoding="utf-8")
        assert f"| [{folder.name}]({folder.name}/) | {verdict} |" in index

    def test_scenario_network_conforms_to_the_botocore_model(self, folder: Path) -> None:
        assert list(faults(document(folder))) == []


def test_scenario_index_lists_only_existing_folders() -> None:
    index = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| \[([a-z0-9-]+)\]", index, re.MULTILINE)) == [folder.name for folder in FOLDERS]


# -------------------------------------------------------------------------------- the shapes of AWS's answers


def document(folder: Path) -> dict[str, list[Any]]:
    read: dict[str, list[Any]] = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    return read


def faults(network: dict[str, list[Any]]) -> Iterator[str]:
    """What in a network.json no answer of AWS could hold."""
    for key, rows in network.items():
        for position, row in enumerate(rows):
            place = f"{key}[{position}]"
            if key == "Calls":
                name = row["Call"]["operation"]
                if "Response" in row and name != LINKED:
                    yield from faults_of(answer(name.rpartition(":")[2]), row["Response"], place)
                continue
            found = [list(faults_of(row_shape(call, key), row, place)) for call in PRINTED_BY[key]]
            yield from min(found, key=len)


def row_shape(call: str, key: str) -> Any:
    output = operation(*call.split())
    if key == "VpcAttributes":
        return output
    return output.members["taskDefinition"] if key == "taskDefinitions" else output.members[key].member


@cache
def model(service: str) -> Any:
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


@cache
def operation(service: str, name: str) -> Any:
    return model(service).operation_model(name).output_shape


def answer(name: str) -> Any:
    """The answer of an operation, whichever service has it."""
    service = next(service for service in SERVICES if name in model(service).operation_names)
    return operation(service, name)


def faults_of(shape: Any, value: Any, place: str) -> Iterator[str]:
    kind = shape.type_name
    if not fits(kind, value) and not is_policy(shape, value):
        yield f"{place}: {value!r} is no {kind}"
    elif kind == "structure":
        yield from (f"{place}: {key} is missing" for key in shape.required_members if key not in value)
        for key, item in value.items():
            if key in shape.members:
                yield from faults_of(shape.members[key], item, f"{place}.{key}")
            else:
                yield f"{place}: {key} is no key of {shape.name}"
    elif kind == "list":
        for position, item in enumerate(value):
            yield from faults_of(shape.member, item, f"{place}[{position}]")
    elif kind == "map":
        for key, item in value.items():
            yield from faults_of(shape.value, item, f"{place}.{key}")
    elif kind == "string" and shape.enum and bare(value) not in may_be(shape):
        yield f"{place}: {value!r} is none of {', '.join(shape.enum)}"


def fits(kind: str, value: Any) -> bool:
    return isinstance(value, PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def is_policy(shape: Any, value: Any) -> bool:
    """Whether boto3 and the command line print what is in this text."""
    return bool(shape.name == "policyDocumentType") and isinstance(value, dict)


def bare(value: str) -> str:
    # Real answers say `available` and `nat_gateway` where the model has `Available` and `natGateway`.
    return value.replace("_", "").lower()


def may_be(shape: Any) -> set[str]:
    # An internet gateway's attachment is printed as `available`, which the model does not have:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGatewayAttachment.html
    return {bare(value) for value in shape.enum} | ({"available"} if shape.name == "AttachmentStatus" else set())


# -------------------------------------------------------------------------- what must not change the verdict


class TestEquivalentInput:
    """What is missing never changes it either, but to unknown: `diagnose/test_forgetting.py`."""

    @each("folder", FOLDERS[::4], ids=lambda folder: str(folder.name))
    def test_diagnosis_is_equal_for_reversed_lists(self, folder: Path, tmp_path: Path) -> None:
        self.assert_equal_for_reversed_lists(folder, tmp_path)

    @pytest.mark.long
    @each_scenario
    def test_diagnosis_of_every_scenario_is_equal_for_reversed_lists(self, folder: Path, tmp_path: Path) -> None:
        self.assert_equal_for_reversed_lists(folder, tmp_path)

    def assert_equal_for_reversed_lists(self, folder: Path, tmp_path: Path) -> None:
        found = saved(tmp_path, backwards(document(folder)))
        before, after = (unworded(outcome(diagnosed(path))) for path in (folder / "network.json", found))
        assert difference(before, after) == ""

    # How documents are read does not depend on what is in them: some of the networks are enough.
    @pytest.mark.parametrize("folder", FOLDERS[::9], ids=lambda folder: str(folder.name))
    def test_diagnosis_is_equal_for_a_file_per_record_kind(self, folder: Path, tmp_path: Path) -> None:
        for key, rows in document(folder).items():
            saved(tmp_path, {key: rows}, f"{key}.json")
        before, after = (outcome(diagnosed(path)) for path in (folder / "network.json", tmp_path))
        assert difference(before, after) == ""


def saved(folder: Path, network: dict[str, list[Any]], name: str = "network.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(network), encoding="utf-8")
    return path


def backwards(value: Any) -> Any:
    if isinstance(value, list):
        return [backwards(item) for item in reversed(value)]
    return {key: backwards(item) for key, item in value.items()} if isinstance(value, dict) else value


def unworded(found: Outcome) -> Outcome:
    """The outcome without the wording of the predicted error, which names one of several addresses or images."""
    for service in found["services"].values():
        service["predicted"] = [item["step"] for item in service["predicted"]]
    return found
