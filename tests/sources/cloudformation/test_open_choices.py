"""Templates with conditions on parameters without a value: the verdict of every value, or a note for each."""

from pathlib import Path
from typing import Final

import pytest

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.diagnose.check_result import CheckResult
from skerry.verdicts import OK, UNKNOWN

LABELLED: Final = Path(__file__).parent / "labelled"


def checked(folder: Path, name: str, head: str, *changes: tuple[str, str]) -> CheckResult:
    """Check a labelled template with a head, and with changes."""
    text = (LABELLED / f"{name}.yaml").read_text(encoding="utf-8").replace("Resources:", f"{head}\nResources:", 1)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    return app.check(CheckRequest((NamedPath(path),), region="eu-west-1", account="111122223333"))


HEAD: Final = "Parameters: {Size: {Type: String}}\nConditions: {IsLarge: !Equals [!Ref Size, large]}"


def notes_of(result: CheckResult) -> tuple[str, ...]:
    """Return the notes of the only network."""
    [network] = result.networks
    return network.world.facts.notes


def test_verdict_is_that_of_every_value_if_they_agree(tmp_path: Path) -> None:
    route = ("  PrivateRoute:\n", "  PrivateRoute:\n    Metadata: {Size: !If [IsLarge, 1, 2]}\n")
    acl = "  Extra:\n    Type: AWS::EC2::NetworkAcl\n    Condition: IsLarge\n    Properties: {VpcId: !Ref Vpc}\n"
    extra = ("  Private:\n", f"{acl}  Private:\n")
    result = checked(tmp_path, "nat-gateway", HEAD, route, extra)
    assert result.verdict is OK


def test_route_under_a_condition_gives_a_note_for_each_value(tmp_path: Path) -> None:
    result = checked(tmp_path, "nat-gateway", HEAD, ("  PrivateRoute:\n", "  PrivateRoute:\n    Condition: IsLarge\n"))
    assert result.verdict is UNKNOWN
    assert [note for note in notes_of(result) if note.startswith("with ")] == [
        "with net.Size=large: ok",
        "with another value of net.Size: blocked",
    ]


def test_route_that_a_condition_only_names_otherwise_is_judged_with_all_values(tmp_path: Path) -> None:
    other = "      DestinationCidrBlock: !If [IsLarge, 0.0.0.0/0, 0.0.0.0/0]"
    https = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}"
    rules = f"!If [IsLarge, [{{IpProtocol: -1, CidrIp: 0.0.0.0/0}}], [{https}]]"
    described = "      GroupDescription: TaskGroup"
    group = (described, f"{described}\n      SecurityGroupEgress: {rules}")
    result = checked(tmp_path, "nat-gateway", HEAD, ("      DestinationCidrBlock: 0.0.0.0/0", other), group)
    assert result.verdict is OK
    assert "the verdict is the same for every value of Size" in notes_of(result)


@pytest.mark.parametrize("allowed", ["[small, large]", "[large]"])
def test_only_allowed_values_are_tried(tmp_path: Path, allowed: str) -> None:
    head = HEAD.replace("Type: String", f"Type: String, AllowedValues: {allowed}")
    result = checked(tmp_path, "nat-gateway", head, ("  PrivateRoute:\n", "  PrivateRoute:\n    Condition: IsLarge\n"))
    assert (result.verdict is OK) == (allowed == "[large]")
