"""How fast a template of 500 resources is checked: compared with its bare parser, and with Checkov if it is installed.

500 resources are the most of a stack: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_TIMES_PARSER = 8.0
RESOURCES = 500
_RUNS = 7
_BARE = "import sys, yaml; yaml.compose(open(sys.argv[1]), Loader=yaml.CSafeLoader)"
_HEAD = """Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/8, EnableDnsHostnames: true}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
"""
_PART = """  SubnetN:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.N.0.0/24
      AvailabilityZone: !Select [0, !GetAZs '']
      Tags: [{Key: Name, Value: !Sub '${AWS::StackName}-N'}]
  TableN:
    Type: AWS::EC2::RouteTable
    Properties:
      VpcId: !Ref Vpc
  PairN:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties:
      SubnetId: !Ref SubnetN
      RouteTableId: !Ref TableN
  RouteN:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref TableN
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref Gateway
  GroupN:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: group N
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 10.0.0.0/8
  RoleN:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: ecs-tasks.amazonaws.com
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
  LogN:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: 14
  TaskN:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: webN
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      Cpu: 256
      Memory: 512
      ExecutionRoleArn: !GetAtt RoleN.Arn
      ContainerDefinitions:
        - Name: web
          Image: !Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/web:1
          LogConfiguration:
            LogDriver: awslogs
            Options:
              awslogs-group: !Ref LogN
              awslogs-region: !Ref AWS::Region
              awslogs-stream-prefix: web
  ServiceN:
    Type: AWS::ECS::Service
    Properties:
      Cluster: main
      LaunchType: FARGATE
      TaskDefinition: !Ref TaskN
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: ENABLED
          Subnets: [!Ref SubnetN]
          SecurityGroups: [!Ref GroupN]
"""
_OF_PART, _OF_HEAD = 9, 3


def run() -> bool:
    """(j) Check a template of 500 resources; whether the limit holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "net.yaml")
        count = (RESOURCES - _OF_HEAD) // _OF_PART
        path.write_text(_HEAD + "".join(map(_numbered, range(count))), encoding="utf-8")
        command = [sys.executable, "-m", "skerry", "check", str(path), "--region", "eu-west-1", "-q"]
        bare = _least([sys.executable, "-c", _BARE, str(path)], _RUNS)
        ours = _least(command, _RUNS)
        print(f"(j) skerry check of a template of {count * _OF_PART + _OF_HEAD} resources: {ours:.2f} s,", end=" ")
        print(f"yaml.compose in a bare Python {bare:.2f} s:", end=" ")
        print(f"{ours / bare:.1f} times, at most {MOST_TIMES_PARSER:.0f} wanted")
        checkov = shutil.which("checkov")
        if checkov is not None:
            theirs = _least([checkov, "-f", str(path), "--framework", "cloudformation", "--quiet", "--compact"], 1)
            print(f"    checkov of the same template: {theirs:.2f} s, {theirs / ours:.1f} times as long")
    return ours <= MOST_TIMES_PARSER * bare


def _numbered(number: int) -> str:
    """Return the resources of one service."""
    words = ("Subnet", "Table", "Pair", "Route", "Group", "Role", "Log", "Task", "Service")
    text = _PART.replace("10.N.", f"10.{number}.").replace("webN", f"web{number}")
    text = text.replace("-N'", f"-{number}'").replace("group N", f"group {number}")
    for word in words:
        for end in (":", "\n", ".", "]"):
            text = text.replace(f"{word}N{end}", f"{word}{number}{end}")
    return text


def _least(command: list[str], runs: int) -> float:
    """Return the least processor time of a process, in seconds."""
    measure = [sys.executable, "-c", _MEASURE, *command]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    outputs = (subprocess.check_output(measure, env=environment) for _ in range(runs))  # noqa: S603 -- no words of others
    return min(float(json.loads(output)) for output in outputs)


_MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
assert done.returncode in (0, 1), done  # a verdict
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps(used.ru_utime + used.ru_stime))
"""


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
