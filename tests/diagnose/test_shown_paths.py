"""Of the many paths of a step one is shown: the worst from the subnets of the launch, with numbered hops."""

from pathlib import Path

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import ServiceGroup, StepSummary
from skerry.diagnose.shown_paths import ShownPath, shown_path_of
from skerry.launch.launches import launch_of_service
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents
from skerry.verdicts import BLOCKED, OK
from tests.diagnose.test_diagnose import all_of
from tests.networks import Network, container, entry


def network_with(*subnets: str) -> Network:
    """A service in these subnets that reaches everything by endpoints in subnet-a."""
    network = Network()
    network.definition(container())
    network.service()["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = list(subnets)
    network.serve_s3()
    network.endpoint("vpce-2", "ecr.dkr")
    return network


def step_of(network: Network, name: str = "registry-auth") -> StepSummary:
    (service,) = all_of(network).services
    return next(step for step in ServiceGroup((service,)).steps if step.step == name)


def path_of(network: Network, name: str = "registry-auth") -> ShownPath:
    path = shown_path_of(step_of(network, name))
    assert path is not None
    return path


def test_hops_are_numbered_there_and_back() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api")
    path = path_of(network)
    legs = [numbered.hop.leg for numbered in path.hops]
    assert [numbered.number for numbered in path.hops] == list(range(1, len(legs) + 1))
    assert legs == sorted(legs, reverse=True)
    assert {"there", "back"} == set(legs)
    assert {numbered.disposition for numbered in path.hops} == {"kept"}


def test_worst_path_is_shown_and_the_better_subnet_is_named() -> None:
    network = network_with("subnet-a", "subnet-b")
    network.endpoint("vpce-1", "ecr.api")
    network.acl("acl-closed", [entry(100, "deny", egress=True)], ["subnet-b"])
    path = path_of(network)
    assert (path.trace.subnet, path.trace.verdict, path.alike) == ("subnet-b", BLOCKED, ())
    assert [(other.subnet, other.verdict) for other in path.others] == [("subnet-a", OK)]


def test_endpoint_in_the_own_subnet_is_shown_and_subnets_alike_are_named() -> None:
    network = network_with("subnet-b", "subnet-a")
    network.endpoint("vpce-1", "ecr.api", ["subnet-a", "subnet-b"])
    path = path_of(network)
    assert (path.trace.subnet, path.trace.destination.subnet) == ("subnet-b", "subnet-b")
    assert (path.alike, path.others) == (("subnet-a",), ())


def test_path_of_the_call_is_shown_before_an_intended_one() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api", ["subnet-a", "subnet-b"], group="sg-shut", PrivateDnsEnabled=False)
    network.group("sg-shut", inbound=[])
    path = path_of(network)
    assert not path.trace.intended
    ((intended, hops),) = path.intended_hops
    assert intended.destination.endpoint == "vpce-1"
    assert [(item.hop.kind, item.disposition) for item in hops] == [("dns", "lost"), ("security-group", "lost")]
    whole = [hop for hop, _ in intended.hops()]
    assert [whole[item.number - 1] for item in hops] == [item.hop for item in hops]


def test_fault_of_the_shown_path_is_not_repeated_for_the_intended_one() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    network.group("sg-lone", outbound=[])
    network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = ["sg-lone"]
    path = path_of(network)
    assert "security-group" in {item.hop.kind for item in path.hops if item.disposition == "lost"}
    ((_, hops),) = path.intended_hops
    assert [item.hop.kind for item in hops] == ["dns"] * len(hops)


def test_intended_path_without_a_fault_of_its_own_is_left_out() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api")
    path = path_of(network)
    assert (path.intended, path.intended_hops) == ((), ())


def test_step_without_paths_shows_none() -> None:
    network = network_with()
    assert shown_path_of(step_of(network)) is None


def test_step_without_packets_shows_the_hops_of_its_check() -> None:
    path = path_of(network_with("subnet-a"), "network-interface")
    assert [item.hop.kind for item in path.hops][:1] == ["subnet"]


def test_check_beyond_packets_is_kept_apart_where_it_is_worse() -> None:
    content = (Path(__file__).parent.parent / "scenarios" / "role-without-token" / "network.json").read_bytes()
    world = World(documents.load({"network.json": content}))
    (service,) = diagnose(Walker(world), [launch_of_service(world, row) for row in world.facts.services]).services
    paths = {step.step: shown_path_of(step) for step in ServiceGroup((service,)).steps}
    auth, manifest = paths["registry-auth"], paths["manifest"]
    assert auth is not None
    assert auth.beyond is not None
    assert (auth.trace.verdict, auth.beyond.verdict) == (OK, BLOCKED)
    assert auth.beyond.passage is None
    assert manifest is not None
    assert manifest.beyond is None
