"""Clusters, services and task sets of ECS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from skerry.sources.cloudformation.mapping.ecs_names import block_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

SERVICE: Final = "AWS::ECS::Service"
_CLUSTER: Final = "AWS::ECS::Cluster"
_STRATEGIES: Final = "AWS::ECS::ClusterCapacityProviderAssociations"
_DEFAULT: Final = "default"


def write_clusters(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of clusters and capacity providers."""
    strategies = templates.group_by(_STRATEGIES, "Cluster")
    rows = []
    for cluster in templates.of(_CLUSTER):
        own = strategies.of(cluster.id)
        properties = own[0].properties if own else cluster.properties
        strategy = UNKNOWN if strategies.may_have_more(cluster.id) else strategy_of(
            properties, "DefaultCapacityProviderStrategy"
        )  # fmt: skip
        if strategy is UNKNOWN:
            continue
        row: dict[str, Value] = {
            "clusterArn": cluster.arn,
            "clusterName": cluster.id,
            "defaultCapacityProviderStrategy": strategy,
        }
        configuration = cluster.properties.value("Configuration")
        block = {} if configuration is None else block_of(configuration, templates.stand_ins)
        rows.append(known_row({**row, "configuration": block}))
    yield "clusters", write_open_list("clusters", rows)
    providers = [
        {"name": made.id, "type": "MANAGED_INSTANCES" if "ManagedInstancesProvider" in made.properties else _GROUP}
        for made in templates.of("AWS::ECS::CapacityProvider")
    ]
    if providers:
        yield "capacityProviders", write_open_list("capacityProviders", providers)


_GROUP: Final = "EC2_AUTOSCALING"


def strategy_of(properties: Properties, name: str) -> Value:
    """Return a capacity provider strategy; `UNKNOWN` if one of its providers is not known."""
    blocks = properties.blocks(name)
    if blocks is None:
        return UNKNOWN
    providers = [block.text("CapacityProvider") for block in blocks]
    return UNKNOWN if UNKNOWN in providers else [{"capacityProvider": provider} for provider in providers]


def cluster_arn_of(templates: Templates, name: str) -> str:
    """Return the ARN of a cluster by its name or ARN."""
    if name.startswith("arn:"):
        return name
    place = templates.place
    return f"arn:{place.partition}:ecs:{place.region}:{place.account}:cluster/{name}"


def definition_arn_of(templates: Templates, name: str | None) -> Value:
    """Return the ARN of a task definition of the templates that is named by its family, with or without a revision."""
    if name is None:
        return UNKNOWN
    return templates.families.get(name.rpartition("/")[2].partition(":")[0], name)


def write_services(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of services; the list is whole unless a template may hold others."""
    sets = templates.group_by("AWS::ECS::TaskSet", "Service")
    primary = templates.group_by("AWS::ECS::PrimaryTaskSet", "Service")
    rows = [_service(templates, made, sets.of(made.id), primary.of(made.id)) for made in templates.of(SERVICE)]
    is_open = templates.may_hold(SERVICE) or templates.perhaps(SERVICE)
    yield "services", write_open_list("services", rows) if is_open else {"services": rows}


def _service(templates: Templates, made: Made, sets: list[Made], primary: list[Made]) -> dict[str, Value]:
    properties = made.properties
    strategy = strategy_of(properties, "CapacityProviderStrategy")
    controller = properties.block("DeploymentController")
    kind = UNKNOWN if properties.is_open("DeploymentController") else controller and controller.text("Type", "ECS")
    first = {row.properties.id("TaskSetId") for row in primary}
    row = {
        "serviceArn": made.id,
        # A name that is not known would say nothing in a text.
        "serviceName": made.resource.logical_id
        if properties.text("ServiceName") is UNKNOWN
        else made.attribute("Name"),
        "clusterArn": cluster_arn_of(templates, properties.id("Cluster") or _DEFAULT),
        "status": "ACTIVE",
        "desiredCount": properties.number("DesiredCount", 1),
        "launchType": None if strategy else properties.text("LaunchType"),
        "capacityProviderStrategy": strategy,
        "platformVersion": properties.text("PlatformVersion"),
        "taskDefinition": definition_arn_of(templates, properties.id("TaskDefinition")),
        "enableExecuteCommand": properties.flag("EnableExecuteCommand", default=False),
        "networkConfiguration": network_of(properties, "AwsvpcConfiguration"),
        "deploymentController": kind if kind is UNKNOWN else {"type": kind or "ECS"},
        "taskSets": [_task_set(templates, row, first) for row in sets] or None,
        "deployments": _deployments(properties),
    }
    return known_row(row)


def _task_set(templates: Templates, made: Made, primary: set[str | None]) -> dict[str, Value]:
    """Return a task set: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html."""
    properties = made.properties
    return known_row(
        {
            "id": made.id,
            "taskSetArn": f"{properties.id('Service')}/{made.resource.logical_id}".replace(":service/", ":task-set/"),
            "status": "PRIMARY" if made.id in primary or made.attribute("Id") in primary else "ACTIVE",
            "taskDefinition": definition_arn_of(templates, properties.id("TaskDefinition")),
            "launchType": properties.text("LaunchType"),
            "capacityProviderStrategy": strategy_of(properties, "CapacityProviderStrategy"),
            "platformVersion": properties.text("PlatformVersion"),
            "networkConfiguration": network_of(properties, "AwsVpcConfiguration"),
        }
    )


def _deployments(properties: Properties) -> Value:
    """Return the deployment that holds a service's configuration of Service Connect.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
    """
    value = properties.value("ServiceConnectConfiguration")
    if value is None:
        return None
    return [{"status": "PRIMARY", "serviceConnectConfiguration": block_of(value, properties.stand_ins)}]


def network_of(properties: Properties, name: str, *, keys: Mapping[str, str] | None = None) -> Value:
    """Return a network configuration in the form of ECS; without a word tasks get no public address.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
    """
    outer = properties.block("NetworkConfiguration")
    if outer is None:
        return UNKNOWN if properties.is_open("NetworkConfiguration") else None
    block = outer.block(name) or outer.block(_OTHER[name])
    if block is None:
        return UNKNOWN if outer.is_open(name) or outer.is_open(_OTHER[name]) else None
    subnets, groups = block.ids("Subnets"), block.ids("SecurityGroups")
    public = block.text("AssignPublicIp", "DISABLED")
    if subnets is UNKNOWN:
        # A list of unknown length has at least one subnet, and nothing is known of it.
        subnets = [block.id("Subnets")]
    if groups is UNKNOWN:
        groups = [block.id("SecurityGroups")]
    if public is UNKNOWN:
        return UNKNOWN
    names = keys or {key: key for key in ("awsvpcConfiguration", "subnets", "securityGroups", "assignPublicIp")}
    inner = {"subnets": subnets, "securityGroups": groups, "assignPublicIp": public}
    return {names["awsvpcConfiguration"]: {names[key]: value for key, value in inner.items()}}


_OTHER: Final = {"AwsVpcConfiguration": "AwsvpcConfiguration", "AwsvpcConfiguration": "AwsVpcConfiguration"}
"""EventBridge and task sets write the key in their own way."""
