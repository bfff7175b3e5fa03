"""Facts that a verdict depends on and nobody asked for, as a closed list of kinds."""

from typing import get_args

from skerry.diagnose.diagnosis import NOT_EXAMINED, NotExamined
from skerry.diagnose.not_examined import combine_kinds
from tests.holdings import Resources
from tests.networks import ACCOUNT, REGION, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"


def kinds_of(network: Resources) -> set[str]:
    diagnosis = network.diagnosis()
    (service,) = diagnosis.services
    assert service.not_examined == diagnosis.not_examined
    return set(service.not_examined)


def test_all_kinds_are_listed_once_in_their_order() -> None:
    assert get_args(NotExamined) == NOT_EXAMINED
    assert combine_kinds([["images"], ("permissions", "images")]) == ("permissions", "images")


def test_network_alone_leaves_permissions_images_and_resources_unexamined() -> None:
    network = Resources()
    for key in ("RoleDetailList", "Policies"):
        network.forget(key)
    network.rows["Calls"] = []
    assert {"permissions", "images", "resources", "dns-rules"} <= kinds_of(network)


def test_wholly_read_resources_leave_no_permission_unexamined() -> None:
    assert not {"permissions", "resource-policies", "organization-policies", "images", "resources"} & kinds_of(
        Resources()
    )


def test_each_unread_answer_has_its_kind() -> None:
    for action, kind in (
        ("ecr:BatchGetImage", "images"),
        ("ecr:GetRepositoryPolicy", "resource-policies"),
        ("secretsmanager:DescribeSecret", "resources"),
        ("organizations:DescribeOrganization", "organization-policies"),
    ):
        network = Resources()
        network.unask(action)
        assert kind in kinds_of(network), action
    network = Resources()
    network.forget("RoleDetailList")
    assert "permissions" in kinds_of(network)


def test_resolver_rules_are_examined_if_they_were_asked_for() -> None:
    network = Resources()
    assert "dns-rules" in kinds_of(network)
    for key in ("ResolverRuleAssociations", "FirewallRuleGroupAssociations", "ProfileAssociations"):
        network.rows[key] = []
    assert "dns-rules" not in kinds_of(network)


def test_configuration_of_the_cluster_is_examined_if_it_was_printed() -> None:
    network = Resources()
    assert "cluster-configuration" in kinds_of(network)
    assert "configurations of clusters" in network.diagnosis().unexamined
    network.add("clusters", clusterArn=CLUSTER, clusterName="shop", configuration={})
    assert "cluster-configuration" not in kinds_of(network)
    assert "configurations of clusters" not in network.diagnosis().unexamined


def test_each_launch_has_its_own_kinds() -> None:
    network = Resources()
    other = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/other:1"
    network.definition(
        container("nginx", secrets=[{"name": "A", "valueFrom": "/other"}]),
        arn=other,
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/launcher",
    )
    network.service("other", taskDefinition=other)
    diagnosis = network.diagnosis()
    web, second = diagnosis.services
    assert "resources" not in web.not_examined
    assert "resources" in second.not_examined
    assert "resources" in diagnosis.not_examined


def test_service_of_another_launch_type_depends_on_nothing() -> None:
    network = Resources()
    network.rows["services"][0]["launchType"] = "EC2"
    assert kinds_of(network) == set()
