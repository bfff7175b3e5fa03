locals {
  # Every call of a task is TLS on TCP 443. Nothing is asked on 80, and no security group filters the questions that a
  # task puts to the VPC's own DNS server: both are here only for those who need the rules word for word.
  https = [{ protocol = "tcp", port = 443 }]
  ports = var.ingress == "article" ? concat([{ protocol = "tcp", port = 80 }], local.https, [{ protocol = "udp", port = 53 }]) : local.https

  by_cidr = merge(
    var.ingress == "from-tasks" ? {} : { for rule in setproduct(keys(local.subnets), local.ports) :
      "${rule[0]}/${rule[1].protocol}-${rule[1].port}" => merge(rule[1], { cidr = local.subnets[rule[0]].cidr_block })
    },
    { for place, cidr in var.client_cidrs : format("client-%03d/tcp-443", place) => merge(local.https[0], { cidr = cidr }) },
  )
  task_groups = { for place, id in var.task_security_group_ids : format("task-%03d", place) => id }
  to_gateways = { for pair in setproduct(keys(local.task_groups), var.gateways) :
    "${pair[0]}/${pair[1]}" => { group = local.task_groups[pair[0]], gateway = pair[1] }
  }
}

resource "aws_security_group" "endpoints" {
  count = length(local.interface_services) > 0 ? 1 : 0

  name        = var.name
  description = "The interface endpoints of AWS services"
  vpc_id      = local.vpc_id
  tags        = merge({ Name = var.name }, var.tags)

  # A group cannot be deleted while endpoints have it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "cidr" {
  for_each = length(aws_security_group.endpoints) > 0 ? local.by_cidr : {}

  security_group_id = aws_security_group.endpoints[0].id
  description       = "Calls from ${each.value.cidr}"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
  tags              = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "tasks" {
  for_each = length(aws_security_group.endpoints) > 0 && var.ingress == "from-tasks" ? local.task_groups : {}

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "Calls of the tasks"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value
  tags                         = var.tags
}

resource "aws_vpc_security_group_egress_rule" "to_endpoints" {
  for_each = length(aws_security_group.endpoints) > 0 && var.task_egress ? local.task_groups : {}

  security_group_id            = each.value
  description                  = "Calls of AWS services through their endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints[0].id
  tags                         = var.tags
}

# A gateway endpoint has no security group: what it serves is a list of address ranges.
resource "aws_vpc_security_group_egress_rule" "to_gateways" {
  for_each = var.task_egress ? local.to_gateways : {}

  security_group_id = each.value.group
  description       = "Calls of ${each.value.gateway} through its gateway endpoint"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.gateway[each.value.gateway].prefix_list_id
  tags              = var.tags
}
