"""What is read in error texts."""

import pytest

from skerry.errortext.address_kinds import address_kind_of
from skerry.errortext.evidence import read_evidence


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.0.1.10", "private"),
        ("172.31.255.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.3.4", "private"),
        ("fd00::1", "private"),
        ("172.32.0.1", "unlisted"),
        ("20.10.1.141", "unlisted"),
        ("2a02:1::1", "unlisted"),
        ("44.213.79.104", "public"),
        ("203.0.113.10", "public"),
        ("2600:1f18::1", "public"),
        ("52.216.63.90", "s3"),
        ("52.217.233.242", "s3"),
        ("16.15.180.104", "s3"),
        ("127.0.0.1", "local"),
        ("::1", "local"),
        ("localhost", "local"),
        ("169.254.169.254", "imds"),
        ("169.254.170.2", "link-local"),
        ("999.1.1.1", "other"),
    ],
)
def test_address_kind_follows_ranges_and_scope(address: str, kind: str) -> None:
    assert address_kind_of(address) == kind


def test_address_kind_is_private_inside_blocks_of_the_vpc() -> None:
    assert address_kind_of("20.10.1.141", ("20.10.0.0/16",)) == "private"
    assert address_kind_of("20.11.1.141", ("20.10.0.0/16",)) == "unlisted"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('Post "https://api.ecr.eu-west-1.amazonaws.com/": EOF', "host", "api.ecr.eu-west-1.amazonaws.com"),
        ("Get https://user:pass@registry.example.com:5000/v2/", "host", "registry.example.com"),
        ("dial tcp: lookup logs.cn-north-1.amazonaws.com.cn on 10.0.0.2:53: no such host", "region", "cn-north-1"),
        ("lookup ssm.us-gov-west-1.amazonaws.com: i/o timeout", "host", "ssm.us-gov-west-1.amazonaws.com"),
        ("See https://docs.aws.amazon.com/x about sqs.eu-west-1.amazonaws.com", "host", "sqs.eu-west-1.amazonaws.com"),
        ("dial tcp 10.0.1.10:443: i/o timeout", "address", "10.0.1.10"),
        ("dial tcp [fd00::1]:443: i/o timeout", "address", "fd00::1"),
        ("read udp 10.10.0.241:33113->10.10.0.2:53: i/o timeout", "port", "53"),
        ("connect ETIMEDOUT 52.94.1.2:443", "address", "52.94.1.2"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:1: not found", "repository", "team/app"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:1: not found", "account", "111122223333"),
        ("failed to resolve ref docker.io/library/nginx:1: boom", "image", "docker.io/library/nginx:1"),
        ("fetch arn:aws-cn:ssm:cn-north-1:1:parameter/p failed", "arn", "arn:aws-cn:ssm:cn-north-1:1:parameter/p"),
        ("https response error StatusCode: 400, RequestID: x", "status", "400"),
        ("unexpected status from HEAD request to https://a.example/v2/b: 403 Forbidden", "status", "403"),
        ("unexpected status code [manifests 6981141]: 403 Forbidden", "status", "403"),
        ("API error (404): repository not found", "status", "404"),
        ("pulling failed: 429 Too Many Requests", "status", "429"),
        ("service call has been retried 3 time(s)", "retries", 3),
        ("exceeded maximum number of attempts, 3, x", "retries", 3),
        ("not authorized to perform: ecr:GetAuthorizationToken on", "action", "ecr:GetAuthorizationToken"),
        ("because no VPC endpoint policy allows the s3:GetObject action", "action", "s3:GetObject"),
        ("when calling the ExecuteCommand operation", "operation", "ExecuteCommand"),
        ("operation error Secrets Manager: GetSecretValue, https", "operation", "GetSecretValue"),
        ("in subnet 'subnet-0123456789abcdef0'", "subnet", "subnet-0123456789abcdef0"),
        ("fs-0123456789abcdef0.efs.us-east-1.amazonaws.com", "file_system", "fs-0123456789abcdef0"),
        ('Failed to resolve "fs-1234.efs.us-east-1.amazonaws.com"', "host", "fs-1234.efs.us-east-1.amazonaws.com"),
        ("arn:aws:logs:us-east-1:111122223333:log-group:my-group:log-stream:x", "log_group", "my-group"),
        ("User: arn:aws:sts::1:assumed-role/role/t is", "principal", "arn:aws:sts::1:assumed-role/role/t"),
        ("User: arn:aws:iam::1:user/me is not authorized to perform: a:B on resource: arn:aws:iam::1:role/r because",
         "resource", "arn:aws:iam::1:role/r"),
        ("User: arn:aws:iam::1:user/me is not authorized to perform: a:B on resource: arn:aws:iam::1:role/r because",
         "arn", "arn:aws:iam::1:role/r"),
        ("'arn:aws:iam::1:role/sfn' is not authorized to create managed-rule", "principal", "arn:aws:iam::1:role/sfn"),
        ("Unauthorized to perform ecs:Poll for arn", "action", "ecs:Poll"),
        ("Connection refused: localhost/127.0.0.1:4317", "address", "127.0.0.1"),
        ("Error: connect ECONNREFUSED ::1:5432", "address", "::1"),
        ("failed to reach http://localhost:8080/health", "port", "8080"),
        ("Get http://169.254.169.254/latest/meta-data/: timeout", "kind", "imds"),
        ("nothing", "host", None),
    ],
)  # fmt: skip
def test_evidence_field_is_read_from_error_text(text: str, name: str, value: object) -> None:
    assert getattr(read_evidence(text), name) == value


@pytest.mark.parametrize(
    "suffix",
    [
        *("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk"),
        *("csp.hci.ic.gov", "api.aws", "on.aws", "api.amazonwebservices.com.cn", "on.amazonwebservices.com.cn"),
    ],
)
def test_evidence_host_of_any_partition_is_read_without_scheme(suffix: str) -> None:
    assert read_evidence(f"no answer of logs.somewhere.{suffix} so far").host == f"logs.somewhere.{suffix}"


def test_evidence_address_broken_across_lines_is_joined() -> None:
    found = read_evidence("Post https://api.ecr.us-ea\nst-1.amazonaws.com/: dial tcp 52.46.14\n5.142:443: i/o timeout")
    assert (found.address, found.kind, found.port) == ("52.46.145.142", "public", "443")


def test_evidence_host_broken_across_lines_is_joined() -> None:
    found = read_evidence(
        "Post https://api.ecr.us-east-1.amazon\n    aws.com/: dial tcp 52.46.14\n    5.142:443: i/o timeout"
    )
    assert (found.host, found.address) == ("api.ecr.us-east-1.amazonaws.com", "52.46.145.142")


def test_evidence_host_at_line_end_is_not_joined_with_next_line() -> None:
    assert read_evidence("Head https://quay.io\nv2 failed").host == "quay.io"


def test_evidence_words_contain_only_read_fields() -> None:
    shown = read_evidence("retried 3 time(s): dial tcp 10.0.0.1:443").as_words()
    assert shown == {"address": "10.0.0.1", "port": "443", "retries": "3", "address_kind": "private"}
    assert read_evidence("nothing").as_words() == {}
