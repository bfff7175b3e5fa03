"""The template of private hosted zones leads spokes to the endpoints of another VPC."""

import pytest

from tests.cloudformation.stacks import ENDPOINT, SWITCHES, central, endpoints

ENTRY = "Z38GZ743OKFT7T:vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com"


def test_central_endpoints_have_private_dns_off() -> None:
    stack = endpoints(Central="true", OtherServices="sqs")

    assert {row.get("PrivateDnsEnabled") for row in stack.of(ENDPOINT).values()} == {False, None}


def test_central_zones_have_apex_wildcard_and_spoke_vpcs() -> None:
    stack = central(SpokeVpcIds="vpc-0b,vpc-0c", EcrDkrDnsEntry=ENTRY)

    assert set(stack.resources) == {"EcrDkrZone", "EcrDkrRecords"}
    assert [vpc["VPCId"] for vpc in stack.resources["EcrDkrZone"]["VPCs"]] == ["vpc-1", "vpc-0b", "vpc-0c"]
    assert stack.resources["EcrDkrZone"]["HostedZoneTags"] == [{"Key": "Name", "Value": "endpoints-ecr.dkr"}]
    records = stack.resources["EcrDkrRecords"]["RecordSets"]
    assert [row["Name"] for row in records] == ["dkr.ecr.eu-west-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com"]
    assert {(row["AliasTarget"]["HostedZoneId"], row["AliasTarget"]["DNSName"]) for row in records} == {
        ("Z38GZ743OKFT7T", "vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com")
    }


@pytest.mark.parametrize(
    ("service", "host"),
    [("EcrApi", "api.ecr"), ("EcrDkr", "dkr.ecr")]
    + [(name, SWITCHES[name]) for name in ("Logs", "SecretsManager", "Ssm", "SsmMessages", "Kms")],
)
def test_output_of_the_endpoints_makes_the_zone_of_its_service_alone(service: str, host: str) -> None:
    made = endpoints(**dict.fromkeys(SWITCHES, "true"), Central="true").outputs[f"{service}DnsEntry"]
    stack = central(**{f"{service}DnsEntry": made})

    assert {row["Name"] for row in stack.of("AWS::Route53::HostedZone").values()} == {f"{host}.eu-west-1.amazonaws.com"}
    assert set(stack.outputs) == {f"{service}ZoneId"}


@pytest.mark.parametrize("count", [0, 20])
def test_central_zones_are_associated_with_up_to_twenty_spokes(count: int) -> None:
    spokes = [f"vpc-0{number}" for number in range(count)]
    stack = central(SpokeVpcIds=",".join(spokes), LogsDnsEntry=ENTRY)

    assert [vpc["VPCId"] for vpc in stack.resources["LogsZone"]["VPCs"]] == ["vpc-1", *spokes]


def test_central_zones_refuse_a_spoke_without_a_place_and_a_stack_of_nothing() -> None:
    with pytest.raises(AssertionError, match="SpokeVpcIds"):
        central(SpokeVpcIds=",".join(f"vpc-0{number}" for number in range(21)), LogsDnsEntry=ENTRY)
    assert central().refused == ["Give at least one output DnsEntry of endpoints.yaml."]
