"""Error texts explained."""

import itertools
import re
from typing import get_args

import pytest

from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.error_messages import RefusalWording, Wording, _refusals, load_wordings
from skerry.catalogue.error_texts import ErrorTextRule, load_error_rules, load_spots
from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import load_services
from skerry.errortext.explain import Explanation, explain
from skerry.errortext.normalize import squeeze
from skerry.launch.needs import Step
from tests.explaining import labelled
from tests.tables import each

ARTICLE = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable "
    "to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused "
    "by: Post https://api.ecr.us-east-1.amazonaws.com/: dial tcp 52.46.145.142:443: i/o timeout"
)
LABELLED = ("corpus", "held_out", "second", "third", "fourth", "fifth", "sixth")
REGIONS = ("eu-west-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5", "eusc-de-east-1", "us-iso-east-1")
DENIED = "User: arn:aws:sts::111122223333:assumed-role/r/task is not authorized to perform: {action} on resource: x "
KINDS = {
    "because no identity-based policy allows the {action} action": "permission",
    "with an explicit deny in an identity-based policy": "permission",
    "because no permissions boundary allows the {action} action": "permission",
    "with an explicit deny in a service control policy": "permission",
    "because no resource control policy allows the {action} action": "permission",
    "because no resource-based policy allows the {action} action": "permission",
    "because no session policy allows the {action} action": "permission",
    "because no VPC endpoint policy allows the {action} action": "endpoint_policy",
    "with an explicit deny in a VPC endpoint policy": "endpoint_policy",
}
# An action of each step that a refusal may be of.
ACTIONS = {
    "secrets": "secretsmanager:GetSecretValue",
    "registry-auth": "ecr:GetAuthorizationToken",
    "logs": "logs:CreateLogStream",
    "manifest": "ecr:BatchGetImage",
}


def only(text: str) -> Explanation:
    (one,) = explain(text)
    return one


def pull(address: str) -> str:
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    return f"CannotPullContainerError: failed to do request: Get {image}: dial tcp {address}:443: i/o timeout"


class TestErrorTextRules:
    @each("rule", load_error_rules(), ids=lambda rule: rule.id)
    def test_error_text_rule_has_valid_steps_and_all_sentences(self, rule: ErrorTextRule) -> None:
        assert {*rule.steps, *filter(None, [rule.step])} <= set(get_args(Step))
        assert rule.cause.endswith(".")
        assert rule.not_proven.endswith(".")
        assert rule.next.endswith(".")
        assert rule.fix
        assert rule.some or rule.every or rule.when

    @each("spot", load_spots().spots, ids=lambda spot: spot.id)
    def test_error_text_spot_has_valid_step_and_service(self, spot: object) -> None:
        assert spot.step in get_args(Step)  # type: ignore[attr-defined]
        assert spot.service in {None, *load_services()}  # type: ignore[attr-defined]

    @pytest.mark.parametrize("weak", [False, True])
    def test_error_text_spots_share_no_word(self, *, weak: bool) -> None:
        words = [squeeze(word) for spot in load_spots().spots if spot.weak is weak for word in spot.words]
        assert sorted(words) == sorted(set(words))

    def test_error_text_actions_refer_to_existing_spots(self) -> None:
        assert set(load_spots().actions.values()) <= {spot.id for spot in load_spots().spots}


@pytest.mark.parametrize(
    ("failed", "rule"),
    [
        ("bind: address already in use", "port-taken"),
        ("bind: permission denied", "cut-start"),
    ],
)
def test_port_taken_rule_requires_address_in_use(failed: str, rule: str) -> None:
    assert only(f"CannotStartContainerError: Error response from daemon: listen tcp 0.0.0.0:80: {failed}").rule == rule


class TestDialledAddresses:
    def test_public_dialled_address_means_no_endpoint_is_used(self) -> None:
        one = only(ARTICLE)
        assert (one.step, one.kind, one.confidence, one.rule) == ("registry-auth", "network", "high", "public-timeout")
        assert "com.amazonaws.us-east-1.ecr.api" in one.fix
        assert "public address" in one.cause

    def test_private_dialled_address_means_dns_and_endpoint_work(self) -> None:
        one = only(ARTICLE.replace("52.46.145.142", "10.0.1.10"))
        assert (one.step, one.kind, one.rule) == ("registry-auth", "network", "private-timeout")
        assert "DNS and the endpoint are there" in one.cause
        assert "security group" in one.fix

    @pytest.mark.parametrize("address", ["52.216.63.90", "52.219.41.3", "3.5.1.2", "16.15.180.104", "16.182.0.9"])
    def test_s3_dialled_address_means_layers_step(self, address: str) -> None:
        one = only(pull(address))
        assert (one.step, one.kind, one.rule) == ("layers", "network", "layers-s3")
        assert "com.amazonaws.eu-west-1.s3" in one.fix

    def test_public_dialled_address_of_pull_means_manifest_step(self) -> None:
        assert only(pull("44.213.79.104")).step == "manifest"

    def test_masked_dialled_address_leaves_the_cause_open(self) -> None:
        one = only(ARTICLE.replace("52.46.145.142", "x.x.x.x"))
        assert (one.step, one.kind, one.rule) == ("registry-auth", "network", "unanswered")

    def test_dialled_address_of_quay_suggests_no_endpoint(self) -> None:
        head = 'CannotPullContainerError: failed to do request: Head "https://quay.io/v2/a/manifests/1": dial tcp '
        public, private = only(f"{head}3.210.148.47:443: i/o timeout"), only(f"{head}10.0.0.9:443: i/o timeout")
        assert (public.rule, private.rule) == ("public-registry", "private-other")
        assert "endpoint" not in public.fix

    def test_dialled_address_of_application_means_runtime_step(self) -> None:
        one = only("dial tcp 10.0.5.6:5432: i/o timeout")
        assert (one.step, one.rule) == ("runtime", "private-runtime")


def wanted(row: Wording) -> str:
    return "capacity" if row.step == "network-interface" else "network"


@each("region", REGIONS)
@each("row", load_wordings().errors, ids=lambda row: f"{row.step}-{row.service}")
def test_predicted_failure_texts_are_explained_with_their_step(row: Wording, region: str) -> None:
    partition = partition_of(region)
    assert partition
    service = load_services()[row.service or "ecr.dkr"]
    registry = f"111122223333.dkr.ecr.{region}.{partition.suffix}"
    for way, address in itertools.product(load_wordings().dial, ("x.x.x.x", "10.0.1.10", "52.46.145.142")):
        host = registry if row.service is None else partition.fill(service.host, region)
        words = {"host": host, "address": address, "port": "443", "subnet": "subnet-0a", "image": f"{registry}/web:1.0"}
        words |= {
            "repository": "web",
            "tag": "1.0",
            "subject": f"arn:{partition.name}:secretsmanager:{region}:1:secret:x",
        }
        words |= {name: getattr(load_wordings(), name)[way].format_map(words) for name in ("dial", "mount")}
        one = only(row.text.format_map(words))
        assert (one.step, one.kind, one.confidence) == (row.step, wanted(row), "high")


@each("row", _refusals(), ids=lambda row: f"{row.step}-{row.service}-{'-'.join(row.codes)}")
def test_predicted_refusal_texts_are_explained_with_their_step(row: RefusalWording) -> None:
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.0"
    words = {"subject": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", "image": image, "repository": "web"}
    words |= {"host": image.partition("/")[0], "tag": "1.0", "resource": "arn:aws:iam::111122223333:role/r"}
    if row.codes:
        one = only(row.text.format_map(words | {"words": image}))
        assert (one.step, one.kind) == (row.step, load_codes()[row.codes[0]].kind)
        return
    for because, kind in KINDS.items():
        denied = (DENIED + because).format(action=ACTIONS.get(row.step, "s3:GetObject"))
        one = only(row.text.format_map(words | {"words": denied}))
        assert (one.step, one.kind) == (row.step, kind if "{words}" in row.text else "permission")


class TestSeveralErrors:
    def test_several_errors_are_listed_by_confidence(self) -> None:
        cut = "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy"
        log = f"2026-01-01T00:00:00Z hello\n2026-01-01T00:00:01Z {cut}\n2026-01-01T00:00:02Z {ARTICLE}"
        assert [one.rule for one in explain(log)] == ["public-timeout", "cut-layers"]

    def test_errors_with_the_same_cause_are_counted(self) -> None:
        again = ARTICLE.replace("52.46.145.142", "52.46.145.143")
        assert only(f"{ARTICLE}\n\n{again}").count == 2

    def test_vague_error_is_omitted_next_to_precise_error(self) -> None:
        vague = "ResourceInitializationError: unable to pull secrets or registry auth"
        assert [one.rule for one in explain(f"{vague}\n\n{ARTICLE}")] == ["public-timeout"]

    def test_error_without_host_is_counted_with_error_naming_host(self) -> None:
        named = "2017-12-16T05:31:11Z [ERROR] Error connecting to ACS: unable to dial ecs-a-2.us-east-1.amazonaws.com: "
        dial = "dial tcp 54.239.19.128:443: i/o timeout"
        (one,) = explain(f"2017-12-16T05:31:10Z [WARN] websocket client: {dial}\n{named}{dial}")
        assert (one.count, one.step, one.evidence.host) == (2, "placement", "ecs-a-2.us-east-1.amazonaws.com")

    def test_error_with_only_an_address_is_omitted_if_other_line_explains_it(self) -> None:
        dial = "dial tcp 54.239.19.128:443: i/o timeout"
        named = f"2017-12-16T05:31:11Z Error connecting to ACS: {dial}"
        assert [one.step for one in explain(f"2017-12-16T05:31:10Z warning: {dial}\n{named}")] == ["placement"]


class TestFailedSteps:
    def test_failed_step_follows_denied_action(self) -> None:
        one = only("User: x is not authorized to perform: ecr:BatchCheckLayerAvailability because of something")
        assert one.step == "manifest"

    def test_failed_step_follows_host(self) -> None:
        one = only("request to https://sqs.eu-west-1.amazonaws.com/ : connection reset by peer")
        assert (one.step, one.service) == ("runtime", None)
        assert only("https://ssmmessages.eu-west-1.amazonaws.com: i/o timeout").step == "exec"

    def test_failed_step_of_execute_command_is_exec_and_of_put_object_runtime(self) -> None:
        one = only("AccessDeniedException when calling the ExecuteCommand operation")
        assert one.step == "exec"
        assert only("is not authorized to perform: s3:PutObject").step == "runtime"


@pytest.mark.parametrize("text", ["", " \n", "hello", "2026-01-01 all is well", "a" * 100_000])
def test_text_without_error_has_no_explanation(text: str) -> None:
    assert explain(text) == ()


@each("text", [row.text for name in LABELLED for row in labelled(name)])
def test_explanation_prints_no_placeholder(text: str) -> None:
    for explanation in explain(text):
        for sentence in (explanation.cause, explanation.not_proven, explanation.next, explanation.fix):
            # A poster's own placeholders are repeated with the names around them.
            printed = re.findall(r"[{}]|<[a-z ]+>", sentence.replace(explanation.evidence.message or "{", ""))
            assert [word for word in printed if word not in text] == [], sentence


def test_refusal_without_action_is_worded_without_it() -> None:
    (explanation,) = explain("AccessDeniedException because no identity-based policy allows it")
    assert explanation.cause.startswith("No policy of the role allows the request, or one denies it.")


@pytest.mark.parametrize(
    "text",
    [
        "(service web) has reached a steady state.",
        "(service web) has started 1 tasks: (task 0123). (service web) registered 1 targets in (target-group x)",
        "(service web) deployment ecs-svc/1 deployment completed.",
        "Waiting for service to reach a steady state",
    ],
)
def test_service_event_of_a_success_has_no_explanation(text: str) -> None:
    assert explain(text) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("There are no capacity providers with a weight value greater than zero", "capacity-provider-setting"),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "own-container"),
        ("connecting to localhost:6379. Connection refused", "own-container"),
        ("Get http://169.254.169.254/latest/meta-data: dial tcp 169.254.169.254:80: i/o timeout", "imds"),
        ('Get "http://169.254.170.2/v2/credentials/x": dial tcp 169.254.170.2:80: i/o timeout', "task-credentials"),
        ("Post https://api.ecr.eu-west-1.amazonaws.com/: net/http: TLS handshake timeout", "cut-connection"),
        ('Connect timeout on endpoint URL: "https://sts.amazonaws.com/"', "global-name"),
        ('Connect timeout on endpoint URL: "https://us-west-1.queue.amazonaws.com/"', "global-name"),
        ("closest matching container-instance 1 encountered error RESOURCE:ENI", "instance-interfaces"),
        ("An error occurred (OddException) when calling the RunTask operation: It is odd.", "aws-error"),
        ('failures: [{"reason": "MISSING"}]', "run-task-missing"),
    ],
)
def test_error_text_is_explained_by_rule(text: str, rule: str) -> None:
    assert only(text).rule == rule


def test_aws_error_without_a_rule_repeats_its_message() -> None:
    explanation = only("An error occurred (OddException) when calling the RunTask operation: It is odd.")
    assert explanation.cause == "AWS answered and refuses RunTask: It is odd."
    assert (explanation.kind, explanation.confidence) == ("configuration", "low")


def test_refusal_names_principal_action_and_resource() -> None:
    explanation = only(
        "User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: iam:PassRole on resource: "
        "arn:aws:iam::111122223333:role/exec because no identity-based policy allows the iam:PassRole action"
    )
    assert "Allow iam:PassRole on arn:aws:iam::111122223333:role/exec" in explanation.fix
    assert "arn:aws:iam::111122223333:user/deployer" in explanation.fix


def test_address_outside_published_ranges_is_not_called_public() -> None:
    explanation = only(ARTICLE.replace("52.46.145.142", "20.10.1.141"))
    assert (explanation.rule, explanation.confidence) == ("unlisted-timeout", "medium")


def test_address_inside_the_vpc_is_private_whatever_its_range() -> None:
    (explanation,) = explain(ARTICLE.replace("52.46.145.142", "20.10.1.141"), ("20.10.0.0/16",))
    assert explanation.rule == "private-timeout"


def test_explanation_omits_secrets_of_the_text() -> None:
    one = only(ARTICLE.replace("amazonaws.com/", "amazonaws.com/?X-Amz-Security-Token=Zm9vYmFyYmF6cXV4"))
    assert "Zm9vYmFy" not in one.text
    assert "Zm9vYmFy" not in str(one.evidence.as_words())


@pytest.mark.parametrize(
    ("context", "rule"),
    [
        ("an explicit deny in a VPC endpoint policy", "endpoint-policy"),
        ("an explicit deny in a VPC endpoint policy transitively through a service control policy", "scp"),
        ("an explicit deny in a sessions policy", "session-policy"),
    ],
)
def test_denying_policy_kind_follows_wording_of_iam(context: str, rule: str) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: ecr:BatchGetImage with "
    assert explain(denied + context)[0].rule == rule
