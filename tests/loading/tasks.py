"""Clusters, task definitions and services of a scenario."""

from typing import Any

from tests.loading.documents import Documents, Row
from tests.loading.reasons import EXTERNAL_INSTANCES
from tests.loading.stand_ins import group_of, subnet_of

_OF_DEFINITION = (
    "family",
    "networkMode",
    "containerDefinitions",
    "runtimePlatform",
    "executionRoleArn",
    "taskRoleArn",
    "volumes",
)
_STAND_IN = {"family": "stand-in", "networkMode": "awsvpc", "containerDefinitions": [{"name": "web", "image": "web"}]}
_OF_SERVICE = ("serviceName", "launchType", "platformVersion", "capacityProviderStrategy", "enableExecuteCommand")


def create_services(ecs: Any, ec2: Any, documents: Documents) -> None:
    """Create the task definitions and the services that use them."""
    for row in documents["taskDefinitions"]:
        documents.ids[row["taskDefinitionArn"]] = _register(ecs, documents, row)
    for row in documents["clusters"]:
        ecs.create_cluster(
            clusterName=row["clusterName"],
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=row.get("defaultCapacityProviderStrategy", []),
        )
    for row in documents["services"]:
        _create_service(ecs, ec2, documents, row)


def _register(ecs: Any, documents: Documents, row: Row) -> str:
    given = {name: documents.renamed(row[name]) for name in _OF_DEFINITION if name in row}
    # ECS demands a limit of memory of the task or of each container, and the documents leave it out.
    given["containerDefinitions"] = [{"memory": 128, **container} for container in row["containerDefinitions"]]
    made: str = ecs.register_task_definition(**given)["taskDefinition"]["taskDefinitionArn"]
    return made


def _create_service(ecs: Any, ec2: Any, documents: Documents, row: Row) -> None:
    if row.get("launchType") == "EXTERNAL":
        # A reading takes the definitions of services alone.
        documents.borrow("services", EXTERNAL_INSTANCES)
        documents.borrow("task_definitions", EXTERNAL_INSTANCES)
        return
    cluster = row["clusterArn"].rpartition("/")[2]
    if not documents["clusters"]:
        ecs.create_cluster(clusterName=cluster)
    if "taskSets" in row:
        _create_task_sets(ecs, documents, cluster, row)
        return
    given = {name: row[name] for name in _OF_SERVICE if name in row}
    for deployment in row.get("deployments", []):
        given |= {name: deployment[name] for name in ("serviceConnectConfiguration",) if name in deployment}
    named = row["networkConfiguration"]["awsvpcConfiguration"]
    vpc = documents["Vpcs"][0]["VpcId"]
    subnets = [subnet_of(ec2, documents, subnet, vpc) for subnet in named["subnets"]]
    groups = [group_of(ec2, documents, group) for group in named.get("securityGroups", [])]
    network = {**named, "subnets": subnets} | ({"securityGroups": groups} if "securityGroups" in named else {})
    ecs.create_service(
        cluster=cluster,
        taskDefinition=_definition_of(ecs, documents, row["taskDefinition"]),
        desiredCount=1,
        networkConfiguration={"awsvpcConfiguration": network},
        **given,
    )


def _create_task_sets(ecs: Any, documents: Documents, cluster: str, row: Row) -> None:
    """Create a service whose deployments another program makes, with its task sets."""
    controller = row["deploymentController"]
    name = row["serviceName"]
    ecs.create_service(cluster=cluster, serviceName=name, deploymentController=controller, desiredCount=1)
    for task_set in row["taskSets"]:
        made = ecs.create_task_set(
            cluster=cluster,
            service=name,
            taskDefinition=documents.id_of(task_set["taskDefinition"]),
            launchType=task_set["launchType"],
            platformVersion=task_set["platformVersion"],
            networkConfiguration=documents.renamed(task_set["networkConfiguration"]),
        )["taskSet"]
        documents.ids[task_set["id"]] = made["id"]
        if task_set["status"] == "PRIMARY":
            ecs.update_service_primary_task_set(cluster=cluster, service=name, primaryTaskSet=made["taskSetArn"])


def _definition_of(ecs: Any, documents: Documents, arn: str) -> str:
    """Return a task definition; one without a document is registered and hidden."""
    return documents.ids[arn] if arn in documents.ids else documents.hide(arn, _register(ecs, documents, _STAND_IN))
