locals {
  # Every call of a task is TLS on TCP 443. Nothing uses port 80, and no security group filters queries to the VPC's own
  # DNS server. The other two are here only for those who need the article's rules word for word.
  https = [{ protocol = "tcp", port = 443 }]
  ports = var.ingress == "article" ? concat([{ protocol = "tcp", port = 80 }], local.https, [{ protocol = "udp", port = 53 }]) : local.https

  address_types = distinct(concat(
    [coalesce(var.ip_address_type, "ipv4")],
    [for settings in values(var.endpoint_settings) : coalesce(settings.ip_address_type, var.ip_address_type, "ipv4")],
  ))
  subnet_cidrs = var.ingress == "from-tasks" ? [] : distinct(concat(
    local.address_types == tolist(["ipv6"]) ? [] : [for subnet in local.subnets : subnet.cidr_block if try(length(subnet.cidr_block) > 0, false)],
    local.address_types == tolist(["ipv4"]) ? [] : [for subnet in local.subnets : subnet.ipv6_cidr_block if try(length(subnet.ipv6_cidr_block) > 0, false)],
  ))

  # A key says what its rule admits. Neither the order of an input nor the way that subnets are given changes a rule: AWS
  # refuses a rule that exists, so a rule may never move from one key to another.
  # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidPermission.Duplicate)
  cidr_rules = merge(
    { for rule in setproduct(local.subnet_cidrs, local.ports) :
      "${rule[0]}/${rule[1].protocol}-${rule[1].port}" => merge(rule[1], { cidr = rule[0] })
    },
    { for cidr in var.client_cidrs : "${cidr}/tcp-443" => merge(local.https[0], { cidr = cidr }) },
  )
  task_groups = merge({ for id in var.task_security_group_ids : id => id }, var.task_security_groups)
  to_gateways = { for pair in setproduct(keys(local.task_groups), local.gateways) :
    "${pair[0]}/${pair[1]}" => { group = local.task_groups[pair[0]], gateway = pair[1] }
  }

  with_security_group = var.create_security_group && length(local.interface_services) > 0
  security_group_ids  = concat(aws_security_group.endpoints[*].id, var.security_group_ids)

  # The quota counts IPv4 and IPv6 rules apart, and rules with a group as source in both:
  # https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
  group_rules = var.ingress == "from-tasks" ? length(local.task_groups) : 0
  rule_numbers = {
    IPv4 = local.group_rules + length([for rule in local.cidr_rules : rule if !strcontains(rule.cidr, ":")])
    IPv6 = local.group_rules + length([for rule in local.cidr_rules : rule if strcontains(rule.cidr, ":")])
  }
}

resource "aws_security_group" "endpoints" {
  count = local.with_security_group ? 1 : 0

  region      = var.region
  name_prefix = "${var.name}-"
  description = "The interface endpoints of AWS services"
  vpc_id      = local.vpc_id
  tags        = merge({ Name = var.name }, var.tags)

  # A group cannot be deleted while endpoints have it, and two groups of a VPC cannot have one name: hence name_prefix.
  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = max(values(local.rule_numbers)...) <= var.rule_quota
      error_message = "${max(values(local.rule_numbers)...)} rules go beyond the ${var.rule_quota} that a security group may have: admit task_security_groups with ingress = \"from-tasks\", or larger blocks with client_cidrs, or set rule_quota to your quota."
    }
  }
}

# A replaced group has its rules before the endpoints move to it, and loses them afterwards: hence create_before_destroy.
resource "aws_vpc_security_group_ingress_rule" "cidr" {
  for_each = local.with_security_group ? local.cidr_rules : {}

  region            = var.region
  security_group_id = aws_security_group.endpoints[0].id
  description       = "Calls from ${each.value.cidr}"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = strcontains(each.value.cidr, ":") ? null : each.value.cidr
  cidr_ipv6         = strcontains(each.value.cidr, ":") ? each.value.cidr : null
  tags              = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "tasks" {
  for_each = local.with_security_group && var.ingress == "from-tasks" ? local.task_groups : {}

  region                       = var.region
  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "Calls of the tasks"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value
  tags                         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "to_endpoints" {
  for_each = local.with_security_group && var.task_egress ? local.task_groups : {}

  region                       = var.region
  security_group_id            = each.value
  description                  = "Calls of AWS services through their endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints[0].id
  tags                         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# A gateway endpoint has no security group: a prefix list names the addresses that it serves.
resource "aws_vpc_security_group_egress_rule" "to_gateways" {
  for_each = var.task_egress ? local.to_gateways : {}

  region            = var.region
  security_group_id = each.value.group
  description       = "Calls of ${each.value.gateway} through its gateway endpoint"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.gateway[each.value.gateway].prefix_list_id
  tags              = var.tags
}
