"""The text for people: its first line answers the question."""

import re

import click
import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.catalogue.blocker_codes import load_codes
from skerry.checks import CHECKS
from skerry.diagnose.diagnosis import NotExamined
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker
from skerry.render import console, paths
from skerry.render.service_groups import describe_group
from skerry.render.text import width_of
from skerry.render.view import View
from tests.networks import ACCOUNT, REGION, Network, both_ways, container, entry, one_of_everything
from tests.render.networks import NAMES, SCENARIOS, diagnosed, scenario
from tests.tables import each

WIDE = 1000
"""Columns that keep each message on one line."""


def text_of(
    network: Network, *, verbose: bool = False, quiet: bool = False, errors: bool = False, width: int = WIDE
) -> str:
    found = diagnosed(network.world())
    view = View(verbose=verbose, quiet=quiet, width=width)
    return click.unstyle(console.format_diagnosis(found, view=view, errors=errors))


def isolated(**service: str) -> Network:
    network = Network()
    network.definition(container())
    network.service(**service)
    return network


def served() -> Network:
    network = isolated()
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    return network


@pytest.mark.parametrize("name", NAMES)
class TestScenarios:
    def test_console_text_matches_the_snapshot(self, name: str, snapshot: SnapshotAssertion) -> None:
        assert click.unstyle(console.format_diagnosis(diagnosed(scenario(name)))) == snapshot

    def test_headline_states_the_verdict_of_the_scenario(self, name: str) -> None:
        text = click.unstyle(console.format_diagnosis(diagnosed(scenario(name)), view=View(quiet=True)))
        answers = {
            "article-broken": "blocked: web cannot start, 1 cause\n",
            "article-repaired": "ok on the network; permissions, images and DNS rules not examined: web can start\n",
        }
        other = "intermittent: web starts only at times, a share of its tasks cannot, 1 cause\n"
        assert text == answers.get(name, other)


def test_texts_of_all_scenarios_name_each_blocker_in_lines_that_fit() -> None:
    complaints = []
    for name in sorted(path.parent.name for path in SCENARIOS.glob("*/network.json")):
        found = diagnosed(scenario(name))
        text, whole = (click.unstyle(console.format_diagnosis(found, view=View(width=width))) for width in (60, WIDE))
        needs = (row for service in found.services for row in service.needs)
        blockers = {blocker.resource for row in needs for blocker in row.blockers}
        complaints += [f"{name}: {line}" for line in text.splitlines() if width_of(line) > 60]
        complaints += [f"{name}: no {resource}" for resource in blockers if resource not in whole]
    assert complaints == []


REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1", "us-east-1", "us-east-2", "us-west-2")


class TestHeadline:
    def test_headline_is_unknown_if_network_acls_are_unread(self) -> None:
        network = served()
        network.forget("NetworkAcls")
        assert text_of(network, quiet=True) == "unknown: web may or may not start, not enough data\n"

    def test_headline_is_not_applicable_for_ec2_launch_type(self) -> None:
        assert text_of(isolated(launchType="EC2"), quiet=True) == "not-applicable: web does not run on Fargate\n"

    def test_headline_counts_each_cause_once(self) -> None:
        network = isolated()
        network.group("sg-mute", outbound=[])
        vpc = network.service("api")["networkConfiguration"]["awsvpcConfiguration"]
        vpc["securityGroups"] = ["sg-mute"]
        assert text_of(network, quiet=True) == "blocked: 2 causes; of 2 services, 2 cannot start\n"

    def test_headline_of_a_working_service_counts_no_causes_after_its_start(self) -> None:
        network = served()
        network.rows["services"][0]["enableExecuteCommand"] = True
        text = text_of(network)
        assert text.splitlines()[0].endswith(": web can start")
        assert "Blockers: 1 cause" in text

    @pytest.mark.parametrize(
        ("kinds", "basis"),
        [
            ((), "ok: "),
            (("permissions",), "ok on the network; permissions not examined: "),
            (("images", "dns-rules"), "ok on the network; images and DNS rules not examined: "),
            (("dns-rules",), "ok; DNS rules not examined: "),
            (("endpoint-policies", "public-access"), "ok: "),
        ],
    )
    def test_headline_names_what_an_ok_rests_on(self, kinds: tuple[NotExamined, ...], basis: str) -> None:
        found = msgspec.structs.replace(diagnosed(served().world()), not_examined=kinds)
        text = click.unstyle(console.format_diagnosis(found, view=View(quiet=True)))
        assert text == f"{basis}web can start\n"

    def test_console_names_old_facts_about_aws(self) -> None:
        old = msgspec.structs.replace(diagnosed(served().world()), old_data=("regions of 2020-01-01",))
        text = click.unstyle(console.format_diagnosis(old))
        assert "\nFacts about AWS older than a year: regions of 2020-01-01.\n" in text
        assert "older than a year" not in text_of(served())

    def test_headline_counts_services_by_verdict(self) -> None:
        network = isolated()
        network.service("api")
        network.service("job", launchType="EC2")
        assert text_of(network, quiet=True) == (
            "blocked: 1 cause; of 3 services, 2 cannot start; 1 does not run on Fargate\n"
        )
        network.service("other", launchType="EC2")
        assert text_of(network, quiet=True).endswith("; 2 do not run on Fargate\n")


class TestDiagnosisText:
    def test_console_prints_a_single_line_for_not_applicable_services(self) -> None:
        network = isolated()
        network.service("job", launchType="EC2")
        lines = text_of(network).splitlines()
        assert "  not-applicable  shop  job  launch type EC2: its tasks use the network of their hosts" in lines

    def test_verbose_console_prints_every_hop(self) -> None:
        text = text_of(served(), verbose=True)
        assert "→  security-group  sg-task   kept  all traffic to 0.0.0.0/0" in text
        assert "→  endpoint        vpce-93   kept  available" in text

    def test_verbose_console_lists_the_places_of_resources(self) -> None:
        network = isolated()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        text = text_of(network, verbose=True)
        service = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web"
        width = len(service)
        assert f"\nWritten in\n  {'rtb-main':{width}}  network.json\n  {service}  network.json\n" in text
        assert "Written in" not in text_of(network)

    def test_verbose_console_lists_no_place_without_a_user_resource(self) -> None:
        network = served()
        network.endpoint("vpce-3", "logs")
        assert "Written in" not in text_of(network, verbose=True)

    def test_console_prints_one_cause_for_a_table_without_routes(self) -> None:
        network = isolated()
        regions = list(REGIONS)
        images = [f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/web:1" for region in regions]
        containers = [container(image, name=f"c{number}") for number, image in enumerate(images)]
        network.rows["taskDefinitions"][0]["containerDefinitions"] = containers
        text = text_of(network)
        assert "Blockers: 1 cause\n" in text
        for number, region in enumerate(regions, 3):
            assert re.search(rf"^ +{number} +com\.amazonaws\.{region}\.ecr\.api$", text, re.MULTILINE)

    def test_console_groups_services_that_fail_alike(self) -> None:
        network = isolated()
        for number in range(299):
            network.service(f"svc{number:03}")
        network.service("job", launchType="EC2")
        lines = text_of(network, width=80).splitlines()
        assert lines[0] == "blocked: 1 cause; of 301 services, 300 cannot start; 1 does not run on Fargate"
        assert "300 services fail alike  cluster shop" in lines
        assert "  web, svc000, svc001, svc002, svc003, svc004 and 294 more" in lines
        assert "Blockers: 1 cause" in lines
        assert len(lines) < 45

    def test_console_counts_the_services_of_a_group_by_cluster(self) -> None:
        network = isolated()
        arn = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/other"
        network.service("api", clusterArn=arn)
        assert "2 services fail alike  cluster shop (1), cluster other (1)\n" in text_of(network)

    @pytest.mark.parametrize(
        ("clusters", "shown"),
        [
            (("", ""), "2 services fail alike"),
            (("shop", ""), "2 services fail alike  cluster shop (1), no cluster (1)"),
            (("shop", "shop"), "2 services fail alike  cluster shop"),
        ],
    )
    def test_console_counts_jobs_without_a_cluster_apart(self, clusters: tuple[str, str], shown: str) -> None:
        network = isolated()
        network.service("api")
        (group,) = diagnosed(network.world()).failing_groups
        replace = msgspec.structs.replace
        services = tuple(
            replace(service, launch=replace(service.launch, cluster=cluster))
            for service, cluster in zip(group.services, clusters, strict=True)
        )
        heading = next(describe_group(replace(group, services=services), WIDE, verbose=False, errors=False))
        assert click.unstyle(heading) == shown

    def test_console_puts_failures_of_other_causes_apart(self) -> None:
        network = isolated()
        network.group("sg-mute", outbound=[])
        vpc = network.service("api")["networkConfiguration"]["awsvpcConfiguration"]
        vpc["securityGroups"] = ["sg-mute"]
        assert "fail alike" not in text_of(network)

    def test_console_marks_the_first_failing_step_and_its_causes(self) -> None:
        lines = text_of(isolated()).splitlines()
        assert "     STEP               CALLS                VERDICT  CAUSE" in lines
        assert "> 3  registry-auth      Amazon ECR API       blocked  A" in lines
        assert "  4  manifest           Amazon ECR registry  blocked  A" in lines

    @pytest.mark.parametrize("width", [40, 60, 80])
    @pytest.mark.parametrize("verbose", [False, True])
    def test_console_lines_fit_the_width(self, width: int, *, verbose: bool) -> None:
        network = one_of_everything()
        network.row("Subnets", "subnet-a")["Tags"] = [{"Key": "Name", "Value": "東京の" * 20}]
        text = text_of(network, width=width, verbose=verbose)
        assert [line for line in text.splitlines() if width_of(line) > width] == []

    def test_console_shortens_predicted_errors_in_the_middle(self) -> None:
        long = text_of(isolated(), width=80, verbose=True)
        short = text_of(isolated(), width=80)
        assert " … " in short
        assert " … " not in long
        assert "dial tcp x.x.x.x:443: i/o" in short

    def test_console_ends_with_the_next_command(self) -> None:
        found = diagnosed(isolated().world())
        view = View(commands={"plan": "skerry plan --from x"})
        assert click.unstyle(console.format_diagnosis(found, view=view)).endswith("\n\nNext: skerry plan --from x\n")

    def test_console_limits_a_blocker_to_six_messages(self) -> None:
        network = isolated()
        network.rows["SecurityGroups"][0]["IpPermissionsEgress"] = []
        network.group("sg-mute", outbound=[])
        regions = list(REGIONS)
        values = [f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:db-AbCdEf" for region in regions]
        secrets = [{"name": "A", "valueFrom": value} for value in values]
        network.rows["taskDefinitions"][0]["containerDefinitions"] = [container("nginx", secrets=secrets)]
        vpc = network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]
        vpc["securityGroups"] = ["sg-mute"]
        text = text_of(network)
        assert text.count("no outbound rule of sg-mute allows tcp 443 to the public addresses of Secrets") == 6
        assert " more\n" in text

    def test_errors_option_lists_the_errors_after_each_fix(self) -> None:
        text = text_of(isolated(), errors=True)
        assert "After each fix, ECS will report next:" in text
        assert "manifest: CannotPullContainerError" in text
        assert "After each fix" not in text_of(isolated())

    def test_console_names_the_call_that_supplies_a_missing_fact(self) -> None:
        network = isolated()
        network.forget("RouteTables")
        text = text_of(network)
        assert "  ? the route table of subnet subnet-a  registry-auth, manifest, layers\n" in text
        assert "    supply the answer of ec2:DescribeRouteTables\n" in text

    def test_console_compares_stopped_reasons_with_the_prediction(self) -> None:
        network = isolated()
        network.task("1f", group="service:web", lastStatus="STOPPED", stoppedReason="another reason")
        text = text_of(network)
        assert "ECS printed:\n  1 task: another reason\n" in text
        predicted = diagnosed(network.world()).services[0].predictions[0].text
        network.rows["tasks"][0]["stoppedReason"] = predicted
        assert "  1 task: just the predicted error\n" in text_of(network)

    def test_console_prints_the_rollout_state_reason(self) -> None:
        network = isolated()
        reason = "ECS deployment circuit breaker: tasks failed to start."
        network.rows["services"][0]["deployments"] = [{"rolloutState": "FAILED", "rolloutStateReason": reason}]
        assert f"ECS says of the service:\n  {reason}\n" in text_of(network)

    def test_console_prints_the_assumed_latest_revision(self) -> None:
        network = isolated(taskDefinition="web")
        lines = text_of(network).splitlines()
        assert "latest" in lines[lines.index("") + 2]

    def test_console_names_the_mounted_file_system(self) -> None:
        network = isolated()
        arn = "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0f"
        network.rows["taskDefinitions"][0]["volumes"] = [
            {"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": arn}}
        ]
        (line,) = [line for line in text_of(network).splitlines() if " volumes  " in line]
        assert "fs-0f" in line

    def test_console_says_if_the_error_wording_is_unknown(self) -> None:
        assert "(its wording is not known)" in text_of(isolated(platformVersion="1.3.0"))

    def test_console_says_if_another_error_may_come_first(self) -> None:
        assert "failing at or before registry-auth" in text_of(isolated(platformVersion="9.9.9"))

    def test_console_lists_check_findings_and_unexamined_areas(self) -> None:
        network = isolated()
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        text = text_of(network)
        assert "  warning  service-default-group: service web names no security group" in text
        assert text.splitlines()[-1] == "Not examined: 10 kinds of answers that were not given."
        assert text_of(network, verbose=True).splitlines()[-1].startswith("Not examined: identity and resource pol")

    def test_console_lists_inferred_facts(self) -> None:
        text = text_of(one_of_everything())
        assert "\nInferred, not documented\n" in text
        assert "bucket settings taken to be in eu-west-1  env-files" in text

    def test_console_lines_have_no_trailing_space(self) -> None:
        text = text_of(one_of_everything(), verbose=True)
        assert [line for line in text.splitlines() if line != line.rstrip()] == []


class TestTraces:
    def answer(self, network: Network, to: str, *, quiet: bool = False, verbose: bool = False) -> str:
        question = TraceRequest(to, 443, subnet="subnet-a", groups=("sg-task",))
        world = network.world()
        found = diagnose_trace(world, ask(Walker(world), question))
        return click.unstyle(paths.format_trace(found, view=View(quiet=quiet, verbose=verbose)))

    def test_trace_text_matches_the_snapshot(self, snapshot: SnapshotAssertion) -> None:
        network = served()
        network.endpoint("vpce-3", "logs", PrivateDnsEnabled=False, group="sg-default")
        assert self.answer(network, "logs") == snapshot

    @pytest.mark.parametrize(
        ("to", "first"),
        [
            ("ecr.api", "ok: packets reach vpce-1 at 10.0.1.10, and replies come back\n"),
            ("8.8.8.8", "blocked: no packet reaches 8.8.8.8 and comes back\n"),
            ("10.0.2.9", "unknown: whether packets reach 10.0.2.9 cannot be told\n"),
        ],
    )
    def test_trace_headline_states_the_verdict(self, to: str, first: str) -> None:
        assert self.answer(served(), to, quiet=True) == first

    def test_trace_headline_reports_unresolved_names(self) -> None:
        network = served()
        network.attribute("EnableDnsSupport", value=False)
        assert self.answer(network, "example.com", quiet=True) == "blocked: the name leads nowhere\n"
        network.attribute("EnableDnsSupport", value=True)
        network.forget("DhcpOptions")
        assert self.answer(network, "example.com", quiet=True) == "unknown: where the name leads cannot be told\n"

    def test_trace_headline_is_intermittent_if_some_packets_pass(self) -> None:
        network = served()
        network.endpoint("vpce-3", "logs", ["subnet-b"])
        network.acl("acl-some", both_ways(entry(100, ports=(443, 50_000), protocol="6")), ["subnet-a"])
        assert (
            self.answer(network, "logs", quiet=True) == "intermittent: some packets get there and back, others do not\n"
        )

    def test_trace_labels_the_dns_server(self) -> None:
        network = served()
        network.dhcp("10.9.0.2")
        assert "subnet-a → 10.9.0.2 (the DNS server)" in self.answer(network, "logs")

    def test_verbose_trace_lists_the_places_of_resources(self) -> None:
        assert self.answer(isolated(), "logs", verbose=True).endswith("\nWritten in\n  rtb-main  network.json\n")

    def test_verbose_trace_prints_destination_addresses(self) -> None:
        assert "    for 10.0.1.10\n" in self.answer(served(), "ecr.api", verbose=True)


class TestExplanations:
    @each("name", load_codes())
    def test_explanation_of_each_blocker_code_says_what_to_do(self, name: str) -> None:
        text = click.unstyle(console.format_code(load_codes()[name]))
        assert text.startswith(f"{name}: ")
        assert "What to do: " in text

    @each("check", CHECKS, ids=lambda check: check.id)
    def test_explanation_of_each_check_says_what_it_means(self, check: object) -> None:
        text = click.unstyle(console.format_code(check))  # type: ignore[arg-type]
        assert "What it means:" in text
        assert "``" not in text
        assert "Instead:" in text


def test_demo_chapter_prints_title_actions_and_diagnosis() -> None:
    found = diagnosed(isolated().world())
    text = click.unstyle(console.format_chapter(2, "A title", ["made \x1b[31mthis"], found))
    assert text.startswith("2. A title\n\n   made \\x1b[31mthis\n\nblocked: web cannot start, 1 cause\n")
    assert "After each fix, ECS will report next:" in text
