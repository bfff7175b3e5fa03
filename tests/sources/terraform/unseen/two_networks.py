"""The changes of the code, by the name of their plan: edits of main.tf, and words of terraform plan."""

import re
from typing import NamedTuple

Edit = tuple[str, str]


class Variant(NamedTuple):
    """One change: pairs of old and new text, blocks that go, text at the end, and words of the command."""

    edits: tuple[Edit, ...] = ()
    without: tuple[str, ...] = ()
    more: str = ""
    words: tuple[str, ...] = ()


def apply(text: str, variant: Variant) -> str:
    """Return the code after a change. Raises `LookupError` for an edit of nothing."""
    for old, new in variant.edits:
        if old not in text:
            raise LookupError(old)
        text = text.replace(old, new)
    for name in variant.without:
        kind, _, label = name.partition(".")
        block = re.compile(rf'resource "{kind}" "{label}" \{{.*?\n\}}\n', re.DOTALL)
        if not block.search(text):
            raise LookupError(name)
        text = block.sub("", text)
    return text + variant.more


_BEFORE_DESTROY = "  lifecycle {\n    create_before_destroy = true\n  }\n}\n"
_NAT = "  subnet_id     = aws_subnet.public.id\n"
_TASKS = '  name   = "tasks"\n  vpc_id = aws_vpc.iso.id\n'
_ENDPOINTS = '  name   = "endpoints"\n  vpc_id = aws_vpc.iso.id\n'
_FIRST = "  lifecycle {\n    create_before_destroy = true\n  }\n"
_INTERFACES = "  subnet_ids          = [aws_subnet.endpoints.id]\n"
_NARROW = """
  policy = each.key != "ecr.api" ? null : jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "ecr:DescribeImages", Resource = "*" }]
  })
"""
_OWN_BUCKET = """  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::own/*" }]
  })
"""
_CLOSED_ENDPOINT = """
resource "aws_security_group" "closed" {
  name   = "closed"
  vpc_id = aws_vpc.nat.id
}
resource "aws_vpc_endpoint" "nat" {
  vpc_id              = aws_vpc.nat.id
  service_name        = "com.amazonaws.eu-west-1.ecr.api"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = NAMES
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.closed.id]
}
"""
_DENIED = """
resource "aws_network_acl_rule" "denied" {
  network_acl_id = aws_network_acl.tasks.id
  rule_number    = 50
  egress         = true
  protocol       = "6"
  rule_action    = "deny"
  cidr_block     = "0.0.0.0/0"
  from_port      = 443
  to_port        = 443
}
"""
_OTHER_NAMES = """
resource "aws_vpc_dhcp_options" "own" {
  domain_name_servers = ["10.9.9.9"]
}
resource "aws_vpc_dhcp_options_association" "own" {
  vpc_id          = aws_vpc.iso.id
  dhcp_options_id = aws_vpc_dhcp_options.own.id
}
"""
_STRANGER = """
import {
  to = aws_security_group.strangers
  id = "STRANGERS"
}
resource "aws_security_group" "strangers" {
  name        = "strangers"
  description = "by hand"
  vpc_id      = aws_vpc.iso.id
  egress      = EGRESS
}
"""
_OPEN = """[{ protocol = "-1", from_port = 0, to_port = 0, cidr_blocks = ["0.0.0.0/0"], ipv6_cidr_blocks = [],
    prefix_list_ids = [], security_groups = [], self = false, description = "" }]"""
_MOVED = """
moved {
  from = aws_route_table.iso
  to   = aws_route_table.moved
}
"""
_REMOVED = """
removed {
  from = aws_vpc_endpoint.s3
  lifecycle {
    destroy = false
  }
}
"""
_DESTROYED = _REMOVED.replace("false", "true")
_IMAGE = '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", essential = true\n'
_VALUE_FROM = "valueFrom = aws_secretsmanager_secret.token.arn"
_PARAMETER = 'valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/token"'

VARIANTS = {
    "fresh": Variant(words=("-state=none.tfstate",)),
    "same": Variant(),
    "without-nat": Variant(without=("aws_nat_gateway.main", "aws_route.nat")),
    "without-route": Variant(without=("aws_route.nat",)),
    "without-gateway": Variant(
        (
            (
                '  route {\n    cidr_block = "0.0.0.0/0"\n    gateway_id = aws_internet_gateway.main.id\n  }\n',
                "  route = []\n",
            ),
        ),
        ("aws_internet_gateway.main",),
    ),
    "replaced-nat": Variant(words=("-replace=aws_nat_gateway.main",)),
    "replaced-nat-first": Variant(
        ((_NAT, f"{_NAT}  lifecycle {{\n    create_before_destroy = true\n  }}\n"),),
        words=("-replace=aws_nat_gateway.main",),
    ),
    "without-dkr": Variant((('"ecr.dkr", "logs"', '"logs"'),)),
    "without-s3": Variant(without=("aws_vpc_endpoint.s3",)),
    "replaced-endpoint": Variant(words=('-replace=aws_vpc_endpoint.interface["ecr.api"]',)),
    "replaced-endpoint-first": Variant(
        ((_INTERFACES, f"{_INTERFACES}  lifecycle {{\n    create_before_destroy = true\n  }}\n"),),
        words=('-replace=aws_vpc_endpoint.interface["ecr.api"]',),
    ),
    "replaced-gateway-endpoint": Variant(words=("-replace=aws_vpc_endpoint.s3",)),
    "renamed-group": Variant(((_ENDPOINTS, _ENDPOINTS.replace('"endpoints"', '"points"')),)),
    "renamed-group-first": Variant(
        (
            (
                _ENDPOINTS,
                _ENDPOINTS.replace('"endpoints"', '"points"') + _FIRST,
            ),
        )
    ),
    "renamed-group-without-rule": Variant(
        ((_ENDPOINTS, _ENDPOINTS.replace('"endpoints"', '"points"')),), ("aws_vpc_security_group_ingress_rule.https",)
    ),
    "renamed-tasks": Variant(((_TASKS, _TASKS.replace('"tasks"', '"containers"')),)),
    "names-off": Variant((("private_dns_enabled = true", 'private_dns_enabled = each.key != "ecr.api"'),)),
    "closed-endpoint": Variant(more=_CLOSED_ENDPOINT.replace("NAMES", "true")),
    "closed-endpoint-without-names": Variant(more=_CLOSED_ENDPOINT.replace("NAMES", "false")),
    "without-ingress": Variant(without=("aws_vpc_security_group_ingress_rule.https",)),
    "without-egress": Variant(without=("aws_vpc_security_group_egress_rule.all",)),
    "denied": Variant(more=_DENIED),
    "without-entry": Variant(without=("aws_network_acl_rule.in",)),
    "without-acl": Variant(without=("aws_network_acl.tasks", "aws_network_acl_rule.in", "aws_network_acl_rule.out")),
    "moved": Variant(
        (
            ('"aws_route_table" "iso"', '"aws_route_table" "moved"'),
            ("aws_route_table.iso.id", "aws_route_table.moved.id"),
        ),
        more=_MOVED,
    ),
    "removed": Variant(without=("aws_vpc_endpoint.s3",), more=_REMOVED),
    "removed-destroyed": Variant(without=("aws_vpc_endpoint.s3",), more=_DESTROYED),
    "imported": Variant(more=_STRANGER.replace("EGRESS", _OPEN)),
    "imported-closed": Variant(more=_STRANGER.replace("EGRESS", "[]")),
    "targeted": Variant(without=("aws_vpc_endpoint.s3", "aws_route.nat"), words=("-target=aws_vpc_endpoint.s3",)),
    "other-table": Variant((("route_table_id = aws_route_table.iso.id", "route_table_id = aws_route_table.spare.id"),)),
    "without-association": Variant(without=("aws_route_table_association.tasks",)),
    "narrow-policy": Variant(((_INTERFACES, f"{_INTERFACES}{_NARROW}"),)),
    "own-bucket": Variant(
        (
            (
                "  route_table_ids = [aws_route_table.iso.id]\n",
                f"  route_table_ids = [aws_route_table.iso.id]\n{_OWN_BUCKET}",
            ),
        )
    ),
    "stopped": Variant(
        (
            (
                "aws_ecs_task_definition.jobs.arn\n  desired_count   = 1",
                "aws_ecs_task_definition.jobs.arn\n  desired_count   = 0",
            ),
        ),
        ("aws_nat_gateway.main", "aws_route.nat"),
    ),
    "hub-image": Variant(((_IMAGE, '"nginx:1", essential = true\n'),)),
    "parameter": Variant(((_VALUE_FROM, _PARAMETER),)),
    "without-policy": Variant(without=("aws_iam_role_policy.pull",)),
    "without-attachment": Variant(without=("aws_iam_role_policy_attachment.jobs",)),
    "without-support": Variant(
        (
            ("enable_dns_support   = true", "enable_dns_support   = false"),
            ("enable_dns_hostnames = true\n  tags ", "enable_dns_hostnames = false\n  tags "),
            ("private_dns_enabled = true", "private_dns_enabled = false"),
        )
    ),
    "own-servers": Variant(more=_OTHER_NAMES),
    "without-log-group": Variant(
        (("aws_cloudwatch_log_group.web.name", '"/ecs/web"'),), ("aws_cloudwatch_log_group.web",)
    ),
    "without-secret-value": Variant(without=("aws_secretsmanager_secret_version.token",)),
    "without-service": Variant(without=("aws_ecs_service.jobs", "aws_nat_gateway.main", "aws_route.nat")),
    "default-group": Variant(more='\nresource "aws_default_security_group" "iso" {\n  vpc_id = aws_vpc.iso.id\n}\n'),
    "renamed-cluster-name": Variant((('  name = "main"\n', '  name = "prod"\n'),)),
    "moved-service": Variant(
        (("subnets         = [aws_subnet.private.id]", "subnets         = [aws_subnet.public.id]"),)
    ),
}
