"""The names of AWS's services, in several Regions and partitions."""

import pytest

from skerry.catalogue.services import (
    ServiceRef,
    endpoint_service_name_of,
    file_system_of,
    is_endpoint_of,
    layer_bucket_of,
    list_endpoint_services,
    load_services,
    matches,
    private_names_of,
    regional_host_of,
    service_by_naming_rule,
    service_of,
    service_of_endpoint,
    service_of_host,
    variant_of,
)
from tests.tables import each

REGIONS = (
    "eu-west-1",
    "us-east-1",
    "ap-southeast-4",
    "il-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-west-1",
    "eusc-de-east-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
)


@each("region", REGIONS)
class TestEveryServiceInEveryRegion:
    def test_service_is_identified_by_its_host(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in load_services()):
            assert service_of_host(regional_host_of(ref) or "") == ref

    def test_service_is_identified_by_its_endpoint_service_name(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in load_services()):
            names = [endpoint_service_name_of(ref, kind) for kind in load_services()[ref.key].types]
            assert [service_of_endpoint(name or "") for name in names] == [ref] * len(names)

    def test_service_private_names_lead_to_the_service(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in load_services()):
            assert {service_of_host(pattern.replace("*", "x")) for pattern in private_names_of(ref)} <= {ref}

    def test_service_private_names_cover_host_if_interface_endpoints_exist(self, region: str) -> None:
        for ref in (ServiceRef(key, region) for key in load_services()):
            has_interfaces = "Interface" in load_services()[ref.key].types
            assert (
                any(matches(pattern, regional_host_of(ref) or "") for pattern in private_names_of(ref))
                == has_interfaces
            ), ref


class TestPartitions:
    @pytest.mark.parametrize("region", ["us-isox-east-1", "eu-west", "", "x-y-1"])
    def test_service_names_are_none_in_unknown_region(self, region: str) -> None:
        ref = ServiceRef("logs", region)
        assert regional_host_of(ref) is None
        assert endpoint_service_name_of(ref) is None
        assert private_names_of(ref) == ()

    @pytest.mark.parametrize(
        ("key", "kind", "name"),
        [
            ("ecr.api", "Interface", "cn.com.amazonaws.cn-north-1.ecr.api"),
            ("s3", "Interface", "cn.com.amazonaws.cn-north-1.s3"),
            ("s3", "Gateway", "com.amazonaws.cn-north-1.s3"),
            ("logs", "Interface", "com.amazonaws.cn-north-1.logs"),
            ("sqs", "Interface", "cn.com.amazonaws.cn-north-1.sqs"),
            ("firehose", "Interface", "com.amazonaws.cn-north-1.kinesis-firehose"),
            ("kinesis", "Interface", "cn.com.amazonaws.cn-north-1.kinesis-streams"),
            ("ecr.dkr", "Interface", "eu.amazonaws.eusc-de-east-1.ecr.dkr"),
            ("logs", "Interface", "com.amazonaws.eusc-de-east-1.logs"),
            ("ecr.api", "Interface", "gov.ic.c2s.us-iso-east-1.ecr.api"),
            ("monitoring", "Interface", "com.amazonaws.us-iso-east-1.monitoring"),
            ("monitoring", "Interface", "gov.ic.c2s.us-iso-west-1.monitoring"),
            ("sqs", "Interface", "gov.sgov.sc2s.us-isob-east-1.sqs"),
            ("sqs", "Interface", "com.amazonaws.us-isob-west-1.sqs"),
            ("ecr.dkr", "Interface", "uk.adc-e.cloud.eu-isoe-west-1.ecr.dkr"),
            ("ecr.dkr", "Interface", "gov.ic.hci.csp.us-isof-east-1.ecr.dkr"),
            ("ecr.dkr", "Interface", "com.amazonaws.us-gov-west-1.ecr.dkr"),
        ],
    )
    def test_endpoint_service_names_follow_the_partition(self, key: str, kind: str, name: str) -> None:
        region = next(part for part in name.split(".") if part.count("-") >= 2)
        ref = ServiceRef(key, region)
        assert endpoint_service_name_of(ref, kind) == name
        assert service_of_endpoint(name) == ref


class TestHosts:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("api.ecr.eu-west-1.amazonaws.com", "ecr.api"),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "ecr.dkr"),
            ("prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com", "s3"),
            ("bucket.with.dots.s3.eu-west-1.amazonaws.com", "s3"),
            ("ssmmessages.eu-west-1.amazonaws.com", "ssmmessages"),
            ("ecs-a.eu-west-1.amazonaws.com", "ecs-agent"),
            ("firehose.eu-west-1.amazonaws.com", "firehose"),
            ("s3express-control.eu-west-1.amazonaws.com", "s3express"),
        ],
    )
    def test_host_name_leads_to_its_service(self, name: str, key: str) -> None:
        assert service_of_host(name) == ServiceRef(key, "eu-west-1")

    @pytest.mark.parametrize(
        "name",
        [
            "logs.eu-west-1.amazonaws.com.evil.example",
            "logs.eu-west-1.amazonaws.example",
            "nothing.eu-west-1.amazonaws.com",
            "evil-logs.eu-west-1.amazonaws.com",
            "x.logs.eu-west-1.amazonaws.com",
            "example.com",
            "",
        ],
    )
    def test_host_name_of_no_service_returns_none(self, name: str) -> None:
        assert service_of_host(name) is None

    @pytest.mark.parametrize("name", ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123", "com.amazonaws.eu-west-1.none", ""])
    def test_unknown_endpoint_service_name_returns_none(self, name: str) -> None:
        assert service_of_endpoint(name) is None


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.s3.example", "a.s3.example", True),
        ("*.s3.example", "a.b.s3.example", True),
        ("*.s3.example", "s3.example", False),
        ("*.s3.example", ".s3.example", False),
        ("*.s3.example", "as3.example", False),
        ("s3.example", "s3.example", True),
        ("s3.example", "a.s3.example", False),
    ],
)
def test_wildcard_pattern_matches_only_subdomains(pattern: str, name: str, fits: bool) -> None:  # noqa: FBT001
    assert matches(pattern, name) == fits


@pytest.mark.parametrize(
    ("name", "file_system"),
    [
        ("fs-0a1b.efs.eu-west-1.amazonaws.com", "fs-0a1b"),
        ("fs-0a1b.efs.cn-north-1.amazonaws.com.cn", "fs-0a1b"),
        ("fs-0a1b.efs.us-iso-east-1.c2s.ic.gov", "fs-0a1b"),
        ("fs-0a1b.efs.eu-west-1.amazonaws.com.cn", None),
        ("fs-0a1b.efs.xx-west-1.amazonaws.com", None),
        ("eu-west-1a.fs-0a1b.efs.eu-west-1.amazonaws.com", None),
        ("fs-0a1b.efs.eu-west-1.amazonaws.com.example", None),
        ("elasticfilesystem.eu-west-1.amazonaws.com", None),
    ],
)
def test_file_system_id_is_read_from_efs_host_name(name: str, file_system: str | None) -> None:
    assert file_system_of(name) == file_system


class TestVariants:
    """FIPS and dual-stack names, which lead to the same service."""

    @pytest.mark.parametrize(
        ("name", "key", "kind"),
        [
            ("ecr-fips.us-east-1.amazonaws.com", "ecr.api", "fips"),
            ("ecr.us-east-1.api.aws", "ecr.api", "dual-stack"),
            ("111122223333.dkr.ecr-fips.us-east-1.amazonaws.com", "ecr.dkr", "fips"),
            ("111122223333.dkr-ecr.us-east-1.on.aws", "ecr.dkr", "dual-stack"),
            ("logs-fips.us-east-1.amazonaws.com", "logs", "fips"),
            ("logs.us-east-1.api.aws", "logs", "dual-stack"),
            ("ssm-fips.us-east-1.amazonaws.com", "ssm", "fips"),
            ("bucket.s3-fips.us-east-1.amazonaws.com", "s3", "fips"),
            ("bucket.s3.dualstack.us-east-1.amazonaws.com", "s3", "dual-stack"),
        ],
    )
    def test_variant_host_name_leads_to_the_service(self, name: str, key: str, kind: str) -> None:
        ref = ServiceRef(key, "us-east-1")
        assert service_of_host(name) == ref
        found = variant_of(ref, name)
        assert found is not None
        assert found.kind == kind

    @pytest.mark.parametrize("key", ["secretsmanager", "kms"])
    def test_fips_name_with_own_endpoint_service_is_a_separate_service(self, key: str) -> None:
        ref = ServiceRef(f"{key}-fips", "us-east-1")
        assert service_of_host(f"{key}-fips.us-east-1.amazonaws.com") == ref
        assert service_of_endpoint(f"com.amazonaws.us-east-1.{key}-fips") == ref
        assert variant_of(ref, f"{key}-fips.us-east-1.amazonaws.com") is None

    def test_standard_host_name_is_no_variant(self) -> None:
        assert variant_of(ServiceRef("logs", "us-east-1"), "logs.us-east-1.amazonaws.com") is None

    def test_dual_stack_registry_name_is_unknown_in_iso_partition(self) -> None:
        assert service_of_host("111122223333.dkr-ecr.us-iso-east-1.on.aws") is None
        assert service_of_host("111122223333.dkr-ecr.us-iso-east-1.None") is None


def test_layer_bucket_is_named_after_the_region() -> None:
    assert layer_bucket_of("eu-west-1") == "prod-eu-west-1-starport-layer-bucket"


def test_service_outside_the_catalogue_is_named_by_the_rule() -> None:
    ref = service_by_naming_rule("com.amazonaws.eu-west-1.bedrock-runtime")
    assert ref == ServiceRef("bedrock-runtime", "eu-west-1", "bedrock-runtime.eu-west-1.amazonaws.com")
    assert regional_host_of(ref) == "bedrock-runtime.eu-west-1.amazonaws.com"
    assert private_names_of(ref) == ("bedrock-runtime.eu-west-1.amazonaws.com",)
    assert service_of(ref).types == ("Interface",)
    assert is_endpoint_of("com.amazonaws.eu-west-1.bedrock-runtime", ref)
    assert not is_endpoint_of("com.amazonaws.eu-west-1.bedrock", ref)


@pytest.mark.parametrize(
    "name",
    [
        "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
        "com.amazonaws.eu-west-1.Not A Code",
        "com.amazonaws.zz-nowhere-1.rds",
        "rds",
    ],
)
def test_naming_rule_is_for_services_of_aws_alone(name: str) -> None:
    assert service_by_naming_rule(name) is None


def test_service_under_another_prefix_keeps_the_name_of_its_endpoint_service() -> None:
    name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"
    ref = ServiceRef("vpce-svc-0a", "eu-west-1", "api.acme.example", endpoint=name)
    assert endpoint_service_name_of(ref) == name
    assert is_endpoint_of(name, ref)
    assert private_names_of(ref) == ("api.acme.example",)


def test_endpoint_services_of_aws_are_listed_by_their_short_names() -> None:
    names = list_endpoint_services()
    assert {"ecr.api", "rds", "bedrock-runtime", "sagemaker.runtime", "s3"} <= names
    listed = {service_of(ServiceRef(key, "eu-west-1")).endpoint for key in load_services()}
    assert listed - names == {"secretsmanager-fips"}
