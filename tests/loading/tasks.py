"""Clusters, task definitions and services of a scenario."""

from typing import Any

from tests.loading.documents import Documents, NotLoadableError, Row

_OF_DEFINITION = ("family", "networkMode", "containerDefinitions", "runtimePlatform", "executionRoleArn", "taskRoleArn")
_OF_SERVICE = ("serviceName", "launchType", "platformVersion", "capacityProviderStrategy", "enableExecuteCommand")


def create_services(ecs: Any, documents: Documents) -> None:
    """Create the task definitions and the services that use them."""
    for row in documents["taskDefinitions"]:
        if row.get("volumes"):
            raise NotLoadableError("file systems")
        documents.ids[row["taskDefinitionArn"]] = _register(ecs, row)
    for row in documents["clusters"]:
        ecs.create_cluster(
            clusterName=row["clusterName"],
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=row.get("defaultCapacityProviderStrategy", []),
        )
    for row in documents["services"]:
        _create_service(ecs, documents, row)


def _register(ecs: Any, row: Row) -> str:
    given = {name: row[name] for name in _OF_DEFINITION if name in row}
    # ECS demands a limit of memory of the task or of each container, and the documents leave it out.
    given["containerDefinitions"] = [{"memory": 128, **container} for container in row["containerDefinitions"]]
    made: str = ecs.register_task_definition(**given)["taskDefinition"]["taskDefinitionArn"]
    return made


def _create_service(ecs: Any, documents: Documents, row: Row) -> None:
    if row["status"] != "ACTIVE" or "deploymentController" in row or "taskDefinition" not in row:
        raise NotLoadableError("services that ECS does not deploy")
    cluster = row["clusterArn"].rpartition("/")[2]
    if not documents["clusters"]:
        ecs.create_cluster(clusterName=cluster)
    given = {name: row[name] for name in _OF_SERVICE if name in row}
    if row.get("launchType") == "EXTERNAL":
        raise NotLoadableError("services that ECS does not deploy")
    for deployment in row.get("deployments", []):
        given |= {name: deployment[name] for name in ("serviceConnectConfiguration",) if name in deployment}
    network = documents.renamed(row["networkConfiguration"])
    for subnet in row["networkConfiguration"]["awsvpcConfiguration"]["subnets"]:
        documents.id_of(subnet)
    ecs.create_service(
        cluster=cluster,
        taskDefinition=documents.id_of(row["taskDefinition"]),
        desiredCount=1,
        networkConfiguration=network,
        **given,
    )
