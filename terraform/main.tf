resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_services

  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = each.value
  subnet_ids          = local.endpoint_subnets[each.key]
  security_group_ids  = aws_security_group.endpoints[*].id
  private_dns_enabled = !var.central
  policy              = lookup(local.policies, each.key, null)
  tags                = merge({ Name = "${var.name}-${each.key}" }, var.tags)

  lifecycle {
    precondition {
      condition     = data.aws_vpc.this.enable_dns_support && data.aws_vpc.this.enable_dns_hostnames
      error_message = "Names of ${each.key} can lead to an endpoint only in a VPC with both DNS attributes: first set enable_dns_support and enable_dns_hostnames of ${local.vpc_id}."
    }
    precondition {
      condition     = length(local.endpoint_subnets[each.key]) > 0
      error_message = "${each.value} is offered in ${join(", ", data.aws_vpc_endpoint_service.this[each.key].availability_zones)}, and the subnets are in ${join(", ", keys(local.subnets_by_zone))}: give a subnet in one of its zones."
    }
    precondition {
      condition     = length(lookup(local.lacking, each.key, [])) == 0
      error_message = "There is an endpoint of ${each.key}, and least_privilege names no ${join(", ", lookup(local.lacking, each.key, []))}: its policy would let nothing through."
    }
    precondition {
      condition     = length(lookup(local.policies, each.key, "")) <= 20480
      error_message = "The policy for ${each.key} is longer than the 20,480 characters that AWS takes."
    }
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = var.gateways

  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids   = local.route_table_ids
  policy            = lookup(local.policies, each.key, null)
  tags              = merge({ Name = "${var.name}-${each.key}" }, var.tags)

  lifecycle {
    precondition {
      condition     = data.aws_vpc.this.enable_dns_support
      error_message = "Without DNS no name of ${each.key} resolves in ${local.vpc_id}: first set its enable_dns_support."
    }
    precondition {
      condition     = length(lookup(local.lacking, each.key, [])) == 0
      error_message = "There is an endpoint of ${each.key}, and least_privilege names no ${join(", ", lookup(local.lacking, each.key, []))}: its policy would let nothing through."
    }
    precondition {
      condition     = length(lookup(local.policies, each.key, "")) <= 20480
      error_message = "The policy for ${each.key} is longer than the 20,480 characters that AWS takes."
    }
  }
}

check "platform_version" {
  assert {
    condition     = var.platform_version != "1.3.0"
    error_message = "Platform version 1.3.0 is retired: no task starts on it since 15 June 2026. Use 1.4.0, which also needs ecr.api."
  }
}
