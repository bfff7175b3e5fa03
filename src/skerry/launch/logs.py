"""Log destinations of a container: the log drivers of Fargate, and the outputs of FireLens."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef
from skerry.launch.endpoints import HTTPS, make_call_to_url, make_external_call, make_service_call, port_of
from skerry.launch.needs import Call, Fault, Need, Unread
from skerry.model.ecs import FirelensConfiguration, LogConfiguration

_LATER: Final = "runtime"


def needs_of_logs(configuration: LogConfiguration | None, region: str) -> Iterator[Need]:
    """Yield the Needs of a log configuration.

    On Fargate there are three drivers: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
    """
    if configuration is None:
        return
    match configuration.log_driver:
        case "awslogs":
            yield _awslogs(configuration.options, region)
        case "splunk":
            yield _splunk(configuration)
        case "awsfirelens":
            yield _firelens(configuration.options)
        case other:
            message = f"Fargate has the log drivers awslogs, splunk and awsfirelens, not {other}"
            yield Fault("logs", "LOG_DRIVER_NOT_ON_FARGATE", message)


def needs_of_router(name: str, configuration: FirelensConfiguration | None) -> Iterator[Need]:
    """Yield the Needs of a log router's configuration: on Fargate its file is in the image, never in S3.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html
    """
    if configuration is not None and configuration.options.get("config-file-type") == "s3":
        message = f"log router {name} reads its configuration from S3, which Fargate does not support"
        yield Fault("logs", "FIRELENS_CONFIG_FROM_S3", message)


def _splunk(configuration: LogConfiguration) -> Need:
    """Return the call to Splunk, which its driver makes before the container starts unless an option forbids.

    https://docs.docker.com/engine/logging/drivers/splunk/
    """
    options = configuration.options
    if any(secret.name == "splunk-url" for secret in configuration.secret_options):
        need: Call | Unread = Unread("logs", "the splunk-url of the log driver, which is a secret")
    else:
        need = make_call_to_url("logs", options.get("splunk-url", ""), "the splunk-url of the log driver")
    return _afterwards(need) if options.get("splunk-verify-connection") == "false" else need


def _awslogs(options: Mapping[str, str], region: str) -> Need:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    group = options.get("awslogs-group", "")
    create = ("logs:CreateLogGroup",) if options.get("awslogs-create-group") == "true" else ()
    actions = (*create, "logs:CreateLogStream", "logs:PutLogEvents")
    if endpoint := options.get("awslogs-endpoint"):
        return make_call_to_url("logs", endpoint, "the awslogs-endpoint of the log driver", *actions, subject=group)
    return make_service_call("logs", ServiceRef("logs", options.get("awslogs-region", region)), *actions, subject=group)


def _afterwards(need: Call | Unread) -> Need:
    return msgspec.structs.replace(need, step=_LATER, blocks=_LATER)


class _Output(msgspec.Struct, frozen=True, gc=False):
    """An output of Fluent Bit to an AWS service: the option for its target, and its actions."""

    service: str
    subject: str
    actions: tuple[str, ...]


_LOGS = _Output("logs", "log_group_name", ("logs:CreateLogStream", "logs:PutLogEvents"))
_FIREHOSE = _Output("firehose", "delivery_stream", ("firehose:PutRecordBatch",))
_KINESIS = _Output("kinesis", "stream", ("kinesis:PutRecords",))
_S3 = _Output("s3", "bucket", ("s3:PutObject",))
# https://docs.fluentbit.io/manual/data-pipeline/outputs; the second names are those of AWS's own older plugins.
_OUTPUTS = {
    "cloudwatch": _LOGS,
    "cloudwatch_logs": _LOGS,
    "firehose": _FIREHOSE,
    "kinesis_firehose": _FIREHOSE,
    "kinesis": _KINESIS,
    "kinesis_streams": _KINESIS,
    "s3": _S3,
}
# Outputs to a host in the options, with the default port. None: 80, or 443 with TLS.
_PORTS: dict[str, int | None] = {
    "http": None,
    "splunk": 8088,
    "datadog": None,
    "es": 9200,
    "opensearch": 9200,
    "forward": 24224,
    "loki": 3100,
    "gelf": 12201,
}
_DATADOG = "http-intake.logs.datadoghq.com"
_ON = {"on", "true", "yes"}


def _firelens(given: Mapping[str, str]) -> Need:
    """Yield the calls of a log router's output; Fluent Bit's options have no case, and Fluentd's are not read.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-example-taskdefs.html
    """
    options = {key.lower(): text for key, text in given.items()}
    name = options.get("name", "").lower()
    if name in _OUTPUTS:
        return _to_service(_OUTPUTS[name], options)
    host = options.get("host", _DATADOG if name == "datadog" else "")
    if name not in _PORTS or not host:
        what = f"where FireLens's output {name} sends the logs" if name else "where FireLens sends the logs"
        return Unread(_LATER, what, blocks=_LATER)
    tls = options.get("tls", "").lower() in _ON or name == "datadog"
    port = port_of(options.get("port", ""), _PORTS[name] or (HTTPS if tls else 80))
    return make_external_call(_LATER, host, port, blocks=_LATER)


def _to_service(output: _Output, options: Mapping[str, str]) -> Need:
    place = options.get("region", "")
    subject = options.get(output.subject, "")
    if endpoint := options.get("endpoint"):
        what = f"the endpoint of FireLens's output {options['name']}"
        return _by_task_role(make_call_to_url(_LATER, endpoint, what, *output.actions, subject=subject))
    if partition_of(place) is None:
        return Unread(_LATER, f"the Region of FireLens's output {options['name']}", blocks=_LATER)
    prefix = f"{subject}." if output is _S3 and subject else ""
    ref = ServiceRef(output.service, place)
    return _by_task_role(make_service_call(_LATER, ref, *output.actions, subject=subject, prefix=prefix))


def _by_task_role(need: Call | Unread) -> Need:
    """Return the log router's call, made with the task role after the start: the router is a container."""
    if isinstance(need, Unread):
        return msgspec.structs.replace(need, blocks=_LATER)
    return msgspec.structs.replace(need, blocks=_LATER, identity="task role")
