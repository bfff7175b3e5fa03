"""What AWS and boto3 report becomes a refused call, or an error that says what to do."""

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from skerry.aws import api_table
from skerry.aws.errors import CallContext, RefusedError, clean_message, map_errors
from skerry.errors import Argument, SkerryError
from skerry.model.api_call import ApiCall
from skerry.services import efs, logs, s3


def of(
    problem: Exception, call: ApiCall | None = api_table.VPCS, *, asked: bool = False, region: str = "eu-west-1"
) -> Any:
    """What the block raises in the place of the error."""
    with pytest.raises((RefusedError, SkerryError)) as caught, map_errors(CallContext(call, asked, region)):
        raise problem
    return caught.value


def answered(code: str, call: ApiCall = api_table.VPCS, message: str = "…", **more: Any) -> Any:
    problem = ClientError({"Error": {"Code": code, "Message": message}}, more.pop("operation", call.operation))
    return of(problem, call, **more)


class TestRefusedCalls:
    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (api_table.VPCS, "UnauthorizedOperation"),
            (api_table.SERVICES, "AccessDeniedException"),
            (api_table.ZONES, "AccessDenied"),
            (efs.FILE_SYSTEMS, "AccessDeniedException"),
            (api_table.RESOLVER_RULES, "AccessDeniedException"),
            (api_table.VPCS, "AuthorizationError"),
        ],
    )
    def test_permission_error_becomes_a_refused_call(self, call: ApiCall, code: str) -> None:
        found = answered(code, call, "not authorized")
        assert isinstance(found, RefusedError)
        assert (found.code, found.message) == (code, "not authorized")

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (api_table.VPC_ATTRIBUTE, "InvalidVpcID.NotFound"),
            (api_table.ZONE_RECORDS, "NoSuchHostedZone"),
            (api_table.SERVICE_NAMES, "ClusterNotFoundException"),
            (efs.MOUNT_TARGETS, "FileSystemNotFound"),
            (api_table.TASK_DEFINITION, "ClientException"),
        ],
    )
    def test_missing_resource_error_becomes_a_refused_call(self, call: ApiCall, code: str) -> None:
        assert isinstance(answered(code, call, asked=True), RefusedError)

    def test_missing_resource_is_gone_only_if_the_call_named_it(self) -> None:
        assert answered("InvalidVpcID.NotFound", api_table.VPC_ATTRIBUTE, asked=True).gone
        assert not answered("InvalidVpcID.NotFound", api_table.VPCS).gone

    def test_ecs_client_exception_means_gone_only_for_task_definitions(self) -> None:
        assert answered("ClientException", api_table.TASK_DEFINITION, asked=True).gone
        assert not answered("ClientException", api_table.SERVICES, asked=True).gone

    def test_denied_or_missing_resource_call_carries_no_error(self) -> None:
        assert answered("UnauthorizedOperation").error is None
        assert answered("InvalidVpcID.NotFound", api_table.VPC_ATTRIBUTE, asked=True).error is None

    @pytest.mark.parametrize("code", ["InvalidAction", "OptInRequired", "InternalServiceErrorException"])
    def test_refused_call_keeps_code_of_feature_missing_in_region(self, code: str) -> None:
        for call in (api_table.PROFILE_ASSOCIATIONS, api_table.VPCS):
            assert answered(code, call).code == code

    def test_missing_service_host_becomes_a_refused_call(self) -> None:
        url = "https://route53profiles.eu-west-1.amazonaws.com"
        found = of(exceptions.EndpointConnectionError(endpoint_url=url), api_table.PROFILE_ASSOCIATIONS)
        assert isinstance(found, RefusedError)
        assert (found.code, url in found.message) == ("EndpointConnectionError", True)


class TestThrottling:
    @pytest.mark.parametrize("code", ["RequestLimitExceeded", "ThrottlingException", "Throttling", "SlowDown"])
    def test_throttling_after_all_retries_carries_error_with_remedy(self, code: str) -> None:
        for call in (api_table.VPCS, api_table.SCHEDULES):
            found = answered(code, call).error
            assert found.what == f"AWS still throttles {call.action} after all retries ({code})"
            assert Argument.SERVICE in found.advice

    def test_throttled_log_group_lookup_becomes_a_refused_call(self) -> None:
        """So few log groups may be asked for in a second that a large account is throttled."""
        found = answered("ThrottlingException", logs.LOG_GROUP.call)
        assert isinstance(found, RefusedError)
        assert found.code == "ThrottlingException"


class TestParameterValidation:
    def test_invalid_bucket_name_becomes_a_refused_call(self) -> None:
        problem = exceptions.ParamValidationError(report='Invalid bucket name "a b"')
        found = of(problem, s3.BUCKET_POLICY.call)
        assert isinstance(found, RefusedError)
        assert found.code == "ParamValidationError"

    def test_invalid_parameters_of_a_listing_raise_skerry_error(self) -> None:
        assert isinstance(of(exceptions.ParamValidationError(report="x"), api_table.VPCS), SkerryError)


class TestCredentials:
    @pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException"])
    def test_expired_credentials_are_reported_with_sso_login(self, code: str) -> None:
        found = answered(code, api_table.SCHEDULES)
        assert (found.what, "aws sso login" in found.remedy) == (f"the credentials have expired ({code})", True)

    @pytest.mark.parametrize("code", ["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"])
    def test_unrecognized_credentials_are_reported_with_the_region(self, code: str) -> None:
        found = answered(code)
        assert found.what == f"AWS does not know the credentials in eu-west-1 ({code})"
        assert found.remedy.startswith("Ask AWS who you are")

    def test_auth_failure_in_opt_in_region_names_region_opt_status(self) -> None:
        found = answered("AuthFailure", region="me-south-1")
        assert found.remedy.startswith("me-south-1 may not be enabled for the account: aws account get-region-opt")

    def test_opt_in_required_error_names_region_opt_status(self) -> None:
        found = answered("OptInRequired", region="me-south-1").error
        assert "aws account get-region-opt-status" in found.remedy

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("RequestTimeTooSkewed", "…"),
            ("SignatureDoesNotMatch", "Signature expired: 20261123T000000Z is now earlier than 20261123T010000Z"),
            ("InvalidSignatureException", "Signature not yet current: …"),
            ("AuthFailure", "the clock skew is too great"),
        ],
    )
    def test_clock_skew_error_names_the_clock_of_the_machine(self, code: str, message: str) -> None:
        assert "clock of this machine" in answered(code, message=message).remedy

    def test_request_expired_error_names_credentials_before_clock(self) -> None:
        """EC2 answers so for temporary credentials that have expired, and for a clock that is minutes off."""
        found = answered("RequestExpired", message="Request has expired.")
        assert found.what == "the credentials have expired, or the clock of this machine is wrong (RequestExpired)"
        assert found.remedy.index("Log in again") < found.remedy.index("set the clock")

    def test_signature_mismatch_error_leaves_out_the_request(self) -> None:
        message = "The Canonical String should have been 'x-amz-security-token:SECRETTOKEN'"
        found = answered("SignatureDoesNotMatch", message=message)
        assert "does not accept the signature" in found.what
        assert "SECRETTOKEN" not in found.what + found.remedy

    def test_denied_assume_role_is_reported_as_missing_credentials(self) -> None:
        found = answered("AccessDenied", api_table.SCHEDULES, "not authorized", operation="AssumeRole")
        assert found.what == "AWS gave no credentials: it answered AssumeRole with AccessDenied: not authorized"

    @pytest.mark.parametrize(
        ("problem", "what", "remedy"),
        [
            (exceptions.NoCredentialsError(), "Unable to locate credentials", "aws configure sso"),
            (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "Partial credentials", "both"),
            (exceptions.ProfileNotFound(profile="work"), "(work)", "list-profiles"),
            (exceptions.UnauthorizedSSOTokenError(), "expired", "aws sso login"),
            (exceptions.SSOTokenLoadError(error_msg="gone"), "gone", "aws sso login"),
            (exceptions.TokenRetrievalError(provider="sso", error_msg="gone"), "gone", "aws sso login"),
            (exceptions.CredentialRetrievalError(provider="p", error_msg="no"), "no", "credential_process"),
            (exceptions.InvalidConfigError(error_msg="no source_profile"), "no source_profile", "aws configure list"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_boto3_credential_error_has_cause_and_remedy(self, problem: Exception, what: str, remedy: str) -> None:
        found = of(problem, None)
        assert (what in found.what, remedy in found.remedy) == (True, True)


class TestRegion:
    def test_missing_region_error_names_region_argument(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_REGION", raising=False)
        found = of(exceptions.NoRegionError(), None)
        assert (found.what, found.remedy) == ("no Region is given", "Give region, or set AWS_DEFAULT_REGION.")

    def test_missing_region_error_says_aws_region_is_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        found = of(exceptions.NoRegionError(), None)
        assert found.remedy.startswith("boto3 reads AWS_DEFAULT_REGION, not AWS_REGION.")

    def test_invalid_region_name_is_reported(self) -> None:
        found = of(exceptions.InvalidRegionError(region_name="eu west"), None, region="eu west")
        assert found.what == "eu west is no name of a Region"

    def test_unreachable_endpoint_error_names_an_unknown_region(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        problem = exceptions.EndpointConnectionError(endpoint_url="https://ec2.eu-wset-1.amazonaws.com/")
        assert "eu-wset-1 is no Region" in of(problem, region="eu-wset-1").error.remedy
        assert "connection to the network" in of(problem, region="eu-west-1").error.remedy


class TestNetworkErrors:
    @pytest.mark.parametrize(
        ("problem", "remedy"),
        [
            (exceptions.ConnectTimeoutError(endpoint_url="https://x"), "connection to the network"),
            (exceptions.ReadTimeoutError(endpoint_url="https://x"), "connection to the network"),
            (exceptions.ConnectionClosedError(endpoint_url="https://x"), "connection to the network"),
            (exceptions.SSLError(endpoint_url="https://x", error="self-signed"), "AWS_CA_BUNDLE"),
            (exceptions.ProxyConnectionError(proxy_url="http://proxy"), "HTTPS_PROXY"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_connection_error_says_what_to_check(
        self, problem: Exception, remedy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        assert remedy in of(problem).error.remedy

    def test_unreachable_custom_endpoint_names_aws_endpoint_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        problem = exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        assert of(problem).error.remedy == "Check AWS_ENDPOINT_URL, and that something listens there."


class TestOtherErrors:
    def test_other_error_becomes_refused_call_with_code_and_message(self) -> None:
        refusal = answered("InternalError", api_table.SUBNETS, "It has failed")
        assert (refusal.code, refusal.message) == ("InternalError", "It has failed")

    def test_other_error_remedy_names_the_aws_cli_command(self) -> None:
        found = answered("InternalError", api_table.SUBNETS, "It has failed").error
        assert found.what == "AWS answered ec2:DescribeSubnets in eu-west-1 with InternalError: It has failed"
        assert found.remedy == "AWS's own command line asks the same: aws ec2 describe-subnets."

    def test_error_without_code_is_reported_as_unknown(self) -> None:
        assert "with Unknown" in of(ClientError({}, "DescribeVpcs")).error.what

    def test_exception_from_outside_boto3_is_raised_unchanged(self) -> None:
        with pytest.raises(ZeroDivisionError), map_errors(CallContext()):
            raise ZeroDivisionError


class TestUnreadableAnswers:
    @pytest.mark.parametrize(
        "problem", [ValueError("SECRET"), KeyError("SECRET"), RecursionError(), TypeError(), ResponseParserError("x")]
    )
    def test_unreadable_answer_is_reported_as_damaged_without_its_text(self, problem: Exception) -> None:
        found = of(problem)
        assert (found.code, "SECRET" in str(found)) == ("DamagedAnswer", False)
        assert "login page" in found.error.remedy


class TestConfigurationErrors:
    def test_invalid_endpoint_url_error_hides_the_password(self) -> None:
        found = of(ValueError("Invalid endpoint: http://user:pass/w@rd@host name"), None)
        assert found.what == "an endpoint of AWS is no URL: http://…@host name"
        assert "AWS_ENDPOINT_URL" in found.remedy

    @pytest.mark.parametrize("problem", [ValueError("SECRET"), OSError("SECRET"), TypeError("SECRET")])
    def test_boto3_configuration_error_hides_the_original_text(self, problem: Exception) -> None:
        found = of(problem, None)
        assert isinstance(found, SkerryError)
        assert "SECRET" not in found.what + found.remedy

    def test_invalid_header_error_hides_the_token(self) -> None:
        found = of(exceptions.HTTPClientError(error=ValueError("Invalid header value b'TOKEN\\nSECRET'")))
        assert "TOKEN" not in found.message + found.error.what


class TestErrorMessages:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("key AKIAIOSFODNN7EXAMPLE is", "key AKIA… is"),
            ("key ASIAIOSFODNN7EXAMPLE is", "key ASIA… is"),
            ("x-amz-security-token: IQoJb3JpZ2luX2VjE", "x-amz-security-token=…"),
            ("http://user:word@proxy:3128", "http://…@proxy:3128"),
            ("http://user:w/o@rd@proxy:3128/x", "http://…@proxy:3128/x"),
            ("You may not. Encoded authorization failure message: 4GIOH8abc", "You may not."),
            ("two\n  lines", "two lines"),
        ],
    )
    def test_error_message_hides_secrets_and_joins_lines(self, text: str, found: str) -> None:
        assert clean_message(text) == found

    def test_error_message_is_cut_at_400_characters(self) -> None:
        assert clean_message("a" * 400) == "a" * 400
        assert clean_message("a" * 401) == "a" * 400 + "…"
