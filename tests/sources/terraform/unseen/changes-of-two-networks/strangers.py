"""Adds a service in the subnet of the code, with a group, a role and a task definition of no code."""

import json
import sys

import boto3

ec2, ecs, iam = (boto3.client(name) for name in ("ec2", "ecs", "iam"))
[subnet] = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["tasks"]}])["Subnets"]
group = ec2.create_security_group(GroupName="strangers", Description="by hand", VpcId=subnet["VpcId"])["GroupId"]
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}],
}
role = iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
pull = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}
iam.put_role_policy(RoleName="other", PolicyName="pull", PolicyDocument=json.dumps(pull))
definition = ecs.register_task_definition(
    family="other",
    networkMode="awsvpc",
    requiresCompatibilities=["FARGATE"],
    cpu="256",
    memory="512",
    executionRoleArn=role,
    containerDefinitions=[
        {"name": "other", "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", "essential": True}
    ],
)["taskDefinition"]["taskDefinitionArn"]
network = {"awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "securityGroups": [group]}}
ecs.create_service(
    cluster="main",
    serviceName="other",
    taskDefinition=definition,
    desiredCount=1,
    launchType="FARGATE",
    networkConfiguration=network,
)
sys.stdout.write(group)
