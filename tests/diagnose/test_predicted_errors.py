"""Predicted errors of ECS: the first failure, its certainty and its wording."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import NeedDiagnosis, Prediction
from skerry.diagnose.predicted_errors import error_of, predict
from skerry.launch.launches import launch_of_service
from skerry.launch.needs import Blocks, Call, Fault, Mount, Need, Placement, Step, Unread
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict
from tests.holdings import EXECUTION, Resources, statement
from tests.networks import ACCOUNT, IMAGE, REGION, Network, awslogs, container

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"


def row(step: Step, verdict: Verdict, service: str | None = None, blocks: Blocks = "start") -> NeedDiagnosis:
    ref = ServiceRef(service, REGION) if service else None
    return NeedDiagnosis(Call(step, regional_host_of(ref) if ref else "a.example", service=ref, blocks=blocks), verdict)


def steps(*rows: NeedDiagnosis) -> list[tuple[str, bool]]:
    return [(item.step, item.at_or_before) for item in predict(rows)]


class TestFirstPulls:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/error-pullthroughcache.html"""

    CACHED = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/quay/app:1"

    def error(self, need: Call) -> str:
        found = error_of(NeedDiagnosis(need, BLOCKED))
        assert found is not None
        return found.text or ""

    def test_first_pull_without_way_to_the_internet_is_not_found(self) -> None:
        need = Call("manifest", None, place="internet", subjects=(self.CACHED,))
        assert self.error(need).endswith(f"failed to resolve ref {self.CACHED}: {self.CACHED}: not found")

    def test_pull_from_another_registry_times_out(self) -> None:
        need = Call("manifest", "quay.io", place="internet", subjects=("quay.io/org/app:1",))
        assert self.error(need).endswith(": i/o timeout")

    @pytest.mark.parametrize(
        ("allowed", "end"), [(PULL, ": not found"), ([], "/v2/quay/app/manifests/1: 403 Forbidden")]
    )
    def test_denied_import_is_not_found_and_denied_pull_is_forbidden(self, allowed: list[str], end: str) -> None:
        network = Resources()
        network.app["image"] = self.CACHED
        network.add("pullThroughCacheRules", ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
        asked = {"registryId": ACCOUNT, "repositoryName": "quay/app"}
        network.refuse("ecr:BatchGetImage", asked, "RepositoryNotFoundException")
        rights = ["ecr:GetAuthorizationToken", "logs:*", "secretsmanager:GetSecretValue", *allowed]
        network.role(EXECUTION, statement(rights))
        (text, *_) = [found.error.text for found in network.found().needs if found.error is not None]
        assert (text or "").endswith(end)


class TestFirstFailure:
    def test_first_failure_is_the_first_blocked_step_in_launch_order(self) -> None:
        rows = [row("secrets", OK), row("registry-auth", BLOCKED), row("manifest", BLOCKED)]
        assert steps(*rows) == [("registry-auth", False)]

    def test_first_failure_is_an_intermittent_step_if_none_is_blocked(self) -> None:
        assert steps(row("manifest", INTERMITTENT), row("layers", INTERMITTENT)) == [("manifest", False)]

    def test_first_failure_is_at_or_before_after_intermittent_step(self) -> None:
        assert steps(row("manifest", INTERMITTENT), row("layers", BLOCKED)) == [("layers", True)]

    def test_first_failure_is_at_or_before_after_unknown_step(self) -> None:
        assert steps(row("secrets", UNKNOWN), row("manifest", BLOCKED)) == [("manifest", True)]

    def test_first_failure_is_certain_before_unknown_step(self) -> None:
        assert steps(row("manifest", BLOCKED), row("layers", UNKNOWN)) == [("manifest", False)]

    @pytest.mark.parametrize("verdict", [OK, NOT_APPLICABLE, UNKNOWN])
    def test_first_failure_is_empty_if_no_step_fails(self, verdict: Verdict) -> None:
        assert steps(row("secrets", verdict)) == []

    def test_first_failure_ignores_runtime_steps(self) -> None:
        assert steps(row("exec", BLOCKED, blocks="runtime")) == []
        assert steps(row("runtime", UNKNOWN, blocks="runtime"), row("start", BLOCKED)) == [("start", False)]

    @pytest.mark.parametrize("step", ["env-files", "volumes"])
    def test_first_failure_lists_inferred_step_after_certain_step(self, step: Step) -> None:
        before = (row("layers", OK), row(step, BLOCKED))
        assert steps(*before) == [(step, False)]
        assert steps(*before, row("service-connect", BLOCKED)) == [("service-connect", False), (step, False)]
        assert steps(row("secrets", BLOCKED), *before) == [("secrets", False), (step, False)]


class TestErrorOfNeed:
    def test_error_of_blocked_need_has_observed_text(self) -> None:
        found = error_of(row("secrets", BLOCKED, "ssm"))
        assert found is not None
        assert found.text is not None
        assert "Systems Manager" in found.text
        assert (found.step, found.grade, found.at_or_before) == ("secrets", "observed", False)

    @pytest.mark.parametrize("verdict", [OK, UNKNOWN, NOT_APPLICABLE])
    def test_error_of_working_need_is_none(self, verdict: Verdict) -> None:
        assert error_of(row("secrets", verdict, "ssm")) is None

    def test_error_of_retired_platform_has_no_text(self) -> None:
        rows = [NeedDiagnosis(Placement("linux", "1.3.0"), BLOCKED)]
        assert predict(rows) == (Prediction("placement", None, "inferred"),)

    @pytest.mark.parametrize(
        "need", [Fault("volumes", "CODE", "no such volume"), Mount("fs-0f")], ids=["fault", "mount"]
    )
    def test_error_of_fault_or_mount_has_no_text(self, need: Need) -> None:
        assert error_of(NeedDiagnosis(need, BLOCKED)) == Prediction("volumes", None, "inferred")

    def test_error_of_unread_need_has_text(self) -> None:
        found = error_of(NeedDiagnosis(Unread("layers", "something"), BLOCKED))
        assert found is not None
        assert found.text is not None
        assert found.text.startswith("CannotPullContainerError")


def texts(network: Network, *, step: str | None = None) -> list[str]:
    """What is predicted for the only service, or for one step of it."""
    world = network.world()
    walker = network.walker()
    (service,) = diagnose(walker, [launch_of_service(walker.world, one) for one in world.facts.services]).services
    if step is None:
        return [item.text or "" for item in service.predictions]
    errors = [error_of(item) for item in service.needs if item.need.step == step]
    return [error.text or "" for error in errors if error is not None]


def isolated(**of: Any) -> Network:
    network = Network()
    network.definition(container(**of))
    network.service()
    return network


class TestErrorWordings:
    """The dial of the client below: what it was connecting to, and how that failed."""

    def test_predicted_error_of_public_address_is_dial_timeout(self) -> None:
        (text,) = texts(isolated())
        assert text.endswith(f'Post "https://api.ecr.{REGION}.amazonaws.com/": dial tcp x.x.x.x:443: i/o timeout')

    def test_predicted_error_of_endpoint_names_its_private_address(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", group="sg-default")
        (text,) = texts(network)
        assert text.endswith("dial tcp 10.0.1.10:443: i/o timeout")

    def test_predicted_error_of_hiding_private_zone_is_no_such_host(self) -> None:
        network = isolated()
        network.zone(f"{REGION}.amazonaws.com")
        (text,) = texts(network)
        assert text.endswith(f"dial tcp: lookup api.ecr.{REGION}.amazonaws.com: no such host")

    def test_predicted_error_of_vpc_without_dns_is_lookup_timeout(self) -> None:
        network = isolated()
        network.attribute("EnableDnsSupport", value=False)
        (text,) = texts(network)
        assert text.endswith(f"dial tcp: lookup api.ecr.{REGION}.amazonaws.com: i/o timeout")

    def test_predicted_error_of_unreachable_dns_server_is_lookup_timeout(self) -> None:
        network = isolated()
        network.dhcp("10.9.0.2")
        (text,) = texts(network)
        assert text.endswith(f"dial tcp: lookup api.ecr.{REGION}.amazonaws.com: i/o timeout")

    def test_predicted_error_without_private_dns_dials_public_address(self) -> None:
        network = isolated()
        network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False, group="sg-default")
        (text,) = texts(network)
        assert "dial tcp x.x.x.x:443" in text

    def test_predicted_error_of_manifest_names_image_parts(self) -> None:
        (text,) = texts(isolated(), step="manifest")
        assert f"failed to resolve ref {IMAGE}" in text
        assert f'Head "https://{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/v2/web/manifests/1.0": dial tcp' in text

    def test_predicted_error_of_layers_names_the_image(self) -> None:
        (text,) = texts(isolated(), step="layers")
        assert f"The task cannot pull {IMAGE} from the registry" in text
        assert "dial tcp x.x.x.x:443: i/o timeout" in text

    def test_predicted_error_of_secret_names_it(self) -> None:
        (text,) = texts(isolated(secrets=[{"name": "A", "valueFrom": f"{SECRET}:password::"}]))
        assert f"failed to fetch secret {SECRET} from secrets manager" in text

    def test_predicted_error_of_logs_names_logger_args(self) -> None:
        (text,) = texts(isolated(logConfiguration=awslogs()), step="logs")
        assert "failed to validate logger args" in text

    def test_predicted_error_of_environment_file_names_the_bucket(self) -> None:
        files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
        (text,) = texts(isolated(environmentFiles=files), step="env-files")
        assert f'Head "https://settings.s3.{REGION}.amazonaws.com/"' in text

    def test_predicted_error_of_unresolved_file_system_names_its_host(self) -> None:
        network = isolated()
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        network.rows["taskDefinitions"][0]["volumes"] = [volume]
        network.call("DescribeMountTargets", {"FileSystemId": "fs-0a"}, {"MountTargets": []})
        (text,) = texts(network, step="volumes")
        assert text.endswith(
            f'Failed to resolve "fs-0a.efs.{REGION}.amazonaws.com" - check that your file system ID is correct.'
        )

    def test_predicted_error_of_unreachable_file_system_is_mount_failure(self) -> None:
        network = isolated()
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        network.rows["taskDefinitions"][0]["volumes"] = [volume]
        network.interface("eni-f", "10.0.1.77", groups=["sg-open"])
        target = {"SubnetId": "subnet-a", "NetworkInterfaceId": "eni-f", "IpAddress": "10.0.1.77"}
        network.add("MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-0a", **target)
        (text,) = texts(network, step="volumes")
        assert text.endswith("mount.nfs4: mount system call failed")

    def test_predicted_error_of_full_subnet_names_it(self) -> None:
        network = isolated()
        network.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
        (text,) = texts(network)
        assert "in subnet 'subnet-a': InsufficientFreeAddressesInSubnet" in text

    def test_predicted_error_keeps_braces_in_names(self) -> None:
        (text,) = texts(isolated(secrets=[{"name": "A", "valueFrom": SECRET.replace("db", "{dial}{0}")}]))
        assert "secret:{dial}{0}-AbCdEf from secrets manager" in text
