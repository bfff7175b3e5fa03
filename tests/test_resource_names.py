"""Subnets, security groups, platform versions and Regions that a user names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from skerry import app
from skerry.app.resource_names import group_ids_of, subnet_ids_of
from skerry.aws.session import Account
from skerry.errors import AmbiguousNameError, UnknownNameError
from skerry.launch.launches import Launch
from skerry.reach.trace_request import TraceRequest
from tests.networks import Network, as_bytes, container


def named(name: str) -> list[dict[str, str]]:
    """The tags of a resource with a name."""
    return [{"Key": "Name", "Value": name}]


@pytest.fixture
def network() -> Network:
    """A subnet and a security group with names; a group ``default`` in each of two VPCs."""
    network = Network()
    network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.7.0.0/16")
    network.subnet("subnet-2", "10.7.1.0/24", "eu-west-1a", vpc="vpc-2", Tags=named("public"))
    network.row("Subnets", "subnet-a")["Tags"] = named("private-a")
    network.row("Subnets", "subnet-b")["Tags"] = named("private-b")
    network.group("sg-web")
    network.row("SecurityGroups", "sg-web").update(Tags=named("web-tasks"), GroupName="web")
    network.group("sg-two")
    network.row("SecurityGroups", "sg-two").update(GroupName="shared", VpcId="vpc-2")
    network.group("sg-one")
    network.row("SecurityGroups", "sg-one").update(GroupName="shared")
    return network


Hypothetical = Callable[..., Launch]


@pytest.fixture
def hypothetical(network: Network, tmp_path: Path) -> Hypothetical:
    """Makes the launch of a task that does not exist."""
    path = tmp_path / "web.json"

    def make(platform: str | None = None, **more: object) -> Launch:
        given = {} if platform is None else {"runtimePlatform": {"operatingSystemFamily": platform}}
        path.write_bytes(as_bytes({"family": "web", "containerDefinitions": [container()], **given}))
        fields: dict[str, object] = {"subnets": ("subnet-a",)} | more
        return app.hypothetical_launch(network.world(), app.Hypothetical(path, **fields))  # type: ignore[arg-type]

    return make


class TestSubnets:
    def test_subnet_is_named_by_id_or_name_tag(self, network: Network) -> None:
        assert subnet_ids_of(network.world(), ["subnet-b", "private-a"]) == ("subnet-b", "subnet-a")

    def test_unknown_subnet_is_refused_with_the_ids_and_names_that_exist(self, network: Network) -> None:
        with pytest.raises(UnknownNameError, match="there is no subnet private-c") as caught:
            subnet_ids_of(network.world(), ["private-c"])
        assert caught.value.remedy == (
            "Did you mean private-b or private-a? "
            "There are: subnet-2 (public), subnet-a (private-a), subnet-b (private-b)."
        )

    def test_name_of_two_subnets_is_refused_with_their_ids(self, network: Network) -> None:
        network.row("Subnets", "subnet-b")["Tags"] = named("private-a")
        with pytest.raises(AmbiguousNameError, match="2 subnets have the name private-a") as caught:
            subnet_ids_of(network.world(), ["private-a"])
        assert caught.value.remedy == "Give the id of one: subnet-a, subnet-b."

    def test_error_lists_at_most_ten_subnets(self, network: Network) -> None:
        for number in range(12):
            network.subnet(f"subnet-{number + 10}", f"10.0.{number + 10}.0/24", "eu-west-1a")
        with pytest.raises(UnknownNameError) as caught:
            subnet_ids_of(network.world(), ["nonsense"])
        assert caught.value.remedy.endswith("subnet-18, subnet-19 and 5 more.")

    def test_input_without_subnets_is_told(self, network: Network) -> None:
        network.rows["Subnets"].clear()
        with pytest.raises(UnknownNameError) as caught:
            subnet_ids_of(network.world(), ["subnet-a"])
        assert caught.value.remedy == "The input holds none at all."


class TestGroups:
    @pytest.mark.parametrize("name", ["sg-web", "web-tasks", "web"])
    def test_group_is_named_by_id_name_tag_or_group_name(self, network: Network, name: str) -> None:
        assert group_ids_of(network.world(), [name]) == ("sg-web",)

    def test_group_name_means_the_group_of_the_subnets_vpc(self, network: Network) -> None:
        assert group_ids_of(network.world(), ["shared"], ["subnet-2"]) == ("sg-two",)
        assert group_ids_of(network.world(), ["shared"], ["subnet-a"]) == ("sg-one",)

    def test_group_of_another_vpc_keeps_its_name_if_no_other_has_it(self, network: Network) -> None:
        assert group_ids_of(network.world(), ["web"], ["subnet-2"]) == ("sg-web",)

    def test_group_name_of_two_groups_is_refused_with_their_ids(self, network: Network) -> None:
        with pytest.raises(AmbiguousNameError, match="2 security groups have the name shared") as caught:
            group_ids_of(network.world(), ["shared"])
        assert caught.value.remedy == "Give the id of one: sg-one, sg-two."

    @pytest.mark.parametrize("name", ["sg-nope", "wbe-tasks"])
    def test_unknown_group_is_refused_with_the_groups_of_the_vpc(self, network: Network, name: str) -> None:
        with pytest.raises(UnknownNameError, match=f"there is no security group {name}") as caught:
            group_ids_of(network.world(), [name], ["subnet-2"])
        assert "There are: sg-two (shared)." in caught.value.remedy

    def test_unread_group_id_stays_if_not_all_groups_are_known(self, network: Network) -> None:
        network.forget("SecurityGroups")
        assert group_ids_of(network.world(), ["sg-nope"], ["subnet-a"]) == ("sg-nope",)
        with pytest.raises(UnknownNameError):
            group_ids_of(network.world(), ["web"], ["subnet-a"])


class TestHypotheticalTask:
    def test_hypothetical_launch_resolves_names(self, hypothetical: Hypothetical) -> None:
        launch = hypothetical(subnets=("private-a",), groups=("web-tasks",))
        assert (launch.subnets, launch.groups) == (("subnet-a",), ("sg-web",))

    @pytest.mark.parametrize(
        ("platform", "versions"),
        [(None, "1.0.0, 1.1.0, 1.2.0, 1.3.0, 1.4.0, LATEST"), ("WINDOWS_SERVER_2022_CORE", "1.0.0, LATEST")],
    )
    def test_unknown_platform_version_is_refused_with_those_of_the_system(
        self, hypothetical: Hypothetical, platform: str | None, versions: str
    ) -> None:
        with pytest.raises(UnknownNameError, match="there is no platform version banana of Fargate on") as caught:
            hypothetical(platform, platform_version="banana")
        assert caught.value.remedy == f"There are: {versions}."

    def test_retired_platform_version_is_accepted(self, hypothetical: Hypothetical) -> None:
        assert hypothetical(platform_version="1.3.0").platform_version == "1.3.0"


class TestTrace:
    def test_trace_resolves_names_of_subnet_and_groups(self, network: Network) -> None:
        question = TraceRequest(to="10.0.1.9", port=443, subnet="private-a", groups=("web-tasks",))
        by_id = TraceRequest(to="10.0.1.9", port=443, subnet="subnet-a", groups=("sg-web",))
        named_trace, trace = app.trace(network.world(), question), app.trace(network.world(), by_id)
        assert [path.subnet for path in named_trace.traces] == [path.subnet for path in trace.traces] == ["subnet-a"]
        assert named_trace.verdict is trace.verdict

    def test_trace_refuses_unknown_group(self, network: Network) -> None:
        network.interface("eni-1", "10.0.1.9")
        with pytest.raises(UnknownNameError, match="there is no security group sg-nope"):
            app.trace(network.world(), TraceRequest(to="logs", port=443, interface="eni-1", groups=("sg-nope",)))


class TestRegion:
    def test_unknown_region_is_refused_with_every_region(self, network: Network, tmp_path: Path) -> None:
        (tmp_path / "network.json").write_bytes(network.document())
        with pytest.raises(UnknownNameError, match="there is no Region eu-wset-1") as caught:
            app.load(tmp_path, "eu-wset-1")
        assert caught.value.remedy.startswith("Did you mean eu-west-")
        assert "us-west-2" in caught.value.remedy

    def test_unknown_region_of_an_account_is_refused_before_a_call(self) -> None:
        with pytest.raises(UnknownNameError, match="there is no Region mars"):
            app.read_account(Account(region="mars"))
