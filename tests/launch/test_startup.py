"""From a launch to its ordered Needs."""

from typing import Any

import msgspec
import pytest

from skerry.catalogue.services import ServiceRef
from skerry.launch.launches import Launch
from skerry.launch.needs import STEPS, Call, Fault, Interface, Need, Placement, Unread
from skerry.launch.startup import needs_of
from skerry.model.arns import NameOrArn
from skerry.model.ecs import LogConfiguration, Secret, TaskDefinition
from skerry.model.facts import Missing
from skerry.services.ecr import OF_FIRST_PULLS
from skerry.services.ecr_images import CachedImage, CacheState
from skerry.sources.text_types import parse_value
from tests.networks import ACCOUNT, IMAGE, REGION, awslogs, container

AMAZON = f"{REGION}.amazonaws.com"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"


def definition(*containers: dict[str, Any], **more: Any) -> TaskDefinition:
    return msgspec.convert(
        {"family": "web", "containerDefinitions": list(containers)} | more, TaskDefinition, dec_hook=parse_value
    )


def launch(*containers: dict[str, Any], task: dict[str, Any] | None = None, **more: Any) -> Launch:
    known: dict[str, Any] = {"definition": definition(*containers, **(task or {})), "region": REGION} | more
    return Launch("web", "shop", "web:1", **known)


def hosts(found: tuple[Need, ...], step: str) -> list[str | None]:
    return [need.host for need in found if isinstance(need, Call) and need.step == step]


def call(found: tuple[Need, ...], step: str) -> Call:
    (need,) = (need for need in found if need.step == step)
    assert isinstance(need, Call)
    return need


def faults(found: tuple[Need, ...]) -> list[Fault]:
    return [need for need in found if isinstance(need, Fault)]


def unread(found: tuple[Need, ...]) -> list[tuple[str, str]]:
    return [(need.step, need.fact) for need in found if isinstance(need, Unread)]


class TestStartupOrder:
    def test_startup_needs_are_listed_in_step_order(self) -> None:
        everything = container(
            secrets=[{"name": "A", "valueFrom": SECRET}],
            logConfiguration=awslogs(),
            environmentFiles=[{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}],
        )
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        found = needs_of(launch(everything, task={"volumes": [volume]}, execute_command=True, service_connect=True))
        assert [need.step for need in found] == [
            "placement",
            "network-interface",
            "secrets",
            "registry-auth",
            "manifest",
            "logs",
            "layers",
            "env-files",
            "volumes",
            "service-connect",
            "exec",
        ]

    def test_startup_order_is_independent_of_container_order(self) -> None:
        one = container(name="one", secrets=[{"name": "A", "valueFrom": SECRET}])
        two = container("nginx", name="two", logConfiguration=awslogs())
        steps = [need.step for need in needs_of(launch(one, two))]
        assert steps == [need.step for need in needs_of(launch(two, one))]
        assert steps == sorted(steps, key=STEPS.index)

    def test_startup_begins_with_placement_and_network_interface(self) -> None:
        found = needs_of(launch(platform_version="1.4.0"))
        assert found == (Placement("linux", "1.4.0", None, REGION), Interface(groups=()))

    def test_startup_has_only_exec_and_firelens_at_runtime(self) -> None:
        found = needs_of(launch(container(logConfiguration={"logDriver": "awsfirelens"}), execute_command=True))
        assert [need.step for need in found if need.blocks == "runtime"] == ["exec", "runtime"]


class TestEcrImages:
    def test_ecr_image_needs_token_manifest_and_layers(self) -> None:
        found = needs_of(launch(container()))
        assert hosts(found, "registry-auth") == [f"api.ecr.{AMAZON}"]
        assert hosts(found, "manifest") == [f"{ACCOUNT}.dkr.ecr.{AMAZON}"]
        assert hosts(found, "layers") == [f"prod-{REGION}-starport-layer-bucket.s3.{AMAZON}"]
        assert call(found, "registry-auth").actions == ("ecr:GetAuthorizationToken",)
        assert call(found, "manifest").actions == ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        assert call(found, "layers").actions == ("s3:GetObject",)
        assert {need.subjects for need in found if isinstance(need, Call)} == {(IMAGE,)}

    def test_ecr_image_is_pulled_from_region_of_its_registry(self) -> None:
        found = needs_of(launch(container(IMAGE.replace(REGION, "us-east-1"))))
        assert hosts(found, "registry-auth") == ["api.ecr.us-east-1.amazonaws.com"]
        assert hosts(found, "layers") == ["prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com"]
        assert call(found, "manifest").service == ServiceRef("ecr.dkr", "us-east-1")

    def test_ecr_image_in_china_uses_china_host_names(self) -> None:
        image = f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/web"
        found = needs_of(launch(container(image), region="cn-north-1"))
        assert hosts(found, "registry-auth") == ["api.ecr.cn-north-1.amazonaws.com.cn"]
        assert hosts(found, "layers") == [
            "prod-cn-north-1-starport-layer-bucket.s3.cn-north-1.amazonaws.com.cn",
        ]

    def test_ecr_image_in_other_partition_is_a_fault(self) -> None:
        image = f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/web"
        fault = next(need for need in needs_of(launch(container(image))) if isinstance(need, Fault))
        assert (fault.step, fault.code) == ("registry-auth", "REGISTRY_OF_ANOTHER_PARTITION")
        assert fault.message == f"{image} is in partition aws-cn, where roles of aws are not known"
        assert not any(isinstance(need, Fault) for need in needs_of(launch(container(image), region="cn-north-1")))

    def test_registry_with_the_suffix_of_another_partition_is_a_fault(self) -> None:
        image = f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com/web"
        fault = next(
            need for need in needs_of(launch(container(image), region="cn-north-1")) if isinstance(need, Fault)
        )
        assert (fault.step, fault.code) == ("registry-auth", "REGISTRY_OF_ANOTHER_PARTITION")
        assert "cn-north-1 has none of that name" in fault.message

    @pytest.mark.parametrize(
        ("name", "variant"),
        [
            (f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws", "dual-stack"),
            (f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com", "fips"),
            (f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com", ""),
        ],
    )
    def test_ecr_registry_variant_names_refer_to_ecr_dkr_service(self, name: str, variant: str) -> None:
        found = needs_of(launch(container(f"{name}/web:1")))
        manifest = call(found, "manifest")
        assert (manifest.host, manifest.service, manifest.variant) == (name, ServiceRef("ecr.dkr", REGION), variant)
        assert hosts(found, "layers") == [f"prod-{REGION}-starport-layer-bucket.s3.{AMAZON}"]

    def test_ecr_fips_image_gets_token_from_standard_api_host_by_inference(self) -> None:
        found = call(needs_of(launch(container(f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com/web"))), "registry-auth")
        assert (found.host, found.grade) == (f"api.ecr.{AMAZON}", "inferred")
        assert found.note.startswith(f"the token for {ACCOUNT}.dkr.ecr-fips")

    @pytest.mark.parametrize(
        ("suffix", "region", "grade"),
        [
            ("amazonaws.com", "us-gov-west-1", "inferred"),
            ("c2s.ic.gov", "us-iso-east-1", "inferred"),
            ("amazonaws.com", REGION, "documented"),
        ],
    )
    def test_ecr_layer_bucket_is_documented_only_in_standard_partition(
        self, suffix: str, region: str, grade: str
    ) -> None:
        found = call(needs_of(launch(container(f"{ACCOUNT}.dkr.ecr.{region}.{suffix}/web"))), "layers")
        assert found.host == f"prod-{region}-starport-layer-bucket.s3.{region}.{suffix}"
        assert (found.grade, bool(found.note), found.identity) == (grade, grade == "inferred", "AWS")

    def test_ecr_image_in_unknown_partition_has_unread_host_names(self) -> None:
        found = needs_of(launch(container(f"{ACCOUNT}.dkr.ecr.xx-none-1.amazonaws.com/web")))
        assert hosts(found, "registry-auth") == [None]
        assert unread(found) == [("manifest", "the names of the partition that Region xx-none-1 is in")]

    def test_windows_ecr_image_may_need_microsoft_registry(self) -> None:
        found = needs_of(launch(container(), platform_family="WINDOWS_SERVER_2022_CORE"))
        assert hosts(found, "layers") == [f"prod-{REGION}-starport-layer-bucket.s3.{AMAZON}", "mcr.microsoft.com"]
        assert [bool(need.only_if) for need in found if isinstance(need, Call) and need.step == "layers"] == [
            False,
            True,
        ]

    def test_windows_base_layers_are_asked_per_image(self) -> None:
        two = [container(IMAGE.replace("web", name), name=name) for name in ("web", "api")]
        found = needs_of(launch(*two, platform_family="WINDOWS_SERVER_2022_CORE"))
        facts = [need.only_if for need in found if isinstance(need, Call) and need.only_if]
        assert [("web" in fact, "api" in fact) for fact in facts] == [(True, False), (False, True)]


class TestSecretsOfOldPlatforms:
    def faults(self, version: str, **more: Any) -> list[str]:
        secrets = [{"name": "A", "valueFrom": f"{SECRET}:password::"}]
        logs = {
            "logDriver": "splunk",
            "options": {},
            "secretOptions": [{"name": "B", "valueFrom": f"{SECRET}-b:token::"}],
        }
        found = needs_of(launch(container(secrets=secrets, logConfiguration=logs), platform_version=version, **more))
        faults = [need for need in found if isinstance(need, Fault) and need.step == "secrets"]
        return [fault.message.rpartition(" in ")[2] for fault in faults]

    def test_json_keys_of_containers_and_logs_need_platform_1_4_0(self) -> None:
        assert self.faults("1.4.0") == self.faults("LATEST") == []
        assert self.faults("1.3.0") == [f"{SECRET}:password::", f"{SECRET}-b:token::"]

    def test_json_keys_of_service_connect_logs_need_platform_1_4_0(self) -> None:
        option = Secret(name="C", value_from=NameOrArn(f"{SECRET}-c:token::"))
        logs = LogConfiguration(log_driver="splunk", secret_options=(option,))
        assert f"{SECRET}-c:token::" in self.faults("1.3.0", service_connect_logs=logs)
        assert self.faults("1.4.0", service_connect_logs=logs) == []

    def test_platform_version_that_is_not_known_has_no_faults(self) -> None:
        assert self.faults("9.9.9") == []


class TestPullThroughCaches:
    IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/quay/org/app:1"

    def needs(self, state: CacheState) -> tuple[Call, ...]:
        cached = CachedImage(self.IMAGE, "quay.io", state)
        found = needs_of(launch(container(self.IMAGE), cached_images=(cached,)))
        return tuple(need for need in found if isinstance(need, Call) and need.step == "manifest")

    def test_cached_image_needs_only_the_manifest(self) -> None:
        (manifest,) = self.needs("cached")
        assert manifest.note == "copied from quay.io, and in the cache already"
        assert not set(OF_FIRST_PULLS) & set(manifest.actions)

    @pytest.mark.parametrize(
        ("state", "actions"),
        [
            ("no image", {"ecr:BatchImportUpstreamImage"}),
            ("no repository", {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"}),
            ("unknown", {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"}),
        ],
    )
    def test_first_pull_needs_the_internet_and_permissions(self, state: CacheState, actions: set[str]) -> None:
        manifest, first = self.needs(state)
        assert manifest.note == "copied from quay.io when it is first pulled, which needs a way to the internet"
        assert set(manifest.actions) & set(OF_FIRST_PULLS) == actions
        assert (first.host, first.place, first.subjects) == (None, "internet", (self.IMAGE,))
        assert bool(first.only_if) == (state == "unknown")
        assert bool(first.only_if_action) == (state == "unknown")

    def test_image_below_no_rule_has_no_note(self) -> None:
        assert call(needs_of(launch(container(self.IMAGE))), "manifest").note == ""


class TestImagesOutsideEcr:
    def test_docker_hub_image_needs_token_manifest_and_layer_hosts(self) -> None:
        found = needs_of(launch(container("nginx")))
        assert hosts(found, "registry-auth") == []
        assert set(hosts(found, "manifest")) == {"registry-1.docker.io", "auth.docker.io"}
        assert hosts(found, "layers") == ["production.cloudflare.docker.com"]
        assert {need.place for need in found if isinstance(need, Call)} == {"internet"}

    def test_quay_image_needs_quay_and_its_cdn(self) -> None:
        found = needs_of(launch(container("quay.io/org/app")))
        assert hosts(found, "manifest") == ["quay.io"]
        assert hosts(found, "layers") == ["cdn.quay.io"]

    def test_public_ecr_image_has_layers_without_host(self) -> None:
        found = call(needs_of(launch(container("public.ecr.aws/nginx/nginx"))), "layers")
        assert (found.host, found.place, found.grade) == (None, "internet", "inferred")
        assert "public.ecr.aws" in found.note

    def test_unknown_registry_is_called_at_its_host_and_port(self) -> None:
        found = needs_of(launch(container("registry.example:5000/app")))
        manifest = call(found, "manifest")
        assert (manifest.host, manifest.port, manifest.grade) == ("registry.example", 5000, "inferred")
        assert call(found, "layers").port == 5000

    @pytest.mark.parametrize("port", ["0", "65536", "999999", "port", ""])
    def test_registry_with_invalid_port_is_called_at_443(self, port: str) -> None:
        found = needs_of(launch(container(f"registry.example:{port}/app")))
        assert {need.port for need in found if isinstance(need, Call)} == {443}

    def test_registries_at_two_ports_of_a_host_are_both_needed(self) -> None:
        two = [container(f"registry.example:{port}/app", name=f"c{port}") for port in (5000, 6000)]
        ports = [need.port for need in needs_of(launch(*two)) if isinstance(need, Call) and need.step == "manifest"]
        assert ports == [5000, 6000]

    def test_registry_credentials_need_secrets_manager(self) -> None:
        found = needs_of(launch(container("nginx", repositoryCredentials={"credentialsParameter": f"{SECRET}:a:b:c"})))
        secret = call(found, "secrets")
        assert (secret.host, secret.subjects) == (f"secretsmanager.{AMAZON}", (SECRET,))
        assert secret.actions == ("secretsmanager:GetSecretValue",)

    @pytest.mark.parametrize(
        ("parameter", "region"), [("hub-login", REGION), (SECRET.replace(REGION, "us-east-1"), "us-east-1")]
    )
    def test_registry_credentials_by_name_are_in_region_of_task(self, parameter: str, region: str) -> None:
        found = needs_of(launch(container("nginx", repositoryCredentials={"credentialsParameter": parameter})))
        assert call(found, "secrets").service == ServiceRef("secretsmanager", region)

    @pytest.mark.parametrize("image", [{"image": "two words"}, {"image": ""}, {}], ids=["words", "empty", "none"])
    def test_malformed_image_reference_is_unread(self, image: dict[str, str]) -> None:
        found = needs_of(launch({"name": "app"} | image))
        assert unread(found) == [("manifest", "the image of container app")]


class TestSecrets:
    def test_secrets_are_fetched_from_their_service_and_region(self) -> None:
        values = [
            SECRET,
            SECRET.replace(REGION, "us-east-1"),
            "/db/name",
            f"arn:aws:ssm:us-east-2:{ACCOUNT}:parameter/x",
        ]
        found = needs_of(launch(container(secrets=[{"name": "A", "valueFrom": value} for value in values])))
        assert hosts(found, "secrets") == [
            f"secretsmanager.{AMAZON}",
            "secretsmanager.us-east-1.amazonaws.com",
            f"ssm.{AMAZON}",
            "ssm.us-east-2.amazonaws.com",
        ]

    def test_log_driver_secret_options_need_ssm(self) -> None:
        options = [{"name": "splunk-token", "valueFrom": "/splunk/token"}]
        logs = {"logDriver": "splunk", "options": {"splunk-url": "https://splunk.example"}, "secretOptions": options}
        assert hosts(needs_of(launch(container(logConfiguration=logs))), "secrets") == [f"ssm.{AMAZON}"]

    def test_secret_of_unsupported_service_is_unread(self) -> None:
        found = needs_of(launch(container(secrets=[{"name": "A", "valueFrom": "arn:aws:s3:::bucket/key"}])))
        assert ("secrets", "which service holds arn:aws:s3:::bucket/key") in unread(found)

    def test_secrets_of_a_host_share_a_need(self) -> None:
        other = SECRET.replace("db", "api")
        values = [f"{SECRET}:user::", f"{SECRET}:password::", other]
        found = needs_of(launch(container(secrets=[{"name": "A", "valueFrom": value} for value in values])))
        assert call(found, "secrets").subjects == (SECRET, other)

    def test_secrets_of_two_services_without_hosts_are_separate_needs(self) -> None:
        values = [SECRET.replace(REGION, "xx-none-1"), f"arn:aws:ssm:xx-none-1:{ACCOUNT}:parameter/x"]
        found = needs_of(launch(container(secrets=[{"name": "A", "valueFrom": value} for value in values])))
        assert [
            need.service.key for need in found if isinstance(need, Call) and need.step == "secrets" and need.service
        ] == [
            "secretsmanager",
            "ssm",
        ]


class TestLogs:
    def found(self, **logs: Any) -> tuple[Need, ...]:
        return needs_of(launch(container(logConfiguration=logs)))

    def test_awslogs_calls_region_of_its_options(self) -> None:
        found = call(self.found(**awslogs(awslogs_region="us-east-1")), "logs")
        assert found.host == "logs.us-east-1.amazonaws.com"
        assert found.subjects == ("/ecs/web",)
        assert found.actions == ("logs:CreateLogStream", "logs:PutLogEvents")

    def test_awslogs_without_region_calls_region_of_task(self) -> None:
        assert call(self.found(logDriver="awslogs"), "logs").host == f"logs.{AMAZON}"

    def test_awslogs_create_group_needs_create_log_group(self) -> None:
        found = call(self.found(**awslogs(awslogs_create_group="true")), "logs")
        assert found.actions[0] == "logs:CreateLogGroup"

    def test_awslogs_need_merges_groups_and_actions_of_containers(self) -> None:
        one = container(name="one", logConfiguration=awslogs())
        two = container(name="two", logConfiguration=awslogs(awslogs_create_group="true", awslogs_group="/ecs/two"))
        found = call(needs_of(launch(one, two)), "logs")
        assert found.subjects == ("/ecs/web", "/ecs/two")
        assert set(found.actions) == {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}

    @pytest.mark.parametrize(
        ("endpoint", "host", "port"),
        [
            ("https://logs.example", "logs.example", 443),
            ("logs.example:8443", "logs.example", 8443),
            ("http://logs.example/path", "logs.example", 80),
        ],
    )
    def test_awslogs_endpoint_option_sets_host_and_port(self, endpoint: str, host: str, port: int) -> None:
        found = call(self.found(**awslogs(awslogs_endpoint=endpoint)), "logs")
        assert (found.host, found.port) == (host, port)

    @pytest.mark.parametrize("url", ["https://splunk.example:8088", "splunk.example:8088"])
    def test_splunk_logs_call_host_of_splunk_url(self, url: str) -> None:
        found = call(self.found(logDriver="splunk", options={"splunk-url": url}), "logs")
        assert (found.host, found.port, found.blocks) == ("splunk.example", 8088, "start")

    @pytest.mark.parametrize("url", ["", "https://", "https://[", "splunk.example:99999", "splunk.example:port"])
    def test_splunk_logs_with_malformed_url_are_unread(self, url: str) -> None:
        found = self.found(logDriver="splunk", options={"splunk-url": url})
        assert ("logs", "the splunk-url of the log driver") in unread(found)

    def test_splunk_logs_without_url_are_unread(self) -> None:
        assert ("logs", "the splunk-url of the log driver") in unread(self.found(logDriver="splunk"))

    def test_splunk_logs_with_secret_url_are_unread(self) -> None:
        options = [{"name": "splunk-url", "valueFrom": "/splunk/url"}]
        found = self.found(logDriver="splunk", secretOptions=options)
        assert ("logs", "the splunk-url of the log driver, which is a secret") in unread(found)
        assert hosts(found, "secrets") == [f"ssm.{AMAZON}"]

    def test_splunk_logs_without_verify_connection_are_needed_at_runtime(self) -> None:
        options = {"splunk-url": "https://splunk.example", "splunk-verify-connection": "false"}
        found = call(self.found(logDriver="splunk", options=options), "runtime")
        assert (found.host, found.blocks, found.identity) == ("splunk.example", "runtime", "nobody")

    @pytest.mark.parametrize(
        ("endpoint", "key", "variant"),
        [
            (f"logs-fips.{AMAZON}", "logs", "fips"),
            (f"https://LOGS.{REGION}.api.aws", "logs", "dual-stack"),
            (f"https://logs.{AMAZON}", "logs", ""),
        ],
    )
    def test_awslogs_endpoint_with_aws_host_name_refers_to_logs_service(
        self, endpoint: str, key: str, variant: str
    ) -> None:
        found = call(self.found(**awslogs(awslogs_endpoint=endpoint)), "logs")
        assert (found.service, found.variant, found.grade) == (ServiceRef(key, REGION), variant, "documented")
        assert found.actions == ("logs:CreateLogStream", "logs:PutLogEvents")
        assert found.subjects == ("/ecs/web",)

    @pytest.mark.parametrize("driver", ["gelf", "json-file", "fluentd", "syslog", "journald"])
    def test_unsupported_log_driver_is_a_fault(self, driver: str) -> None:
        (fault,) = faults(self.found(logDriver=driver))
        assert (fault.step, fault.code) == ("logs", "LOG_DRIVER_NOT_ON_FARGATE")
        assert driver in fault.message

    def test_log_router_configuration_from_s3_is_a_fault(self) -> None:
        options = {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/f.conf"}
        router = container(name="router", firelensConfiguration={"type": "fluentbit", "options": options})
        assert [fault.code for fault in faults(needs_of(launch(router)))] == ["FIRELENS_CONFIG_FROM_S3"]

    def test_container_without_log_driver_needs_no_logs_call(self) -> None:
        assert hosts(needs_of(launch(container())), "logs") == []


class TestEnvironmentFiles:
    def test_environment_file_bucket_is_inferred_in_region_of_task(self) -> None:
        files = [{"value": "arn:aws:s3:::settings/deep/web.env", "type": "s3"}]
        found = call(needs_of(launch(container(environmentFiles=files))), "env-files")
        assert found.host == f"settings.s3.{AMAZON}"
        assert (found.grade, found.note) == ("inferred", f"bucket settings taken to be in {REGION}")

    @pytest.mark.parametrize("value", ["settings/web.env", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/x", "arn:aws:s3"])
    def test_environment_file_with_malformed_arn_is_unread(self, value: str) -> None:
        found = needs_of(launch(container(environmentFiles=[{"value": value, "type": "s3"}])))
        assert unread(found) == [("env-files", f"which bucket holds {value}")]


class TestFileSystems:
    def test_efs_file_system_is_called_at_port_2049(self) -> None:
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        found = call(needs_of(launch(task={"volumes": [volume, {"name": "scratch"}]})), "volumes")
        assert (found.host, found.port, found.subjects) == (f"fs-0a.efs.{AMAZON}", 2049, ("fs-0a",))

    def test_efs_file_system_in_unknown_partition_is_unread(self) -> None:
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        found = needs_of(launch(task={"volumes": [volume]}, region="xx-none-1"))
        assert unread(found) == [("volumes", "the names of the partition that Region xx-none-1 is in")]


class TestEcsExec:
    def test_ecs_exec_needs_ssmmessages_at_runtime(self) -> None:
        found = call(needs_of(launch(execute_command=True)), "exec")
        assert (found.host, found.blocks, len(found.actions)) == (f"ssmmessages.{AMAZON}", "runtime", 4)

    def test_ecs_exec_has_no_need_if_disabled(self) -> None:
        assert not hosts(needs_of(launch()), "exec")

    def test_ecs_exec_has_no_host_without_region(self) -> None:
        assert hosts(needs_of(launch(execute_command=True, region=None)), "exec") == []


class TestRegions:
    def test_image_of_a_region_that_does_not_exist_is_a_fault_at_each_step(self) -> None:
        image = IMAGE.replace(REGION, "eu-wset-1")
        found = faults(needs_of(launch(container(image))))
        assert {(fault.step, fault.code) for fault in found} == {
            (step, "REGION_NOT_FOUND") for step in ("registry-auth", "manifest", "layers")
        }
        assert found[0].message.startswith(f"{image} is in eu-wset-1, and AWS has no Region of that name (list of 20")

    def test_log_region_that_does_not_exist_is_a_fault(self) -> None:
        found = faults(needs_of(launch(container(logConfiguration=awslogs(awslogs_region="eu-west-9")))))
        assert [(fault.step, fault.code, fault.blocks) for fault in found] == [("logs", "REGION_NOT_FOUND", "start")]

    def test_calls_to_other_regions_and_to_the_region_of_the_task_are_no_faults(self) -> None:
        assert faults(needs_of(launch(container(IMAGE.replace(REGION, "us-east-1"))))) == []
        new = container(IMAGE.replace(REGION, "eu-north-9"))
        assert faults(needs_of(launch(new, region="eu-north-9"))) == []


class TestServiceConnect:
    def test_service_connect_calls_ecs_agent_before_start(self) -> None:
        found = call(needs_of(launch(service_connect=True)), "service-connect")
        assert (found.host, found.instead) == (f"ecs-sc.{REGION}.api.aws", f"ecs-a.{AMAZON}")
        assert (found.service, found.blocks, found.grade) == (ServiceRef("ecs-agent", REGION), "start", "inferred")
        assert found.only_by_endpoint

    def test_service_connect_calls_three_services_in_recent_regions(self) -> None:
        found = needs_of(launch(service_connect=True, region="mx-central-1"))
        assert hosts(found, "service-connect") == [
            "ecs-sc.mx-central-1.api.aws",
            "ecs-t.mx-central-1.amazonaws.com",
            "ecs.mx-central-1.amazonaws.com",
        ]

    def test_service_connect_host_has_suffix_of_partition(self) -> None:
        found = call(needs_of(launch(service_connect=True, region="cn-north-1")), "service-connect")
        assert found.host == "ecs-sc.cn-north-1.api.amazonwebservices.com.cn"
        assert found.instead == "ecs-a.cn-north-1.amazonaws.com.cn"

    def test_service_connect_in_unknown_partition_is_unread(self) -> None:
        found = needs_of(launch(service_connect=True, region="xx-none-1"))
        assert unread(found) == [("service-connect", "the names of the partition that Region xx-none-1 is in")]

    def test_service_connect_log_configuration_needs_logs_and_secrets(self) -> None:
        secret = {"name": "token", "valueFrom": "/token"}
        logs = msgspec.convert(awslogs() | {"secretOptions": [secret]}, LogConfiguration, dec_hook=parse_value)
        found = needs_of(launch(service_connect=True, service_connect_logs=logs))
        assert hosts(found, "logs") == [f"logs.{AMAZON}"]
        assert hosts(found, "secrets") == [f"ssm.{AMAZON}"]

    def test_service_connect_has_no_need_if_disabled(self) -> None:
        logs = msgspec.convert(awslogs(), LogConfiguration, dec_hook=parse_value)
        assert [need.step for need in needs_of(launch(service_connect_logs=logs))] == ["placement", "network-interface"]


class TestPlatforms:
    def test_placement_names_cpu_architecture(self) -> None:
        found = needs_of(launch(task={"runtimePlatform": {"cpuArchitecture": "ARM64"}}))
        assert found[0] == Placement("linux", "LATEST", "ARM64", REGION)
        assert faults(found) == []

    def test_windows_platform_on_arm64_is_a_fault(self) -> None:
        runtime = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
        (fault,) = faults(needs_of(launch(task={"runtimePlatform": runtime})))
        assert (fault.step, fault.code) == ("placement", "PLATFORM_NOT_ON_ARM64")


class TestPlatformInterfaces:
    @pytest.mark.parametrize("version", ["1.3.0", "1.0.0"])
    def test_platform_before_1_4_fetches_secrets_and_token_by_own_interface(self, version: str) -> None:
        task = container(secrets=[{"name": "A", "valueFrom": SECRET}], logConfiguration=awslogs())
        found = needs_of(launch(task, platform_version=version))
        own = {need.step: need.own_interface for need in found if isinstance(need, Call)}
        assert own == {"secrets": True, "registry-auth": True, "manifest": False, "logs": False, "layers": False}

    @pytest.mark.parametrize(
        "of",
        [
            {"platform_version": "1.4.0"},
            {"platform_version": "LATEST"},
            {"platform_version": "9.9.9"},
            {"platform_version": "1.0.0", "platform_family": "WINDOWS_SERVER_2022_CORE"},
        ],
        ids=str,
    )
    def test_current_platform_uses_network_interface_of_task(self, of: dict[str, Any]) -> None:
        found = needs_of(launch(container(), **of))
        assert not any(need.own_interface for need in found if isinstance(need, Call))


class TestMissingFacts:
    def test_unread_fact_of_launch_is_listed_at_placement(self) -> None:
        fact = Missing("the launch type of service web", "ecs:DescribeClusters")
        assert unread(needs_of(launch(unread=(fact,)))) == [("placement", fact.fact)]

    def test_missing_task_definition_is_listed_at_start(self) -> None:
        fact = Missing("task definition web:1", "ecs:DescribeTaskDefinition")
        found = needs_of(launch(definition=fact))
        assert unread(found) == [("start", fact.fact)]
        assert [need.action for need in found if isinstance(need, Unread)] == [fact.action]

    def test_missing_region_is_listed_at_start(self) -> None:
        assert unread(needs_of(launch(container(), region=None))) == [("start", "the Region of the task")]

    def test_missing_container_definitions_are_listed_at_start(self) -> None:
        bare = TaskDefinition(family="web")
        assert unread(needs_of(launch(definition=bare))) == [("start", "the containers of the task definition")]
