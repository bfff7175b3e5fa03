# A VPC with central endpoints, and a private zone for each of their names that other VPCs are associated with.

variable "spoke" {
  type = string
}

resource "aws_vpc" "hub" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "hub" {
  count             = 2
  vpc_id            = aws_vpc.hub.id
  cidr_block        = cidrsubnet(aws_vpc.hub.cidr_block, 8, count.index)
  availability_zone = element(["eu-west-1a", "eu-west-1b"], count.index)
}

resource "aws_security_group" "endpoints" {
  name_prefix = "endpoints-"
  vpc_id      = aws_vpc.hub.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.endpoints.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "this" {
  for_each           = local.names
  vpc_id             = aws_vpc.hub.id
  service_name       = "com.amazonaws.eu-west-1.${each.key}"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = aws_subnet.hub[*].id
  security_group_ids = [aws_security_group.endpoints.id]
}

locals {
  names = {
    "ecr.api" = "api.ecr.eu-west-1.amazonaws.com"
    "ecr.dkr" = "dkr.ecr.eu-west-1.amazonaws.com"
    "logs"    = "logs.eu-west-1.amazonaws.com"
  }
  records = merge([for service, name in local.names : {
    "${service} apex" = { service = service, name = name }
    "${service} any"  = { service = service, name = "*.${name}" }
  }]...)
}

resource "aws_route53_zone" "this" {
  for_each = local.names
  name     = each.value

  vpc {
    vpc_id = aws_vpc.hub.id
  }

  lifecycle {
    ignore_changes = [vpc]
  }
}

resource "aws_route53_zone_association" "spoke" {
  for_each = aws_route53_zone.this
  zone_id  = each.value.zone_id
  vpc_id   = var.spoke
}

resource "aws_route53_record" "this" {
  for_each = local.records
  zone_id  = aws_route53_zone.this[each.value.service].zone_id
  name     = each.value.name
  type     = "A"

  alias {
    name                   = aws_vpc_endpoint.this[each.value.service].dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.this[each.value.service].dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}

output "vpc" {
  value = aws_vpc.hub
}

output "subnets" {
  value = aws_subnet.hub[*].id
}
