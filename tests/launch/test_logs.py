"""Where FireLens sends logs, and what log routers may not do on Fargate."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.launch.logs import needs_of_logs, needs_of_router
from skerry.launch.needs import Call, Fault, Need, Unread
from skerry.model.ecs import FirelensConfiguration, LogConfiguration
from tests.networks import REGION

AMAZON = f"{REGION}.amazonaws.com"


def sent(**options: str) -> Need:
    """The one Need of a container that logs by FireLens; ``_`` stands for a dot, as in ``http_User``."""
    (need,) = needs_of_logs(LogConfiguration("awsfirelens", options), REGION)
    return need


class TestFireLensOutputs:
    @pytest.mark.parametrize(
        ("options", "key", "host", "subject", "action"),
        [
            ({"Name": "cloudwatch", "log_group_name": "/a"}, "logs", f"logs.{AMAZON}", "/a", "logs:PutLogEvents"),
            ({"Name": "cloudwatch_logs", "log_group_name": "/a"}, "logs", f"logs.{AMAZON}", "/a", "logs:PutLogEvents"),
            (
                {"name": "kinesis_firehose", "delivery_stream": "d"},
                "firehose",
                f"firehose.{AMAZON}",
                "d",
                "firehose:PutRecordBatch",
            ),
            ({"Name": "firehose", "delivery_stream": "d"}, "firehose", f"firehose.{AMAZON}", "d", "firehose:"),
            ({"Name": "kinesis_streams", "stream": "s"}, "kinesis", f"kinesis.{AMAZON}", "s", "kinesis:PutRecords"),
            ({"NAME": "S3", "bucket": "b"}, "s3", f"b.s3.{AMAZON}", "b", "s3:PutObject"),
        ],
        ids=str,
    )
    def test_firelens_aws_output_calls_its_service_with_task_role(
        self, options: dict[str, str], key: str, host: str, subject: str, action: str
    ) -> None:
        need = sent(region=REGION, **options)
        assert isinstance(need, Call)
        assert (need.service, need.host, need.subjects) == (ServiceRef(key, REGION), host, (subject,))
        assert any(name.startswith(action) for name in need.actions)
        assert (need.step, need.blocks, need.identity) == ("runtime", "runtime", "task role")

    def test_firelens_output_calls_the_region_of_its_options(self) -> None:
        need = sent(Name="cloudwatch_logs", region="us-east-1")
        assert isinstance(need, Call)
        assert need.host == "logs.us-east-1.amazonaws.com"

    def test_firelens_aws_output_calls_the_endpoint_of_its_options(self) -> None:
        need = sent(Name="cloudwatch_logs", region=REGION, endpoint="http://collector.example:8080")
        assert isinstance(need, Call)
        assert (need.host, need.port, need.place) == ("collector.example", 8080, "internet")
        assert (need.blocks, need.identity) == ("runtime", "task role")

    @pytest.mark.parametrize(
        ("options", "fact"),
        [
            ({"Name": "s3", "bucket": "b"}, "the Region of FireLens's output s3"),
            ({"Name": "s3", "region": "nowhere"}, "the Region of FireLens's output s3"),
            ({"Name": "kinesis", "endpoint": "https://["}, "the endpoint of FireLens's output kinesis"),
            ({"Name": "http"}, "where FireLens's output http sends the logs"),
            ({"Name": "my-plugin", "Host": "x.example"}, "where FireLens's output my-plugin sends the logs"),
            ({}, "where FireLens sends the logs"),
            ({"@type": "forward"}, "where FireLens sends the logs"),
        ],
        ids=str,
    )
    def test_firelens_output_without_destination_is_unread(self, options: dict[str, str], fact: str) -> None:
        need = sent(**options)
        assert isinstance(need, Unread)
        assert (need.step, need.blocks, need.fact) == ("runtime", "runtime", fact)

    @pytest.mark.parametrize(
        ("options", "host", "port"),
        [
            ({"Name": "http", "Host": "x.example", "Port": "8088"}, "x.example", 8088),
            ({"Name": "http", "Host": "x.example"}, "x.example", 80),
            ({"Name": "http", "Host": "x.example", "tls": "On"}, "x.example", 443),
            ({"Name": "http", "Host": "x.example", "tls": "off"}, "x.example", 80),
            ({"Name": "splunk", "host": "x.example"}, "x.example", 8088),
            ({"Name": "es", "Host": "x.example", "Port": "none"}, "x.example", 9200),
            ({"Name": "es", "Host": "x.example", "Port": "0"}, "x.example", 9200),
            ({"Name": "forward", "Host": "x.example", "Port": "65536"}, "x.example", 24224),
            ({"Name": "datadog"}, "http-intake.logs.datadoghq.com", 443),
            ({"Name": "datadog", "Host": "eu.example"}, "eu.example", 443),
        ],
        ids=str,
    )
    def test_firelens_output_calls_host_and_port_of_its_options(
        self, options: dict[str, str], host: str, port: int
    ) -> None:
        need = sent(**options)
        assert isinstance(need, Call)
        assert (need.host, need.port, need.place) == (host, port, "internet")
        assert (need.step, need.blocks, need.identity) == ("runtime", "runtime", "nobody")


class TestFireLensRouters:
    def faults(self, options: dict[str, str]) -> list[Any]:
        return list(needs_of_router("router", FirelensConfiguration("fluentbit", options)))

    def test_firelens_router_configuration_from_s3_is_a_fault(self) -> None:
        (fault,) = self.faults({"config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/f.conf"})
        assert isinstance(fault, Fault)
        assert (fault.step, fault.code) == ("logs", "FIRELENS_CONFIG_FROM_S3")
        assert "router" in fault.message

    def test_firelens_router_configuration_from_image_is_allowed(self) -> None:
        assert self.faults({"config-file-type": "file", "config-file-value": "/f.conf"}) == []
        assert self.faults({}) == []

    def test_container_without_firelens_configuration_has_no_router_fault(self) -> None:
        assert list(needs_of_router("app", None)) == []
