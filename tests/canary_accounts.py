"""Accounts that together have every record of skerry's, and what may be secret beside them."""

import json
from pathlib import Path

from tests import batch
from tests.holdings import EXECUTION, KEY, SECRET, Resources, policy, statement, text
from tests.networks import ACCOUNT, REGION, Network, Row, allow, awslogs, container, one_of_everything, record

ROOT = Path(__file__).parent.parent


def accounts() -> dict[str, Row]:
    """Accounts that together have every record of skerry's, and what may be secret beside them."""
    return {
        "sound": _sound(),
        "broken": _broken(),
        "everything": _everything(),
        "article": _article(),
        "filtered": _filtered(),
    }


def _filtered() -> Row:
    """Rules of DNS Firewall: one allows the names of AWS, one answers for a host in its place, one blocks the rest."""
    network = one_of_everything()
    group, allowed, others = "rslvr-frg-1", "rslvr-fdl-1", "rslvr-fdl-2"
    network.add("FirewallRuleGroupAssociations", Id="f-1", FirewallRuleGroupId=group, VpcId="vpc-1", Priority=101)
    block = {"Action": "BLOCK", "FirewallDomainListId": others, "CreatorRequestId": "c"}
    rules = [
        {"Action": "ALLOW", "FirewallDomainListId": allowed, "Priority": 1, "Name": "n"},
        block | {"Priority": 2, "BlockResponse": "OVERRIDE", "BlockOverrideDomain": "walled.example", "Qtype": "A"},
        block
        | {"Priority": 3, "BlockResponse": "NXDOMAIN", "FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"},
    ]
    rows = [rule | {"FirewallRuleGroupId": group} for rule in rules]
    network.call("route53resolver:ListFirewallRules", {"FirewallRuleGroupId": group}, {"FirewallRules": rows})
    for name, domains in ((allowed, ["api.ecr.eu-west-1.amazonaws.com"]), (others, ["*"])):
        network.call("route53resolver:ListFirewallDomains", {"FirewallDomainListId": name}, {"Domains": domains})
    return network.rows


def _article() -> Row:
    found: Row = json.loads((ROOT / "tests" / "scenarios" / "article-broken" / "network.json").read_bytes())
    return found


def _tagged(network: Network) -> None:
    """Give every resource of EC2 a name and another tag, and what skerry does not read."""
    for key, rows in network.rows.items():
        for row in rows:
            if key[0].isupper() and key not in {"Calls", "VpcAttributes", "RoleDetailList", "Policies"}:
                tags = [{"Key": "Name", "Value": "n"}, {"Key": "aws:x", "Value": "a"}, {"Key": "owner", "Value": "o"}]
                row.setdefault("Tags", tags)
                row["NotRead"] = {"Deep": ["deep"]}


def _secretive(network: Network) -> None:
    """Give the service's containers what may be secret."""
    app_ = network.rows["taskDefinitions"][0]["containerDefinitions"][0]
    app_ |= {
        "environment": [{"name": "DB", "value": "x"}],
        "command": ["run"],
        "entryPoint": ["sh"],
        "healthCheck": {"command": ["CMD"]},
        "dockerLabels": {"l": "x"},
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::settings/web.env"}],
        "repositoryCredentials": {"credentialsParameter": SECRET},
        "firelensConfiguration": {"type": "fluentbit", "options": {"x": "y", "config-file-value": "z"}},
    }
    app_.setdefault("logConfiguration", awslogs())["options"] |= {"awslogs-endpoint": "https://l.example", "x": "y"}
    volume = {
        "name": "data",
        "efsVolumeConfiguration": {"fileSystemId": "fs-0a", "authorizationConfig": {"accessPointId": "fsap-1"}},
    }
    network.rows["taskDefinitions"][0]["volumes"] = [volume]


def _running(network: Network) -> None:
    """Give the service a history, in ECS's words and with who did it."""
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
    connect = {"enabled": True, "logConfiguration": awslogs(), "services": [{"portName": "p"}]}
    deployment = {
        "id": "ecs-svc/1",
        "status": "PRIMARY",
        "rolloutState": "FAILED",
        "rolloutStateReason": "it failed",
        "serviceConnectConfiguration": connect,
        "testTrafficRules": {"header": {"name": "h", "value": {"exact": "x"}}},
    }
    network.row("services", "web").update(
        deployments=[deployment],
        events=[{"id": "1", "message": "(service web) was unable to start"}],
        createdBy=f"arn:aws:iam::{ACCOUNT}:role/ops",
        tags=[{"key": "owner", "value": "o"}],
        currentServiceRevisions=[{"arn": f"{arn}:service-revision/shop/web/1"}],
        taskSets=[{"id": "ecs-svc/2", "taskSetArn": f"{arn}:task-set/shop/web/ecs-svc/2", "externalId": "x"}],
    )
    details = [{"name": "subnetId", "value": "subnet-a"}, {"name": "networkInterfaceId", "value": "eni-1f"}]
    network.task(
        group="service:web",
        startedBy="ecs-svc/1",
        lastStatus="STOPPED",
        stopCode="TaskFailedToStart",
        stoppedReason="ResourceInitializationError: unable to pull",
        containers=[{"name": "app", "reason": "CannotPullContainerError: no", "exitCode": 1}],
        overrides={"containerOverrides": [{"environment": [{"name": "A", "value": "x"}]}]},
        attachments=[{"type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}],
    )
    revision = {"serviceRevisionArn": f"{arn}:service-revision/shop/web/1", "taskDefinition": "web:1"}
    network.add("serviceRevisions", **revision, containerImages=[{"containerName": "app", "image": "i"}])
    run = {"TaskDefinitionArn": f"{arn}:task-definition/web:1", "LaunchType": "FARGATE"}
    vpc = {"awsvpcConfiguration": {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"]}}
    target = {"Arn": f"{arn}:cluster/shop", "Input": "x", "EcsParameters": run | {"NetworkConfiguration": vpc}}
    network.call("events:ListTargetsByRule", {"Rule": "nightly"}, {"Targets": [{"Id": "1"} | target]})
    rule = {"Name": "nightly", "EventBusName": "default", "State": "ENABLED", "ScheduleExpression": "rate(1 hour)"}
    network.call("events:ListRules", {}, {"Rules": [rule]})
    schedule = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/hourly"
    more = {"Description": "d", "ScheduleExpression": "rate(1 hour)", "GroupName": "default", "State": "ENABLED"}
    network.call(
        "scheduler:GetSchedule", {"Name": "hourly"}, {"Arn": schedule, "Name": "hourly", "Target": target} | more
    )
    _start_elsewhere(network, run | {"NetworkConfiguration": vpc})
    call = {"operation": "ec2:DescribeVpcPeeringConnections", "parameters": {"Filters": [{"Name": "x"}]}}
    network.add("Calls", Call=call, Error={"Code": "UnauthorizedOperation", "Message": "User: x is not authorized"})


def _start_elsewhere(network: Network, task: Row) -> None:
    """Give the account a pipe, a state machine, and a job definition with its job."""
    arn = f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/feed"
    parameters = {"InputTemplate": "x", "EcsTaskParameters": task | {"Overrides": {"Cpu": "x"}}}
    pipe = {"Arn": arn, "Name": "feed", "DesiredState": "RUNNING", "Source": "s", "TargetParameters": parameters}
    network.call("pipes:DescribePipe", {}, pipe | {"Target": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"})
    call = {"LaunchType": "FARGATE", "TaskDefinition": "web:1", "Overrides": {"Cpu": "x"}}
    call["NetworkConfiguration"] = {"AwsvpcConfiguration": {"Subnets": ["subnet-a"]}}
    state = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": call}
    definition = json.dumps({"Comment": "c", "States": {"Run": state}})
    machine = {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:run", "name": "run"}
    network.call("states:DescribeStateMachine", {}, machine | {"definition": definition, "roleArn": "r"})
    network.add("jobDefinitions", **batch.job_definition())
    network.add("jobQueues", **batch.queue(statusReason="x"))
    network.add("computeEnvironments", **batch.environment(statusReason="x"))
    network.add("jobs", **batch.job())


def _sound() -> Row:
    """A service that can start, with answers about all that it uses."""
    network = Resources()
    _secretive(network)
    _running(network)
    _tagged(network)
    people = {"Principal": {"AWS": EXECUTION}, "Sid": "s", "Condition": {"StringEquals": {"aws:PrincipalTag/t": "v"}}}
    network.role(EXECUTION, statement("secretsmanager:*", SECRET), Tags=[{"Key": "t", "Value": "v"}], Description="d")
    network.tell(
        "secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, {"ResourcePolicy": text(statement("*") | people)}
    )
    network.tell(
        "secretsmanager:DescribeSecret", {"SecretId": SECRET}, {"ARN": SECRET, "KmsKeyId": KEY, "Description": "d"}
    )
    network.tell(
        "kms:DescribeKey",
        {"KeyId": KEY},
        {"KeyMetadata": {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}},
    )
    network.tell("kms:GetKeyPolicy", {"KeyId": KEY}, {"Policy": text(statement("kms:*") | people)})
    network.tell(
        "kms:ListGrants", {"KeyId": KEY}, {"Grants": [{"GranteePrincipal": EXECUTION, "Operations": ["Decrypt"]}]}
    )
    filters = [{"Key": "Name", "Option": "Equals", "Values": ["/a"]}]
    network.tell(
        "ssm:DescribeParameters", {"ParameterFilters": filters}, {"Parameters": [{"Name": "/a", "Description": "d"}]}
    )
    network.tell("s3:ListBucket", {"Bucket": "settings", "Prefix": "web.env"}, {"Contents": [{"Key": "web.env"}]})
    network.tell("s3:GetBucketPolicy", {"Bucket": "settings"}, {"Policy": text(statement("s3:*") | people)})
    network.tell(
        "elasticfilesystem:DescribeFileSystemPolicy",
        {"FileSystemId": "fs-0a"},
        {"Policy": text(statement("*") | people)},
    )
    points = [{"AccessPointId": "fsap-1", "LifeCycleState": "available", "Name": "n"}]
    network.tell("elasticfilesystem:DescribeAccessPoints", {"FileSystemId": "fs-0a"}, {"AccessPoints": points})
    network.tell("organizations:DescribeOrganization", {}, {"Organization": {"Id": "o-1", "MasterAccountEmail": "m"}})
    network.tell("organizations:ListParents", {"ChildId": ACCOUNT}, {"Parents": [{"Id": "r-1", "Type": "ROOT"}]})
    attached = {"TargetId": "r-1", "Filter": "SERVICE_CONTROL_POLICY"}
    network.tell("organizations:ListPoliciesForTarget", attached, {"Policies": [{"Id": "p-1", "Name": "Full"}]})
    content = {"Policy": {"Content": text(statement("*")), "PolicySummary": {"Description": "d"}}}
    network.tell("organizations:DescribePolicy", {"PolicyId": "p-1"}, content)
    return network.rows


def _broken() -> Row:
    """A service that cannot start, with endpoints, gateways and policies that fail in words of their own."""
    network = Resources()
    _secretive(network)
    _running(network)
    failed = {"State": "failed", "LastError": {"Code": "Quota", "Message": "too many"}}
    network.row("VpcEndpoints", "vpce-a").update(failed)
    denying = text(
        statement("*", Principal="*", Sid="all"), statement("secretsmanager:*", "*", "Deny", Principal="*", Sid="no")
    )
    network.row("VpcEndpoints", "vpce-5e")["PolicyDocument"] = denying
    network.rows["VpcEndpoints"] = [row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-d"]
    rule = allow("tcp", 443, cidr="10.0.9.0/24")
    rule["IpRanges"][0]["Description"] = "of the office"
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [rule]
    network.nat(State="failed", FailureCode="x", FailureMessage="no address is free")
    network.route(NatGatewayId="nat-1")
    network.refuse("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"})
    _tagged(network)
    return network.rows


def _everything() -> Row:
    """A network with a row of every other kind."""
    network = one_of_everything()
    network.zone("corp.example", record("a.corp.example.", "A", "10.0.0.7"), record("t.corp.example.", "TXT", '"x"'))
    network.route("10.8.0.0/16", VpcPeeringConnectionId="pcx-1")
    network.route("10.7.0.0/16", TransitGatewayId="tgw-1")
    status = {"Code": "failed", "Message": "it failed"}
    sides = {"AccepterVpcInfo": {"VpcId": "vpc-8", "OwnerId": ACCOUNT}, "RequesterVpcInfo": {"VpcId": "vpc-1"}}
    network.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-1", Status=status, **sides)
    network.add("TransitGateways", TransitGatewayId="tgw-1", State="available", Description="d")
    attachment = {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "State": "available"}
    network.add("TransitGatewayVpcAttachments", **attachment, VpcId="vpc-1", SubnetIds=["subnet-a", "subnet-b"])
    network.add("TransitGatewayAttachments", **attachment, ResourceType="vpc", ResourceId="vpc-1")
    network.add("TransitGatewayRouteTables", TransitGatewayRouteTableId="tgw-rtb-1", TransitGatewayId="tgw-1")
    asked = {"TransitGatewayRouteTableId": "tgw-rtb-1"}
    network.call("ec2:SearchTransitGatewayRoutes", asked, {"Routes": [{"DestinationCidrBlock": "10.7.0.0/16"}]})
    network.add("VpnGateways", VpnGatewayId="vgw-1", State="available", VpcAttachments=[{"VpcId": "vpc-1"}])
    network.add("EgressOnlyInternetGateways", EgressOnlyInternetGatewayId="eigw-1", Attachments=[{"VpcId": "vpc-1"}])
    network.add(
        "ResolverRules",
        Id="rslvr-rr-1",
        DomainName="corp.",
        RuleType="FORWARD",
        Name="n",
        TargetIps=[{"Ip": "10.0.0.9"}],
    )
    network.add("ResolverRuleAssociations", Id="a-1", ResolverRuleId="rslvr-rr-1", VPCId="vpc-1", StatusMessage="m")
    network.add("ResolverEndpoints", Id="rslvr-in-1", Direction="INBOUND", HostVPCId="vpc-1", StatusMessage="m")
    network.call(
        "route53resolver:ListResolverEndpointIpAddresses",
        {"ResolverEndpointId": "rslvr-in-1"},
        {"IpAddresses": [{"Ip": "10.0.1.8"}]},
    )
    network.add("FirewallRuleGroupAssociations", Id="f-1", FirewallRuleGroupId="rslvr-frg-1", VpcId="vpc-1", Name="n")
    network.add("ProfileAssociations", Id="rpa-1", ProfileId="rp-1", ResourceId="vpc-1", Name="n")
    network.add(
        "ProfileResourceAssociations", Id="rpr-1", ProfileId="rp-1", ResourceArn="arn:aws:x", ResourceProperties="{}"
    )
    network.add("SecurityGroupVpcAssociations", GroupId="sg-task", VpcId="vpc-2", State="associated")
    network.call(
        "ec2:GetSecurityGroupsForVpc",
        {"VpcId": "vpc-2"},
        {"SecurityGroupForVpcs": [{"GroupId": "sg-task", "GroupName": "n", "Description": "d"}]},
    )
    network.add("VpcBlockPublicAccessExclusions", ExclusionId="x-1", ResourceArn="arn:aws:ec2:::vpc/vpc-9", Reason="r")
    network.add(
        "ServiceDetails", ServiceName="com.amazonaws.x", ServiceType=[{"ServiceType": "Interface"}], Owner="amazon"
    )
    network.add("mountTargets", mountTargetId="mt-1", fileSystemId="fs-9", subnetId="subnet-a", statusMessage="m")
    network.add(
        "pullThroughCacheRules",
        ecrRepositoryPrefix="hub",
        upstreamRegistryUrl="registry-1.docker.io",
        credentialArn=f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf",
    )
    network.add("capacityProviders", name="FARGATE", capacityProviderArn="c")
    network.add(
        "Policies",
        Arn="arn:aws:iam::aws:policy/x",
        Description="d",
        PolicyVersionList=[{"IsDefaultVersion": True, "Document": policy(statement("*"))}],
    )
    network.definition(container("hub/x:1", name="y"), arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/y:1")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
    place = {"SubnetIds": ["subnet-a"], "SecurityGroupIds": ["sg-task"], "VpcId": "vpc-1"}
    variables = {"Variables": {"PASSWORD": "p"}}
    network.add("Functions", FunctionArn=arn, FunctionName="orders", VpcConfig=place, Environment=variables)
    project = {"arn": f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/ci", "name": "ci", "source": {"buildspec": "s"}}
    network.add("projects", **project, vpcConfig={"subnets": ["subnet-a"], "securityGroupIds": ["sg-task"]})
    _tagged(network)
    return network.rows
