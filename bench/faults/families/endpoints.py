"""Endpoints that are not there, or not where they are needed."""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import ENDPOINTS, Sound
from tests.networks import ACCOUNT, REGION

_FAMILY = "endpoints"


def service_name(service: str) -> str:
    """The endpoint service of a service."""
    return f"com.amazonaws.{REGION}.{service}"


def missing(*endpoints: str) -> Fault:
    """Take endpoints away."""

    def change(network: Sound) -> None:
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] not in endpoints
        ]
        network.rows["NetworkInterfaces"] = [
            row
            for row in network.rows["NetworkInterfaces"]
            if not row["NetworkInterfaceId"].startswith(
                tuple(f"eni-{name.removeprefix('vpce-')}" for name in endpoints)
            )
        ]

    services = [ENDPOINTS[name] for name in endpoints]
    blockers = tuple((service_name(service), "rtb-task") for service in services)
    return Fault(f"there is no endpoint for {', '.join(services)}", change, blockers, ("sg-task",))


def in_state(endpoint: str, state: str) -> Fault:
    """Put an endpoint into a state in which it does not work."""

    def change(network: Sound) -> None:
        network.row("VpcEndpoints", endpoint)["State"] = state

    says = f"the endpoint for {ENDPOINTS[endpoint]} is {state}"
    return Fault(says, change, ((endpoint,),), ("rtb-task", "sg-task"))


def of_service(endpoint: str, name: str, says: str) -> Fault:
    """Let an endpoint be for another service than the one that is needed."""

    def change(network: Sound) -> None:
        network.row("VpcEndpoints", endpoint)["ServiceName"] = name

    wanted = ENDPOINTS[endpoint]
    blockers = ((service_name(wanted), endpoint, "rtb-task"),)
    return Fault(f"the endpoint for {wanted} is {says}", change, blockers, ("sg-task",))


def in_another_vpc(*endpoints: str) -> Fault:
    """Move endpoints to a VPC that nothing joins to the tasks'."""

    def change(network: Sound) -> None:
        if "vpc-2" not in {row["VpcId"] for row in network.rows["Vpcs"]}:
            network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
            network.add(
                "VpcAttributes", VpcId="vpc-2", EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True}
            )
            network.subnet("subnet-e", "10.2.1.0/24", "eu-west-1a", vpc="vpc-2")
        for name in endpoints:
            row = network.row("VpcEndpoints", name)
            row |= {"VpcId": "vpc-2", "SubnetIds": ["subnet-e"], "NetworkInterfaceIds": row["NetworkInterfaceIds"][:1]}
            for number, interface in enumerate(row["NetworkInterfaceIds"]):
                at = {"VpcId": "vpc-2", "SubnetId": "subnet-e", "PrivateIpAddress": f"10.2.1.{10 + number}"}
                network.row("NetworkInterfaces", interface).update(at)

    blockers = tuple((service_name(ENDPOINTS[name]), name, "rtb-task") for name in endpoints)
    services = ", ".join(ENDPOINTS[name] for name in endpoints)
    return Fault(f"the endpoints for {services} are in another VPC", change, blockers, ("sg-task",))


CASES: list[Case] = [
    *(
        case
        for endpoint, service in ENDPOINTS.items()
        for case in on("two zones, endpoints apart", missing(endpoint), _FAMILY, f"missing-{service}")
    ),
    *on("two zones, one zone", missing(*ENDPOINTS), _FAMILY, "missing-all"),
    *on("one zone", missing("vpce-a0", "vpce-10"), _FAMILY, "missing-two"),
    *on("two zones", missing("vpce-10", "vpce-5e"), _FAMILY, "missing-logs-and-secretsmanager"),
    *on("two zones, endpoints apart", in_state("vpce-a0", "failed"), _FAMILY, "failed-ecr.api"),
    *on("one zone, private zones", in_state("vpce-10", "failed"), _FAMILY, "failed-logs"),
    *on("two zones", in_state("vpce-d0", "rejected"), _FAMILY, "rejected-ecr.dkr"),
    *on("two zones", in_state("vpce-5e", "expired"), _FAMILY, "expired-secretsmanager"),
    *on(
        "two zones, one zone",
        of_service("vpce-d0", "com.amazonaws.us-east-1.ecr.dkr", "one for another Region"),
        _FAMILY,
        "of-another-region",
    ),
    *on("two zones", of_service("vpce-10", service_name("monitoring"), "one for monitoring"), _FAMILY, "of-monitoring"),
    *on("one zone", of_service("vpce-5e", service_name("ssm"), "one for ssm"), _FAMILY, "of-ssm"),
    *on("two zones", in_another_vpc("vpce-10"), _FAMILY, "one-in-another-vpc"),
    *on("one zone", in_another_vpc(*ENDPOINTS), _FAMILY, "all-in-another-vpc"),
]
