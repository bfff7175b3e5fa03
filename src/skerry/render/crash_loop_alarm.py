"""An alarm for a crash loop as Terraform and CloudFormation: bytes that a NAT gateway receives from the internet side.

Metrics of NAT gateways: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html. Those of
regional NAT gateways have dimensions that no page names, so the alarm is for a zonal one.
"""

from skerry.cost.crash_loop import CrashLoopCost
from skerry.render.hcl import HclReference, Value, format_block, format_comment, join_blocks

_NAME = "nat-gateway-pulls-images"
_WHAT = "A NAT gateway receives as much as a crash loop pulls: look for tasks that restart."
_METRIC = "BytesInFromDestination"
_NAMESPACE = "AWS/NATGateway"


def write_terraform(result: CrashLoopCost) -> str:
    """Return the alarm as a Terraform file; the NAT gateway and the topic are variables."""
    gateway: dict[str, Value] = {"type": HclReference("string"), "description": "The id of the NAT gateway"}
    topics: dict[str, Value] = {
        "type": HclReference("list(string)"),
        "default": HclReference("[]"),
        "description": "The ARNs of topics of Amazon SNS to notify",
    }
    alarm: dict[str, Value] = {
        "alarm_name": HclReference(f'"{_NAME}-${{var.nat_gateway_id}}"'),
        "alarm_description": _WHAT,
        "namespace": _NAMESPACE,
        "metric_name": _METRIC,
        "dimensions": {"NatGatewayId": HclReference("var.nat_gateway_id")},
        "statistic": "Sum",
        "period": result.alarm.period,
        "evaluation_periods": result.alarm.periods,
        "threshold": result.alarm.threshold,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
        "alarm_actions": HclReference("var.alarm_topics"),
    }
    return (
        format_comment(_heading(result))
        + "\n"
        + join_blocks(
            [
                format_block('variable "nat_gateway_id"', gateway),
                format_block('variable "alarm_topics"', topics),
                format_block('resource "aws_cloudwatch_metric_alarm" "crash_loop"', alarm),
            ]
        )
    )


def write_cloudformation(result: CrashLoopCost) -> str:
    """Return the alarm as a CloudFormation template in YAML; the NAT gateway and the topic are parameters."""
    heading = "".join(f"# {line}\n" for line in _heading(result).splitlines())
    return f"""{heading}AWSTemplateFormatVersion: "2010-09-09"
Description: Alarm for a crash loop behind a NAT gateway
Parameters:
  NatGatewayId:
    Type: String
    AllowedPattern: "nat-[0-9a-f]+"
    Description: The id of the NAT gateway
  AlarmTopic:
    Type: String
    Default: ""
    Description: The ARN of a topic of Amazon SNS to notify
Conditions:
  HasTopic: !Not [!Equals [!Ref AlarmTopic, ""]]
Resources:
  CrashLoop:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub "{_NAME}-${{NatGatewayId}}"
      AlarmDescription: "{_WHAT}"
      Namespace: {_NAMESPACE}
      MetricName: {_METRIC}
      Dimensions:
        - Name: NatGatewayId
          Value: !Ref NatGatewayId
      Statistic: Sum
      Period: {result.alarm.period}
      EvaluationPeriods: {result.alarm.periods}
      Threshold: {result.alarm.threshold}
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
      AlarmActions: !If [HasTopic, [!Ref AlarmTopic], []]
"""


def _heading(result: CrashLoopCost) -> str:
    gb = result.alarm.threshold / 1024**3
    return (
        "An alarm for a crash loop whose tasks pull their images through a NAT gateway.\n"
        f"A loop of {result.loop.image_gb.normalize():f} GB every {result.loop.restart_seconds.normalize():f} s "
        f"moves twice the threshold, {gb:.2f} GB in {result.alarm.period} s."
    )
