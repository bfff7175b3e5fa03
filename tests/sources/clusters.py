"""Accounts with clusters, services and tasks, and with one of each thing that leads to a further question."""

import json
from typing import Any

from skerry.model.facts import Facts
from skerry.sources.documents import load
from skerry.sources.live import AccountReading, ReadScope, read
from tests import batch
from tests.accounts import ACCOUNT, REGION, Account, Answer, paged

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
TASK = "0123456789abcdef0123456789abcdef"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE = f"{REGISTRY}/web:1"
CACHED = f"{REGISTRY}/quay/proxy:1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REVISION = f"{ARN}:service-revision/one/web/1"
CONFIGURATION = "sha256:c0"
LINK = "https://layers.example/c0?X-Amz-Signature=SECRET"
BUILT = {"architecture": "amd64", "os": "linux"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/launcher"


def cluster_of(name: str = "one") -> str:
    return f"{ARN}:cluster/{name}"


def definition_of(name: str) -> str:
    return f"{ARN}:task-definition/{name}"


def service(name: str, cluster: str = "one", **more: Any) -> dict[str, Any]:
    row = {"serviceArn": f"{ARN}:service/{cluster}/{name}", "serviceName": name, "clusterArn": cluster_of(cluster)}
    return row | {"status": "ACTIVE", "taskDefinition": definition_of(f"{name}:1")} | more


def task(name: str = TASK, cluster: str = "one", **more: Any) -> dict[str, Any]:
    row = {"taskArn": f"{ARN}:task/{cluster}/{name}", "clusterArn": cluster_of(cluster), "group": "service:web"}
    return row | {"taskDefinitionArn": definition_of("web:3")} | more


def described(key: str, rows: list[dict[str, Any]]) -> Answer:
    """Describe those of a cluster that are asked for, by name or ARN; ECS says MISSING of the others."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        for name in asked[key]:
            short = name.rpartition("/")[2]
            fitting = [row for row in rows if row[f"{key[:-1]}Arn"].endswith(f"{asked_cluster(asked)}/{short}")]
            found += fitting
            failures += [] if fitting else [{"arn": name, "reason": "MISSING"}]
        return {key: found, "failures": failures}

    return answer


def asked_cluster(asked: dict[str, Any]) -> str:
    return str(asked.get("cluster", "")).rpartition("/")[2] or "cluster"


def containers(
    services: list[dict[str, Any]], tasks: list[dict[str, Any]] | None = None, clusters: tuple[str, ...] = ("one",)
) -> dict[str, Answer]:
    """What ECS answers for clusters with these services and (stopped) tasks."""
    rows = [{"clusterArn": cluster_of(name), "clusterName": name, "status": "ACTIVE"} for name in clusters]

    def listed(key: str, of: list[dict[str, Any]]) -> Answer:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            name = asked_cluster(asked)
            arns = [row[f"{key[:-1]}Arn"] for row in of if f"/{name}/" in row[f"{key[:-1]}Arn"]]
            return paged(f"{key[:-1]}Arns", [] if asked.get("desiredStatus") == "RUNNING" else arns, 100)(asked)

        return answer

    return {
        "ListClusters": {"clusterArns": [row["clusterArn"] for row in rows]},
        "DescribeClusters": described("clusters", rows),
        "ListServices": listed("services", services),
        "DescribeServices": described("services", services),
        "ListTasks": listed("tasks", tasks or []),
        "DescribeTasks": described("tasks", tasks or []),
        "DescribeTaskDefinition": definition,
        "GetCallerIdentity": {"Account": ACCOUNT, "UserId": "AIDA", "Arn": "arn:aws:iam::1:user/somebody"},
    }


def definition(asked: dict[str, Any]) -> dict[str, Any]:
    return {"taskDefinition": {"taskDefinitionArn": asked["taskDefinition"], "containerDefinitions": []}}


def reading(scope: ReadScope | None = None, /, **answers: Any) -> tuple[Account, AccountReading]:
    account = account_of(answers)
    return account, read(account.client, scope)


def account_of(answers: dict[str, Answer]) -> Account:
    """An account with these answers, and with what the link to an image's configuration leads to."""
    account = Account(**answers)
    account.links[LINK] = (200, json.dumps(BUILT | {"config": {"Env": ["PASSWORD=SECRET"]}}).encode())
    return account


def facts(found: AccountReading) -> Facts:
    return load(found.documents, region=found.region)


def everything() -> dict[str, Answer]:
    """An account that has one of each thing that leads to a further question."""
    resolver = {"ResolverEndpoints": [{"Id": "rslvr-in-1", "Direction": "INBOUND"}]}
    return (
        containers([service("web", currentServiceRevisions=[{"arn": REVISION}])], [task()])
        | things()
        | {
            "DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]},
            "DescribeVpcAttribute": lambda asked: {
                "VpcId": asked["VpcId"],
                asked["Attribute"][0].upper() + asked["Attribute"][1:]: {"Value": True},
            },
            "DescribeVpcBlockPublicAccessOptions": {
                "VpcBlockPublicAccessOptions": {"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}
            },
            "DescribeManagedPrefixLists": {"PrefixLists": [{"PrefixListId": "pl-1"}]},
            "GetManagedPrefixListEntries": {"Entries": [{"Cidr": "10.1.0.0/16"}]},
            "DescribeTransitGatewayRouteTables": {
                "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1"}]
            },
            "SearchTransitGatewayRoutes": {"Routes": [{"DestinationCidrBlock": "10.9.0.0/16"}]},
            "ListHostedZonesByVPC": {"HostedZoneSummaries": [{"HostedZoneId": "Z1", "Name": "internal."}]},
            "ListResourceRecordSets": {"ResourceRecordSets": [{"Name": "db.internal.", "Type": "A"}]},
            "ListResolverEndpoints": resolver,
            "ListResolverEndpointIpAddresses": {"IpAddresses": [{"IpId": "rni-1", "Ip": "10.0.0.9"}]},
            "ListFirewallRuleGroupAssociations": {
                "FirewallRuleGroupAssociations": [
                    {"Id": "a-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101}
                ]
            },
            "ListFirewallRules": lambda asked: {
                "FirewallRules": [
                    {
                        "FirewallRuleGroupId": asked["FirewallRuleGroupId"],
                        "FirewallDomainListId": "rslvr-fdl-1",
                        "Priority": 1,
                        "Action": "ALERT",
                    }
                ]
            },
            "ListFirewallDomains": {"Domains": ["example.com."]},
            "ListProfileAssociations": {
                "ProfileAssociations": [{"Id": "rpa-1", "ProfileId": "rp-1", "ResourceId": "vpc-1"}]
            },
            "DescribeFileSystems": {"FileSystems": [{"FileSystemId": "fs-1", "NumberOfMountTargets": 1}]},
            "DescribeMountTargets": lambda asked: {
                "MountTargets": [
                    {"MountTargetId": "fsmt-1", "FileSystemId": asked["FileSystemId"], "SubnetId": "subnet-1"}
                ]
            },
            "ListEventBuses": {"EventBuses": [{"Name": "default"}, {"Name": "aws.partner/x"}]},
            "ListRuleNamesByTarget": lambda asked: {
                "RuleNames": ["nightly"] if "EventBusName" not in asked else ["other"]
            },
            "ListTargetsByRule": {"Targets": [rule_target()]},
            "ListRules": lambda asked: {"Rules": [rule(asked.get("EventBusName", "default"))]},
            "ListSchedules": {"Schedules": [schedule("hourly", cluster_of()), schedule("queue", "arn:aws:sqs:::q")]},
            "GetSchedule": lambda asked: schedule(asked["Name"], cluster_of()) | whole_schedule(),
        }
        | starters()
    )


def starters() -> dict[str, Answer]:
    """What AWS answers of Batch, Step Functions and Pipes, with one of each that leads to a further question."""
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:run"
    call = {"Cluster": cluster_of(), "TaskDefinition": definition_of("run:1"), "Overrides": {"Env": "SECRET"}}
    state = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": call}
    other = {"Type": "Pass", "Result": {"password": "SECRET"}}
    definition = json.dumps({"Comment": "SECRET", "States": {"Run": state, "Other": other}})
    pipe = {"Arn": f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/feed", "Name": "feed", "Target": cluster_of()}
    task = {"TaskDefinitionArn": definition_of("feed:1"), "Overrides": {"Env": "SECRET"}}
    inputs = {"InputTemplate": "SECRET", "EcsTaskParameters": task}
    definition_row = batch.job_definition(properties={"image": "job"}, parameters={"password": "SECRET"})
    described = {"stateMachineArn": machine, "name": "run", "roleArn": ROLE, "type": "STANDARD", "creationDate": 0}
    return {
        "DescribeComputeEnvironments": {"computeEnvironments": [batch.environment()]},
        "DescribeJobQueues": {"jobQueues": [batch.queue()]},
        "DescribeJobDefinitions": {"jobDefinitions": [definition_row]},
        "ListJobs": {"jobSummaryList": [{key: value for key, value in batch.job().items() if key != "jobQueue"}]},
        "ListStateMachines": {"stateMachines": [described]},
        "DescribeStateMachine": described | {"definition": definition},
        "ListPipes": {"Pipes": [pipe, pipe | {"Name": "mail", "Arn": f"{pipe['Arn']}s", "Target": "arn:aws:sqs:::q"}]},
        "DescribePipe": pipe | {"DesiredState": "RUNNING", "Source": "arn:s", "TargetParameters": inputs},
    }


def rule_target() -> dict[str, Any]:
    parameters = {"TaskDefinitionArn": definition_of("batch:1")}
    return {"Id": "1", "Arn": cluster_of(), "Input": '{"password": "SECRET"}', "EcsParameters": parameters}


def rule(bus: str) -> dict[str, Any]:
    name, pattern = ("nightly", {}) if bus == "default" else ("other", {"EventPattern": '{"detail": ["SECRET"]}'})
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"
    return {"Arn": arn, "Name": name, "EventBusName": bus, "ScheduleExpression": "rate(1 day)"} | pattern


def schedule(name: str, target: str) -> dict[str, Any]:
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}"
    return {"Arn": arn, "Name": name, "GroupName": "default", "Target": {"Arn": target}}


def whole_schedule() -> dict[str, Any]:
    parameters = {"TaskDefinitionArn": definition_of("hourly:1")}
    target = {"Arn": cluster_of(), "Input": '{"password": "SECRET"}', "EcsParameters": parameters}
    return {"ScheduleExpression": "rate(1 hour)", "Target": target}


def launched(asked: dict[str, Any]) -> dict[str, Any]:
    """A task definition that names one of each thing."""
    made = definition(asked)
    logs = {"awslogs-group": "/ecs/web", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    container = {
        "name": "app",
        "image": IMAGE,
        "secrets": [
            {"name": "A", "valueFrom": f"{SECRET}:password::"},
            {"name": "B", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/token"},
            {"name": "C", "valueFrom": "/web/token:3"},
        ],
        "logConfiguration": {"logDriver": "awslogs", "options": logs},
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::files/web/app.env"}],
    }
    made["taskDefinition"]["containerDefinitions"] = [container, {"name": "proxy", "image": CACHED}]
    made["taskDefinition"]["volumes"] = [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]
    return made


def things() -> dict[str, Answer]:
    """What AWS answers of the things that `launched` names."""
    return {
        "DescribeTaskDefinition": launched,
        "GetAccountAuthorizationDetails": identities,
        "DescribeOrganization": {"Organization": {"Id": "o-1", "MasterAccountEmail": "SECRET@example.com"}},
        "DescribeServiceRevisions": {"serviceRevisions": [revision()]},
        "GetRepositoryPolicy": {"policyText": "{}"},
        "GetRegistryPolicy": {"policyText": "{}"},
        "DescribePullThroughCacheRules": {
            "pullThroughCacheRules": [{"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}]
        },
        "DescribeImages": {"imageDetails": [{"imageDigest": "sha256:p1", "imageTags": ["1"], "imageStatus": "ACTIVE"}]},
        "BatchGetImage": images,
        "GetDownloadUrlForLayer": {"downloadUrl": LINK, "layerDigest": CONFIGURATION},
        "DescribeSecret": {"ARN": SECRET, "KmsKeyId": KEY, "Description": "SECRET", "VersionIdsToStages": {}},
        "GetResourcePolicy": {"ARN": SECRET},
        "DescribeParameters": {"Parameters": [{"Name": "/web/token", "Type": "SecureString", "KeyId": "alias/own"}]},
        "DescribeKey": {"KeyMetadata": {"Arn": KEY, "KeyId": "1", "Description": "SECRET", "KeyState": "Enabled"}},
        "GetKeyPolicy": {"Policy": "{}"},
        "ListGrants": {"Grants": []},
        "DescribeLogGroups": {"logGroups": [{"logGroupName": "/ecs/web"}]},
        "ListObjectsV2": {"Contents": [{"Key": "web/app.env"}]},
        "GetBucketPolicy": {"Policy": "{}"},
        "DescribeFileSystemPolicy": {"Policy": "{}"},
        "DescribeAccessPoints": {"AccessPoints": []},
    }


def identities(asked: dict[str, Any]) -> dict[str, Any]:
    """The role that launches tasks, another, and a managed policy; boto3 makes objects of policies, in their place."""
    if asked["Filter"] != ["Role"]:
        return {"Policies": [{"Arn": "arn:aws:iam::aws:policy/start", "PolicyVersionList": versions(2)}]}
    return {"RoleDetailList": [role(ROLE, "ecs-tasks"), role(f"{ROLE}-of-ec2", "ec2")]}


def role(arn: str, service: str) -> dict[str, Any]:
    """A role that a service may take on, with a policy of its own."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}}]}
    own = {"PolicyName": "own", "PolicyDocument": json.dumps({"Id": service})}
    row = {"Arn": arn, "RoleName": arn.rpartition("/")[2], "AssumeRolePolicyDocument": json.dumps(trust)}
    return row | {"RolePolicyList": [own], "InstanceProfileList": [], "RoleLastUsed": {"Region": REGION}}


def versions(current: int) -> list[dict[str, Any]]:
    """Three versions of a managed policy, of which one is in force."""
    return [
        {"VersionId": f"v{number}", "IsDefaultVersion": number == current, "Document": json.dumps({"Id": f"v{number}"})}
        for number in (3, 2, 1)
    ]


def revision() -> dict[str, Any]:
    """The revision of the service ``web``, which holds its image to a digest."""
    image = {"containerName": "app", "image": IMAGE, "imageDigest": "sha256:d1"}
    return {"serviceRevisionArn": REVISION, "taskDefinition": definition_of("web:1"), "containerImages": [image]}


def images(asked: dict[str, Any]) -> dict[str, Any]:
    """All images that are asked for, each of a single platform."""
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": CONFIGURATION}})
    return {"images": [{"imageId": one, "imageManifest": manifest} for one in asked["imageIds"]]}


def launching(
    *rows: dict[str, Any], volumes: list[dict[str, Any]] | None = None, **more: Any
) -> tuple[Account, AccountReading]:
    """Read an account with one service, of these containers."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        made = definition(asked)
        named = [{"name": f"c{number}"} | row for number, row in enumerate(rows)]
        made["taskDefinition"] |= {"containerDefinitions": named, "volumes": volumes or []}
        return made

    answers = containers([service("web")]) | things() | {"DescribeTaskDefinition": answer} | more
    return reading(**answers)


def told(found: AccountReading, action: str) -> dict[str, Any]:
    return {row.about: row.answer for row in facts(found).resource_answers if row.action == action}
