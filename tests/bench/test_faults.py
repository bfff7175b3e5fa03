"""The networks with known faults, and how tools are scored on them."""

from pathlib import Path

import pytest

from bench.faults import __main__ as command
from bench.faults import labels, page, said, score
from bench.faults.answers import Answer
from bench.faults.cases import PACKETS, Case, Page
from bench.faults.collection import CASES
from bench.faults.families import (
    address_families,
    central,
    cross_region,
    firewall,
    images,
    other_launches,
    permissions,
    refused,
    runtime_needs,
    sharing,
)
from bench.faults.labels import Label
from bench.faults.launch import LAYERS
from bench.faults.shape_table import SHAPES
from bench.faults.tools.presence import Presence
from bench.faults.tools.skerry import Skerry
from tests.networks import REGION

DOCUMENTED = (
    address_families,
    central,
    cross_region,
    firewall,
    images,
    other_launches,
    permissions,
    refused,
    runtime_needs,
    sharing,
)
"""The families whose labels are from AWS's documentation alone."""

RECORDED = 538
"""How many verdicts skerry has had right. It may rise, and then is to be written here; it may not fall."""


def case(name: str) -> Case:
    return next(item for item in CASES if item.id == name)


@pytest.fixture(scope="module")
def known() -> dict[str, Label]:
    return command.known_labels()


@pytest.fixture(scope="module")
def asked() -> dict[str, Answer]:
    return {item.id: Skerry().judge(item.document()) for item in CASES}


class TestCases:
    def test_cases_are_at_least_450_with_unique_ids(self) -> None:
        assert len(CASES) >= 450
        assert len({item.id for item in CASES}) == len(CASES)

    def test_families_of_documented_cases_have_at_least_10_networks(self) -> None:
        names = {page.family for module in DOCUMENTED for page in vars(module).values() if isinstance(page, Page)}
        sizes = {name: sum(item.family == name for item in CASES) for name in names}
        assert len(sizes) == len(DOCUMENTED)
        assert {name: size for name, size in sizes.items() if size < 10} == {}

    def test_documented_families_have_sound_networks_too(self, known: dict[str, Label]) -> None:
        for module in DOCUMENTED:
            verdicts = {known[item.id].verdict for item in module.CASES}
            assert {"ok", "blocked"} <= verdicts, module.__name__

    def test_cases_cover_every_network_shape(self) -> None:
        assert {item.shape for item in CASES} == set(SHAPES)

    def test_cases_and_labels_have_the_same_ids(self, known: dict[str, Label]) -> None:
        assert list(known) == [item.id for item in CASES]
        assert set(labels.read()) == set(known)

    def test_case_networks_match_digests_of_labels(self, known: dict[str, Label]) -> None:
        assert [item.id for item in CASES if known[item.id].network != labels.digest(item)] == []

    def test_case_labels_have_blockers_only_for_faulty_verdicts(self, known: dict[str, Label]) -> None:
        for item in CASES:
            label = known[item.id]
            assert label.sentence.startswith(f"{item.shape}: ")
            assert bool(label.blockers) == (label.verdict in score.FAULTY), item.id

    def test_cases_not_labelled_by_packets_name_a_source_url(self, known: dict[str, Label]) -> None:
        for item in CASES:
            assert item.source == known[item.id].source
            assert (item.source == PACKETS) == (item.verdict is None), item.id
            assert item.source == PACKETS or item.source.startswith("https://"), item.id

    def test_case_blockers_are_network_resources_or_aws_services(self) -> None:
        services = ("com.amazonaws.",)
        for item in CASES:
            text = item.network().document().decode().replace(REGION, item.region)
            for fault in item.faults:
                for alternatives in fault.blockers:
                    assert any(name.startswith(services) or f'"{name}' in text for name in alternatives), item.id


class TestDocumentedLabels:
    def test_kept_labels_are_of_unchanged_networks_that_packets_labelled(self) -> None:
        item = case("sound/as-it-is@nat")
        assert labels.kept_label(item) == labels.read()[item.id]
        assert labels.kept_label(item._replace(shape="public")) is None
        assert labels.kept_label(case("placement/platform-1.3.0@two-zones")) is None

    def test_documented_label_needs_no_lab(self) -> None:
        item = case("placement/platform-1.3.0@two-zones")
        label = labels.labelled(item, None)
        assert (label.verdict, label.blockers, label.source) == ("blocked", (("1.3.0", "web"),), item.source)

    def test_documented_label_omits_hosts_if_case_lacks_all_hosts(self) -> None:
        item = case("placement/platform-1.3.0@two-zones")._replace(all_hosts=False)
        assert labels.labelled(item, None).failing is None


BROKEN = Label("a", "f", "s", "blocked", PACKETS, "0", ("h1",), (("sg-1", "sg-2"), ("rtb-1",)), ("vpce-1",))
SOUND = Label("b", "f", "s", "ok", PACKETS, "0")
OPEN = Label("c", "g", "s", "unknown", "https://", "0")


def answer(verdict: str | None, *named: str, failing: set[str] | None = None) -> Answer:
    return Answer(verdict, frozenset(named), None if failing is None else frozenset(failing))


class TestMarks:
    def test_mark_of_right_answer_is_true_in_all_columns(self) -> None:
        found = score.mark(BROKEN, answer("blocked", "sg-2", "rtb-1", failing={"h1"}))
        assert found == score.Mark(True, True, False, True, True, True)  # noqa: FBT003 -- in the order of the columns

    def test_mark_of_intermittent_for_blocked_still_detects_the_fault(self) -> None:
        found = score.mark(BROKEN, answer("intermittent", "sg-1"))
        assert (found.verdict, found.told) == (False, True)

    def test_mark_of_wrong_verdict_is_false(self) -> None:
        for label, verdict in ((BROKEN, "ok"), (SOUND, "blocked"), (SOUND, "intermittent")):
            found = score.mark(label, answer(verdict))
            assert (found.verdict, found.told) == (False, False)

    @pytest.mark.parametrize(
        ("named", "only", "everything"),
        [
            (("sg-1", "rtb-1", "vpce-1"), True, True),
            (("sg-1", "vpce-1"), True, False),
            (("sg-1", "rtb-1", "acl-1"), False, True),
            ((), False, False),
        ],
        ids=["what may be named too", "one is missing", "one is wrong", "nothing"],
    )
    def test_mark_distinguishes_missing_and_wrong_blockers(
        self,
        named: tuple[str, ...],
        only: bool,  # noqa: FBT001
        everything: bool,  # noqa: FBT001
    ) -> None:
        found = score.mark(BROKEN, answer("blocked", *named))
        assert (found.only_blockers, found.all_blockers) == (only, everything)

    def test_mark_of_calls_requires_failing_hosts_of_label_and_answer(self) -> None:
        assert score.mark(BROKEN, answer("blocked", failing={"h1", "h2"})).calls is False
        assert score.mark(BROKEN, answer("blocked")).calls is None
        untold = Label("a", "f", "s", "blocked", PACKETS, "0", None, (("sg-1",),))
        assert score.mark(untold, answer("blocked", failing={"h1"})).calls is None

    def test_mark_counts_false_alarms_only_for_sound_cases(self) -> None:
        assert score.mark(SOUND, answer("intermittent")).false_alarm is True
        assert score.mark(SOUND, answer("unknown")).false_alarm is False
        assert score.mark(BROKEN, answer("blocked")).false_alarm is None

    def test_mark_of_unknown_answer_is_right_only_for_unknown_label(self) -> None:
        assert score.mark(OPEN, answer("unknown")).told is True
        assert score.mark(OPEN, answer("ok")).told is False
        assert score.mark(SOUND, answer("unknown")).told is False


class TestScorePage:
    def test_score_rows_list_each_family_and_all(self) -> None:
        told = {"a": answer("blocked", "sg-1", "acl-1"), "b": answer("ok"), "c": answer(None)}
        first, second, everything = score.rows({"a": BROKEN, "b": SOUND, "c": OPEN}, told)
        assert first == score.Row("f", 2, 0, 2, 2, 0, (0, 1), (0, 1), (0, 0), (0, 1))
        assert (second.family, second.asked, second.left_out) == ("g", 0, 1)
        assert (everything.family, everything.asked, everything.left_out, everything.verdict) == ("all", 2, 1, 2)

    def test_score_table_prints_counts_and_totals(self) -> None:
        told = {"a": answer("blocked", "sg-1", "acl-1")}
        line = page.table(score.rows({"a": BROKEN}, told)).splitlines()[-1]
        assert line == "| **all** | 1 | 1/1 | 1/1 | 0/1 | 0/1 | - | - | 0 |"

    def test_score_summary_prints_a_row_for_each_tool(self) -> None:
        told = {"a": answer("blocked", "sg-1", "rtb-1")}
        lines = page.summary([(Presence(), score.rows({"a": BROKEN}, told))]).splitlines()
        assert lines[0].startswith("| tool | cases |")
        assert lines[2:] == ["| endpoint rows | 1 | 1/1 | 1/1 | 1/1 | 1/1 | - | - | 0 |"]

    @pytest.mark.parametrize(
        ("told", "line"),
        [
            (answer("ok"), "- `a` is blocked, and said to be ok."),
            (answer("blocked", "sg-1"), "- `a`: it does not name rtb-1."),
            (answer("blocked", "rtb-1"), "- `a`: it does not name sg-1 or sg-2."),
            (answer("blocked", "sg-1", "rtb-1", "acl-1"), "- `a`: it names acl-1, which is not in the way."),
            (answer("blocked", "sg-1", "rtb-1", failing=set()), "- `a`: other calls fail than it says."),
        ],
        ids=["verdict", "a blocker", "a blocker of several names", "no blocker", "calls"],
    )
    def test_score_page_lists_wrong_cases_of_first_tool(self, told: Answer, line: str) -> None:
        assert f"\n{line}\n" in page.page({"a": BROKEN}, [(Presence(), {"a": told})])

    def test_score_page_omits_right_cases(self) -> None:
        right = answer("blocked", "sg-1", "rtb-1", failing={"h1"})
        assert "`a`" not in page.page({"a": BROKEN}, [(Presence(), {"a": right})])

    def test_score_page_counts_unasked_cases_by_reason(self) -> None:
        told = {"a": Answer(None, because="no such thing"), "b": Answer(None, because="no such thing")}
        text = page.page({"a": BROKEN, "b": SOUND}, [(Presence(), told)])
        assert "- 2: no such thing" in text


class TestRecordedAnswers:
    def test_recorded_answer_round_trips(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(said, "FOLDER", tmp_path)
        first, second = CASES[:2]
        spoken = answer("blocked", "sg-1", failing={"h1"})
        said.write("one", [said.Said(first.id, labels.digest(first), spoken)])
        found = said.read("one", [first, second])
        assert found[first.id] == spoken
        assert found[second.id] == Answer(None, because="its answers were recorded before the network was added")

    def test_recorded_answer_is_ignored_for_changed_network(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(said, "FOLDER", tmp_path)
        said.write("one", [said.Said(CASES[0].id, "0", answer("ok"))])
        assert said.read("one", CASES[:1])[CASES[0].id].verdict is None


class TestSkerry:
    def test_skerry_answers_at_least_the_recorded_number_of_verdicts(
        self, known: dict[str, Label], asked: dict[str, Answer]
    ) -> None:
        *_, everything = score.rows(known, asked)
        assert everything.asked == len(CASES)
        assert everything.verdict >= RECORDED

    def test_skerry_reports_no_false_alarm(self, known: dict[str, Label], asked: dict[str, Answer]) -> None:
        *_, everything = score.rows(known, asked)
        assert everything.false_alarms[0] == 0
        assert everything.false_alarms[1] > 40

    def test_skerry_score_page_is_up_to_date(self, asked: dict[str, Answer], monkeypatch: pytest.MonkeyPatch) -> None:
        # The answers are those of the tests above: to ask for them again takes seconds.
        answers = {item.document(): asked[item.id] for item in CASES}
        monkeypatch.setattr(Skerry, "judge", lambda _, document: answers[document])
        assert command.write_page(only_check=True) == 0, "run python -m bench.faults page"

    def test_skerry_answer_ignores_runtime_needs(self) -> None:
        found = Skerry().judge(case("runtime and volumes/exec-without-endpoint@two-zones").document())
        assert found == Answer("ok", frozenset(), frozenset())

    def test_skerry_answer_names_blocker_and_failing_host(self) -> None:
        found = Skerry().judge(case("routes/s3-route-missing@two-zones").document())
        assert found == Answer("blocked", frozenset({"rtb-task"}), frozenset({LAYERS.host}))

    def test_skerry_answer_names_service_for_log_driver_fault(self) -> None:
        found = Skerry().judge(case("placement/log-driver-syslog@two-zones").document())
        assert found == Answer("blocked", frozenset({"web"}), frozenset())


class TestEndpointPresence:
    def test_endpoint_presence_is_not_asked_about_jobs(self) -> None:
        assert Presence().judge(case("Batch and Step Functions/as-it-is@job").document()).verdict is None

    def test_endpoint_presence_ignores_security_group_rules(self) -> None:
        assert Presence().judge(case("endpoint groups/no-rule@two-zones").document()).verdict == "ok"

    def test_endpoint_presence_ignores_endpoint_in_other_vpc(self) -> None:
        found = Presence().judge(case("endpoints/one-in-another-vpc@two-zones").document())
        assert found.verdict == "blocked"
        assert found.named == {f"com.amazonaws.{REGION}.logs"}
        assert found.failing == frozenset({f"logs.{REGION}.amazonaws.com"})
