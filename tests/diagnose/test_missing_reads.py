"""Every call that may decide about a launch is named at once, not one after another."""

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import launch_of_service
from skerry.verdicts import OK, UNKNOWN
from tests.networks import Network, container

OF_A_VPC = {
    f"ec2:Describe{name}"
    for name in (
        *("Vpcs", "VpcAttribute", "DhcpOptions", "Subnets", "RouteTables", "SecurityGroups", "NetworkAcls"),
        *("VpcEndpoints", "NetworkInterfaces", "ManagedPrefixLists", "InternetGateways", "NatGateways"),
    )
}


def served() -> Network:
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1", "ecr.api")
    network.endpoint("vpce-2", "ecr.dkr")
    network.definition(container())
    network.service()
    return network


def diagnosis_of(network: Network) -> Diagnosis:
    walker = network.walker()
    return diagnose(walker, [launch_of_service(walker.world, service) for service in walker.world.facts.services])


def test_service_alone_names_every_call_in_one_round() -> None:
    network = served()
    services = network.rows["services"]
    network.rows = {"services": services}
    found = diagnosis_of(network)
    assert found.verdict is UNKNOWN
    assert set(found.missing_reads) == OF_A_VPC | {"ecs:DescribeTaskDefinition"}


def test_kinds_that_were_read_are_not_named_again() -> None:
    network = served()
    network.forget("RouteTables")
    assert diagnosis_of(network).missing_reads == ("ec2:DescribeRouteTables",)


def test_diagnosis_without_missing_facts_names_no_call() -> None:
    found = diagnosis_of(served())
    assert (found.verdict, found.missing_reads) == (OK, ())


def test_refused_calls_are_named_only_where_a_fact_is_missing_for_them() -> None:
    network = served()
    network.rows = {"services": network.rows["services"]}
    call = {"operation": "ec2:DescribeNatGateways", "parameters": {}}
    network.add("Calls", Call=call, Error={"Code": "UnauthorizedOperation", "Message": "no"})
    assert "ec2:DescribeNatGateways" not in diagnosis_of(network).missing_reads
