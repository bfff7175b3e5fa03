resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_services

  region              = var.region
  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = each.value
  subnet_ids          = local.endpoint_subnets[each.key]
  security_group_ids  = try(var.endpoint_settings[each.key].security_group_ids, null) == null ? local.security_group_ids : var.endpoint_settings[each.key].security_group_ids
  private_dns_enabled = local.private_dns[each.key]
  ip_address_type     = local.address_type[each.key]
  policy              = lookup(local.policies, each.key, null)
  tags                = merge({ Name = "${var.name}-${each.key}" }, var.tags, try(var.endpoint_settings[each.key].tags, {}))

  dynamic "dns_options" {
    for_each = anytrue([for option in values(local.dns_options[each.key]) : option != null]) ? [local.dns_options[each.key]] : []

    content {
      dns_record_ip_type                             = dns_options.value.dns_record_ip_type
      private_dns_only_for_inbound_resolver_endpoint = dns_options.value.private_dns_only_for_inbound_resolver_endpoint
    }
  }

  dynamic "timeouts" {
    for_each = slice(local.timeouts[each.key], 0, min(1, length(local.timeouts[each.key])))

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  # Private DNS leads every client of the VPC to an endpoint at once: the rules come first. The private names of S3 for
  # inbound endpoints need its gateway endpoint.
  depends_on = [
    aws_vpc_security_group_ingress_rule.cidr,
    aws_vpc_security_group_ingress_rule.tasks,
    aws_vpc_security_group_egress_rule.to_endpoints,
    aws_vpc_endpoint.gateway,
  ]

  lifecycle {
    precondition {
      condition     = length(local.look_up_faults) == 0
      error_message = join(" ", local.look_up_faults)
    }
    precondition {
      condition     = data.aws_vpc.this[0].enable_dns_support && data.aws_vpc.this[0].enable_dns_hostnames
      error_message = "Names of ${each.key} can lead to an endpoint only in a VPC with both DNS attributes: first set enable_dns_support and enable_dns_hostnames of ${local.vpc_id}."
    }
    precondition {
      condition     = length(local.endpoint_subnets[each.key]) > 0
      error_message = "${each.value} is offered in ${join(", ", try(local.offers[each.key].availability_zones, []))}, and the subnets are in ${join(", ", keys(local.subnets_by_zone))}: give a subnet in one of its zones."
    }
    precondition {
      condition     = length([for name in values(local.interface_services) : name if name == each.value]) == 1
      error_message = "services names ${each.value} twice, by its short and by its whole name: AWS refuses a second endpoint with private DNS."
    }
    precondition {
      condition     = !local.private_dns[each.key] || local.private_names[each.key]
      error_message = "${each.value} has no private DNS name: leave private_dns_enabled out of its endpoint_settings."
    }
    precondition {
      condition = alltrue([for family in(local.address_type[each.key] == "dualstack" ? ["ipv4", "ipv6"] : [coalesce(local.address_type[each.key], "ipv4")]) :
        contains(coalesce(try(local.offers[each.key].supported_ip_address_types, null), [family]), family)
      ])
      error_message = "${each.value} is not offered with ip_address_type ${coalesce(local.address_type[each.key], "ipv4")}, only with ${join(", ", coalesce(try(local.offers[each.key].supported_ip_address_types, null), []))}: give another in endpoint_settings."
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
  for_each = local.gateways

  region            = var.region
  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids   = local.gateway_tables[each.key]
  policy            = lookup(local.policies, each.key, null)
  tags              = merge({ Name = "${var.name}-${each.key}" }, var.tags, try(var.endpoint_settings[each.key].tags, {}))

  dynamic "timeouts" {
    for_each = slice(local.timeouts[each.key], 0, min(1, length(local.timeouts[each.key])))

    content {
      create = timeouts.value.create
      update = timeouts.value.update
      delete = timeouts.value.delete
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.look_up_faults) == 0
      error_message = join(" ", local.look_up_faults)
    }
    precondition {
      condition     = data.aws_vpc.this[0].enable_dns_support
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
