"""Launches of AWS Batch on Fargate: which job definition meets which compute environment, and their verdicts."""

from typing import Any

import pytest

from skerry.app.diagnosis import diagnose
from skerry.app.selection import Selection
from skerry.errors import UnknownNameError
from skerry.launch.batch_jobs import Submission, batch_launches_of, launches_of_submission
from skerry.launch.launches import Launch
from skerry.launch.needs import Fault
from skerry.model.batch import ResourceRequirement
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN
from tests.batch import CLUSTER, batch_network, environment, job, job_definition, queue, size
from tests.networks import EVERYWHERE, REGION, Network

ON_QUEUE = "job definition job on queue queue"


def launches_of(network: Network, submitted: tuple[str, ...] = ()) -> list[Launch]:
    return list(batch_launches_of(network.world(), submitted))


def launch_of(network: Network) -> Launch:
    (launch,) = launches_of(network)
    return launch


def names_of(network: Network, submitted: tuple[str, ...] = ()) -> list[str]:
    return [launch.name for launch in launches_of(network, submitted)]


def reasons_of(network: Network) -> list[str | None]:
    return [launch.not_applicable for launch in launches_of(network)]


def test_job_launch_follows_definition_and_compute_environment() -> None:
    properties = {
        "networkConfiguration": {"assignPublicIp": "ENABLED"},
        "fargatePlatformConfiguration": {"platformVersion": "1.4.0"},
        "enableExecuteCommand": True,
    }
    launch = launch_of(batch_network((job_definition(properties=properties),)))
    assert (launch.name, launch.definition_name, launch.kind) == (ON_QUEUE, "job:1", "job definition")
    assert (launch.cluster, launch.subnets, launch.groups) == (CLUSTER, ("subnet-a",), ("sg-task",))
    assert (launch.public_address, launch.platform_version, launch.region) == (True, "1.4.0", REGION)
    assert (launch.execute_command, launch.not_applicable, launch.unread) == (True, None, ())


def test_job_gets_no_public_address_by_default() -> None:
    assert launch_of(batch_network()).public_address is False


def test_pair_without_a_job_is_said_to_be_assumed() -> None:
    (note,) = launch_of(batch_network()).notes
    assert note == "its jobs are assumed to go to job queue queue: no job that was read names both"


def test_past_job_pairs_its_definition_with_its_queue_alone() -> None:
    network = batch_network(queues=(queue(), queue("other")), jobs=(job(),))
    (launch,) = launches_of(network)
    assert (launch.name, launch.notes) == (ON_QUEUE, ())
    network.rows["jobs"] = []
    assert names_of(network) == [ON_QUEUE, "job definition job on queue other"]


def test_latest_active_revision_is_launched() -> None:
    rows = (job_definition(revision=3, status="INACTIVE"), job_definition(), job_definition(revision=2))
    assert launch_of(batch_network(rows, jobs=(job(),))).definition_name == "job:2"


def test_submitted_definition_is_not_paired_with_every_queue() -> None:
    assert names_of(batch_network(), ("job",)) == []
    assert names_of(batch_network(jobs=(job(),)), ("job",)) == [ON_QUEUE]


def test_job_of_unread_definition_is_unknown() -> None:
    network = batch_network(jobs=(job(definition="lost:4"), job(2)))
    del network.rows["jobDefinitions"]
    named = {launch.name: launch.definition for launch in launches_of(network)}
    missing = Missing("job definition lost", "batch:DescribeJobDefinitions")
    assert named["job definition lost on queue queue"] == missing
    assert names_of(batch_network(jobs=(job(definition="gone:1"),)), ("job",)) == []


def test_job_on_unread_queue_is_unknown() -> None:
    launch = launch_of(batch_network(queues=(), jobs=(job(),)))
    assert launch.name == "job definition job on job queue queue"
    assert launch.unread == (Missing("job queue queue", "batch:DescribeJobQueues"),)


def test_incomplete_job_pairs_nothing() -> None:
    network = batch_network(jobs=({"jobId": "j-1"},))
    assert launch_of(network).notes != ()


def test_job_on_queue_of_instances_is_left_out() -> None:
    network = batch_network(environments=(environment(type_="EC2"),), jobs=(job(),))
    assert launches_of(network) == []


def test_definition_for_ec2_is_not_applicable() -> None:
    network = batch_network((job_definition(platformCapabilities=["EC2"]),))
    assert reasons_of(network) == ["platformCapabilities EC2: its jobs do not run on Fargate"]


def test_definition_for_ec2_with_a_job_on_fargate_is_refused() -> None:
    network = batch_network((job_definition(platformCapabilities=[]),), jobs=(job(),))
    refusals = launch_of(network).refusals
    assert refusals is not None
    assert [need.code for need in refusals if isinstance(need, Fault)] == ["NOT_COMPATIBLE_WITH_FARGATE"]


def test_definition_without_any_fargate_queue_is_not_applicable() -> None:
    network = batch_network(environments=(environment(type_="SPOT"), environment("e", computeResources=None)))
    assert reasons_of(network) == ["no job queue has a Fargate compute environment"]


def test_without_job_queues_each_fargate_environment_is_assumed() -> None:
    network = batch_network(environments=(environment(), environment("idle", state="DISABLED")))
    del network.rows["jobQueues"]
    first, second = launches_of(network)
    assert first.name == "job definition job in compute environment compute"
    assert first.notes == ("its jobs are assumed to run in every Fargate compute environment: no job queue was read",)
    assert (first.not_applicable, second.not_applicable) == (None, "compute environment idle is DISABLED")


def test_without_queues_and_environments_the_launch_is_unknown() -> None:
    network = batch_network()
    network.forget("jobQueues", "computeEnvironments")
    missing = Missing("the job queues of job definition job", "batch:DescribeJobQueues")
    assert launch_of(network).unread == (missing,)


def test_unread_compute_environment_is_unknown() -> None:
    missing = Missing("compute environment compute", "batch:DescribeComputeEnvironments")
    assert launch_of(batch_network(environments=())).unread == (missing,)
    partly = batch_network(queues=(queue(environments=("compute", "b")),), environments=(environment("b"),))
    launch = launch_of(partly)
    assert (launch.unread, launch.subnets) == ((missing,), ("subnet-a",))


@pytest.mark.parametrize("environments", [(), ("ec2",)])
def test_submission_to_a_queue_without_fargate_is_not_applicable(environments: tuple[str, ...]) -> None:
    network = batch_network(queues=(queue(environments=environments),), environments=(environment("ec2", "EC2"),))
    world = network.world()
    definition, found = world.batch.find_definition("job"), world.batch.find_queue("queue")
    (launch,) = launches_of_submission(world, Submission("x", definition, found))
    assert launch.not_applicable == "job queue queue has no Fargate compute environment"


def test_disabled_queue_is_not_applicable() -> None:
    assert reasons_of(batch_network(queues=(queue(state="DISABLED"),))) == ["job queue queue is DISABLED"]


def test_disabled_environment_is_not_applicable() -> None:
    network = batch_network(environments=(environment(state="DISABLED"),))
    assert reasons_of(network) == ["compute environment compute is DISABLED"]


def test_each_usable_environment_of_a_queue_is_a_launch() -> None:
    environments = (environment("b", subnets=("subnet-b",)), environment("a"), environment("off", state="DISABLED"))
    network = batch_network(queues=(queue(environments=("a", "off", "b")),), environments=environments)
    assert [(launch.name, launch.subnets) for launch in launches_of(network)] == [
        (f"{ON_QUEUE} in a", ("subnet-a",)),
        (f"{ON_QUEUE} in b", ("subnet-b",)),
    ]


@pytest.mark.parametrize("reason", [None, "CLIENT_ERROR"])
def test_invalid_environment_is_a_fault_where_it_is_the_only_one(reason: str | None) -> None:
    invalid = environment(status="INVALID", statusReason=reason)
    refusals = launch_of(batch_network(environments=(invalid,))).refusals
    assert refusals is not None
    (fault,) = refusals
    assert isinstance(fault, Fault)
    text = "compute environment compute is INVALID"
    assert (fault.code, fault.message) == ("COMPUTE_ENVIRONMENT_INVALID", text + (f": {reason}" if reason else ""))
    both = batch_network(queues=(queue(environments=("compute", "b")),), environments=(invalid, environment("b")))
    assert launch_of(both).refusals == ()


def test_overrides_of_a_submission_decide_the_size() -> None:
    world = batch_network().world()
    overrides = (ResourceRequirement("MEMORY", "4000"),)
    submission = Submission("x", world.batch.find_definition("job:1"), world.batch.find_queue("queue"), overrides)
    (launch,) = launches_of_submission(world, submission)
    assert launch.refusals is not None
    assert len(launch.refusals) == 1


def test_definition_without_containers_is_unknown() -> None:
    launch = launch_of(batch_network((job_definition(containerProperties=None),)))
    missing = Missing("the containers of job definition job:1", "batch:DescribeJobDefinitions")
    assert launch.definition == missing


def test_job_definition_with_malformed_arn_is_not_read() -> None:
    facts = batch_network((job_definition(jobDefinitionArn="job:1"),)).world().facts
    assert facts.job_definitions == ()
    assert facts.notes == ("network.json: row 0 of jobDefinitions cannot be read: jobDefinitionArn is no ARN",)


# ------------------------------------------------------------------------------------------------------ verdicts


def reachable(network: Network) -> Network:
    network.serve_s3()
    for name, service in (("vpce-1", "ecr.api"), ("vpce-2", "ecr.dkr"), ("vpce-3", "logs")):
        network.endpoint(name, service)
    return network


def public(network: Network) -> Network:
    network.internet_gateway()
    network.route(EVERYWHERE, GatewayId="igw-1")
    return network


def verdict_of(network: Network) -> Any:
    return diagnose(network.world()).verdict


def failing_steps(world: World) -> set[str]:
    (service,) = diagnose(world).services
    return {row.need.step for row in service.needs if row.verdict is not OK}


def test_job_with_endpoints_for_all_its_calls_can_start() -> None:
    assert verdict_of(reachable(batch_network())) is OK


def test_isolated_job_is_blocked_from_its_first_call_on() -> None:
    assert failing_steps(batch_network().world()) == {"registry-auth", "manifest", "logs", "layers"}


@pytest.mark.parametrize(("assign", "verdict"), [("ENABLED", OK), ("DISABLED", BLOCKED)])
def test_job_in_a_public_subnet_needs_a_public_address(assign: str, verdict: str) -> None:
    properties = {"networkConfiguration": {"assignPublicIp": assign}}
    assert verdict_of(public(batch_network((job_definition(properties=properties),)))) == verdict


def test_job_of_a_size_off_the_list_is_blocked_at_placement() -> None:
    properties = {"resourceRequirements": size("1", "4000")}
    network = reachable(batch_network((job_definition(properties=properties),)))
    assert failing_steps(network.world()) == {"placement"}


def test_default_log_group_is_made_by_batch_and_another_is_not() -> None:
    def network(options: dict[str, str]) -> Network:
        logs = {"logDriver": "awslogs", "options": options}
        made = reachable(batch_network((job_definition(properties={"logConfiguration": logs}),)))
        for name in ("/aws/batch/job", "/own"):
            made.call("logs:DescribeLogGroups", {"logGroupNamePrefix": name}, {"logGroups": []})
        return made

    assert verdict_of(network({})) is OK
    assert failing_steps(network({"awslogs-group": "/own"}).world()) == {"logs"}


def test_unread_queues_make_the_verdict_unknown() -> None:
    network = reachable(batch_network())
    network.forget("jobQueues", "computeEnvironments")
    assert verdict_of(network) is UNKNOWN


def test_only_jobs_on_instances_make_the_verdict_not_applicable() -> None:
    network = batch_network((job_definition(platformCapabilities=["EC2"]),), environments=(environment(type_="EC2"),))
    assert verdict_of(network) is NOT_APPLICABLE


# ------------------------------------------------------------------------------------------------------ selection


def selected(network: Network, definition: str, queue_: str | None = None) -> list[str]:
    services = diagnose(network.world(), Selection(job_definition=definition, job_queue=queue_)).services
    return [f"{service.launch.definition_name}: {service.launch.name}" for service in services]


def test_selected_job_definition_is_diagnosed_on_its_queues() -> None:
    network = batch_network((job_definition(), job_definition("other")), queues=(queue(), queue("b")))
    assert selected(network, "job") == [f"job:1: {ON_QUEUE}", "job:1: job definition job on queue b"]


def test_selected_queue_and_revision_are_not_assumed() -> None:
    network = batch_network((job_definition(), job_definition(revision=2)), jobs=(job(),), queues=(queue(), queue("b")))
    assert selected(network, "job:1", "b") == ["job:1: job definition job on queue b"]


@pytest.mark.parametrize(("definition", "queue_"), [("jib", None), ("job", "quay")])
def test_selected_job_of_an_unknown_name_is_an_error(definition: str, queue_: str | None) -> None:
    with pytest.raises(UnknownNameError):
        selected(batch_network(), definition, queue_)
