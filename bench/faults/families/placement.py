"""What keeps a task from being placed at all. No packet shows that: labels are by documentation."""

from bench.faults.cases import Case, Fault, one
from bench.faults.shapes import Sound

_FAMILY = "placement"
_NETWORKING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
_RETIRED = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-versions-retired.html"
_REGIONS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html"
_LOGS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html"
_GROUPS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html"
_WEB = ("web",)


def no_free_address(*subnets: str) -> Fault:
    """Leave subnets without a free address."""

    def change(network: Sound) -> None:
        for name in subnets:
            network.row("Subnets", name)["AvailableIpAddressCount"] = 0

    says = f"no address is free in {' and '.join(subnets)}"
    return Fault(says, change, tuple((name,) for name in subnets), _WEB)


def platform(version: str) -> Fault:
    """Ask for a platform version that is retired."""

    def change(network: Sound) -> None:
        network.row("services", "web")["platformVersion"] = version

    return Fault(f"platform version {version} is retired", change, ((version, "web"),), (version, *_WEB))


def zone(name: str, zone_id: str, says: str, *subnets: str) -> Fault:
    """Move subnets to a zone in which Fargate does not run."""

    def change(network: Sound) -> None:
        for subnet in subnets:
            network.row("Subnets", subnet).update({"AvailabilityZone": name, "AvailabilityZoneId": zone_id})

    says = f"{' and '.join(subnets)} {'is' if len(subnets) == 1 else 'are'} in a {says}"
    return Fault(says, change, tuple((subnet,) for subnet in subnets), (name, zone_id, *_WEB))


def log_driver(name: str) -> Fault:
    """Ask for a log driver that Fargate does not have."""

    def change(network: Sound) -> None:
        network.containers()["logConfiguration"] = {"logDriver": name, "options": {}}

    return Fault(f"the log driver is {name}", change, ((name, "web"),), (name, *_WEB))


def group_of_another_vpc() -> Fault:
    """Use a security group of another VPC."""

    def change(network: Sound) -> None:
        network.row("SecurityGroups", "sg-task")["VpcId"] = "vpc-9"
        network.call("DescribeSecurityGroupVpcAssociations", {}, {"SecurityGroupVpcAssociations": []})

    return Fault("the tasks' security group is of another VPC", change, (("sg-task",),), _WEB)


def _case(shape: str, name: str, verdict: str, source: str, fault: Fault, **more: str) -> Case:
    return one(shape, _FAMILY, name, (fault,), source=source, verdict=verdict, **more)


CASES: list[Case] = [
    _case("two zones", "no-free-address", "blocked", _NETWORKING, no_free_address("subnet-a", "subnet-b")),
    _case("NAT", "no-free-address", "blocked", _NETWORKING, no_free_address("subnet-a", "subnet-b")),
    _case("one zone", "no-free-address", "blocked", _NETWORKING, no_free_address("subnet-a")),
    _case("two zones", "no-free-address-in-one", "intermittent", _NETWORKING, no_free_address("subnet-b")),
    _case("public", "no-free-address-in-one", "intermittent", _NETWORKING, no_free_address("subnet-a")),
    _case("two zones", "platform-1.3.0", "blocked", _RETIRED, platform("1.3.0")),
    _case("NAT", "platform-1.2.0", "blocked", _RETIRED, platform("1.2.0")),
    _case(
        "two zones",
        "local-zone",
        "intermittent",
        _REGIONS,
        zone("us-west-2-lax-1a", "usw2-lax1-az1", "Local Zone", "subnet-b"),
        region="us-west-2",
    ),
    _case(
        "one zone",
        "local-zone",
        "blocked",
        _REGIONS,
        zone("us-west-2-lax-1a", "usw2-lax1-az1", "Local Zone", "subnet-a"),
        region="us-west-2",
    ),
    _case(
        "one zone",
        "zone-without-fargate",
        "blocked",
        _REGIONS,
        zone("us-west-1b", "usw1-az2", "zone that Fargate does not run in", "subnet-a"),
        region="us-west-1",
    ),
    _case("two zones", "log-driver-syslog", "blocked", _LOGS, log_driver("syslog")),
    _case("NAT", "log-driver-json-file", "blocked", _LOGS, log_driver("json-file")),
    _case("NAT", "group-of-another-vpc", "blocked", _GROUPS, group_of_another_vpc()),
]
