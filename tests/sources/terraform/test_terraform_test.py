"""The test that Terraform resolves a configuration by: mocks, overrides, and what comes back."""

import json
from typing import Any

import pytest

from skerry.errors import InputError
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.code import CodeTypes, Provider
from skerry.sources.terraform.terraform_test import Attempt, ResolvingRun, read_result, without_marks, write_test
from skerry.sources.terraform.values import Instance

VPC = Instance('module.a["${x}"].aws_vpc.main', "aws_vpc", "managed", {"cidr_block": "10.0.0.0/16"})


def written(*instances: Instance, providers: tuple[Provider, ...] = (Provider("aws", None),)) -> Any:
    stage = ResolvingRun(
        Attempt("apply"),
        CodeTypes(frozenset({"aws_iam_role"}), frozenset({"aws_subnets"})),
        instances,
        "eu-west-1",
        "123456789012",
    )
    return json.loads(write_test(providers, stage))


def result(*messages: Any) -> Any:
    return read_result(json.dumps(message).encode() for message in messages)


class TestTheTest:
    def test_every_provider_and_alias_is_mocked(self) -> None:
        providers = (Provider("aws", None), Provider("aws", "other"), Provider("random", None))
        mocks = written(providers=providers)["mock_provider"]
        assert [mock.get("alias") for mock in mocks["aws"]] == [None, "other"]
        assert mocks["random"] == [{}]

    def test_instance_has_an_override_with_an_id_of_its_type(self) -> None:
        [override] = written(VPC)["run"]["resolve"]["override_resource"]
        assert override["target"] == VPC.address
        assert override["values"]["id"].startswith("vpc-")
        assert override["values"]["default_security_group_id"].startswith("sg-")

    def test_override_keeps_what_its_type_computes(self) -> None:
        """An override hides the mock's defaults of its type: without an ARN the provider refuses a reference to it."""
        group = Instance("aws_lb_target_group.a", "aws_lb_target_group", "managed", {})
        certificate = Instance("aws_acm_certificate.a", "aws_acm_certificate", "managed", {})
        of_group, of_certificate = written(group, certificate)["run"]["resolve"]["override_resource"]
        assert of_group["values"]["id"] == of_group["values"]["arn"]
        assert of_group["values"]["arn"].startswith("arn:aws:")
        assert len(of_certificate["values"]["domain_validation_options"]) == 1

    def test_values_are_no_expressions_of_terraform(self) -> None:
        name = "${file('/etc/passwd')}%{if true}"
        group = Instance("aws_cloudwatch_log_group.a", "aws_cloudwatch_log_group", "managed", {"name": name})
        [override] = written(group)["run"]["resolve"]["override_resource"]
        assert override["values"]["id"] == "$${file('/etc/passwd')}%%{if true}"

    def test_data_source_of_aws_comes_back_unknown_and_not_empty(self) -> None:
        [mock] = written()["mock_provider"]["aws"]
        ids = mock["mock_data"]["aws_subnets"]["defaults"]["ids"]
        service = Instance("aws_ecs_service.a", "aws_ecs_service", "managed", {"subnets": ids})
        [resolved] = without_marks([service], Attempt("apply"))
        assert resolved.values["subnets"] == [UNKNOWN]

    def test_data_sources_are_answered_by_their_arguments(self) -> None:
        service = Instance("data.aws_vpc_endpoint_service.a", "aws_vpc_endpoint_service", "data", {"service": "s3"})
        unknown = Instance("data.aws_vpc_endpoint_service.b", "aws_vpc_endpoint_service", "data", {"service": UNKNOWN})
        [override] = written(service, unknown)["run"]["resolve"]["override_data"]
        assert (override["target"], override["values"]["service_name"]) == (
            *(service.address, "com.amazonaws.eu-west-1.s3"),
        )


class TestResults:
    def test_state_gives_new_resources(self) -> None:
        row = {"address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc", "values": {"id": "vpc-1"}}
        state = {"state_format_version": "1.0", "root_module": {"resources": [row]}}
        plan = result({"type": "version"}, {"type": "test_state", "test_state": state})
        assert [(one.address, one.is_new) for one in plan.instances] == [("aws_vpc.main", True)]
        assert plan.closed

    def test_refusal_says_what_terraform_complains_of(self) -> None:
        diagnostic = {"severity": "error", "summary": "No value for required variable", "detail": "vpc_id"}
        with pytest.raises(InputError, match="No value for required variable: vpc_id"):
            result({"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "x"}},
                   {"type": "diagnostic", "diagnostic": diagnostic})  # fmt: skip

    def test_output_without_a_result_is_refused(self) -> None:
        with pytest.raises(InputError, match="cannot plan"):
            read_result([b"not JSON"])

    def test_marks_come_back_as_absent_arguments_and_unknown_policies(self) -> None:
        values = {"policy": "skerry-absent", "document": '{"Id": "skerry-absent"}', "ids": ["skerry-absent", "a"]}
        [found] = without_marks([Instance("a.b", "a", "managed", values)], Attempt("apply"))
        assert found.values == {"policy": None, "document": UNKNOWN, "ids": [None, "a"]}

    def test_empty_lists_are_unknown_where_data_sources_had_to_be_empty(self) -> None:
        values: Any = {"route_table_ids": [], "ingress": [], "network_configuration": [{"subnets": []}]}
        attempt = Attempt("apply", marks_lists=False)
        [instance] = without_marks([Instance("a.b", "a", "managed", values)], attempt)
        assert instance.values == {
            "route_table_ids": UNKNOWN,
            "ingress": [],
            "network_configuration": [{"subnets": UNKNOWN}],
        }
