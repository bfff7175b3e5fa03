"""Causes of failing steps: one for each fault, with a label and all steps that it stops."""

from skerry.diagnose.causes import Cause, SharedCause, StoppedStep, combine_causes, share_causes
from skerry.reach.trace import AbsentEndpoint

CODE = "NO_ROUTE_TO_DESTINATION"
API, S3 = AbsentEndpoint("com.amazonaws.x.ecr.api", "Interface"), AbsentEndpoint("com.amazonaws.x.s3", "Gateway")


def stop(number: int, resource: str = "rtb-1", absent: AbsentEndpoint | None = None, message: str = "") -> StoppedStep:
    return StoppedStep(number, f"step-{number}", resource, message or f"message {number}", absent)


def causes_of(*stops: StoppedStep, code: str = CODE) -> tuple[Cause, ...]:
    by_resource: dict[tuple[str, str], list[StoppedStep]] = {}
    for item in stops:
        by_resource.setdefault((code, item.resource), []).append(item)
    return combine_causes(by_resource, {})


def test_cause_has_a_title_of_its_code() -> None:
    (cause,) = causes_of(stop(1))
    assert cause.title == "The route table has no route to the destination"


def test_cause_lists_missing_endpoints_with_their_steps_instead_of_messages() -> None:
    (cause,) = causes_of(stop(3, absent=API), stop(4, absent=API), stop(5, absent=S3), stop(6), stop(7, message="m"))
    assert cause.absent_endpoints == {API: (3, 4), S3: (5,)}
    assert cause.messages == ("message 6", "m")
    assert cause.numbers == (3, 4, 5, 6, 7)


def test_tables_that_lack_the_same_endpoints_are_one_cause() -> None:
    stops = [stop(number, table, absent) for table in ("rtb-1", "rtb-2") for number, absent in ((3, API), (5, S3))]
    (cause,) = causes_of(*stops)
    assert (cause.resources, cause.numbers) == (("rtb-1", "rtb-2"), (3, 5))


def test_tables_that_lack_other_endpoints_are_two_causes() -> None:
    labels = [cause.label for cause in causes_of(stop(3, "rtb-1", API), stop(3, "rtb-2", S3))]
    assert labels == ["A", "B"]


def test_equal_faults_of_different_steps_are_one_cause() -> None:
    (cause,) = causes_of(stop(3, "vpce-1"), stop(4, "vpce-2"), code="DNS_PRIVATE_NAMES_DISABLED")
    assert cause.resources == ("vpce-1", "vpce-2")


def test_different_faults_are_different_causes() -> None:
    stops = {("CODE_A", "x"): [stop(3)], ("CODE_B", "x"): [stop(4)]}
    assert [cause.code for cause in combine_causes(stops, {})] == ["CODE_A", "CODE_B"]


def test_cause_names_the_tables_without_a_route_that_follow_from_it() -> None:
    stops = {("DNS_PRIVATE_NAMES_DISABLED", name): [stop(3 + number, name)] for number, name in enumerate("ab")}
    dead_ends = {key: ["rtb-1"] for key in stops}
    (cause,) = combine_causes(stops, dead_ends)
    assert cause.dead_ends == ("rtb-1",)


def test_labels_go_on_after_the_alphabet() -> None:
    labels = [cause.label for cause in causes_of(*(stop(3, f"sg-{number}") for number in range(28)))]
    assert labels[:2] + labels[25:] == ["A", "B", "Z", "A1", "B1"]


def test_empty_message_is_not_listed() -> None:
    cause = Cause(CODE, ("sg-1",), (StoppedStep(1, "logs", "sg-1", ""),))
    assert cause.messages == ()


def test_causes_of_several_services_with_a_resource_in_common_are_one() -> None:
    causes = [
        SharedCause(CODE, ("rtb-1",), ("web",)),
        SharedCause("OTHER", ("rtb-1",), ("web",)),
        SharedCause(CODE, ("rtb-2",), ("api",)),
        SharedCause(CODE, ("rtb-3",), ("job",)),
        SharedCause(CODE, ("rtb-2", "rtb-1"), ("cron", "web")),
    ]
    assert share_causes(causes) == (
        SharedCause(CODE, ("rtb-1", "rtb-2"), ("web", "api", "cron")),
        SharedCause("OTHER", ("rtb-1",), ("web",)),
        SharedCause(CODE, ("rtb-3",), ("job",)),
    )
