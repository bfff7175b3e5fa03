data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_vpc" "this" {
  count  = var.create ? 1 : 0
  region = var.region
  id     = var.vpc_id
  tags   = length(var.vpc_tags) > 0 ? var.vpc_tags : null
}

data "aws_subnets" "tagged" {
  count  = var.create && length(var.subnet_tags) > 0 ? 1 : 0
  region = var.region
  tags   = var.subnet_tags

  filter {
    name   = "vpc-id"
    values = [local.vpc_id]
  }
}

data "aws_subnet" "this" {
  for_each = local.subnet_ids
  region   = var.region
  id       = each.value
}

data "aws_route_tables" "tagged" {
  count  = var.create && length(var.route_table_tags) > 0 ? 1 : 0
  region = var.region
  vpc_id = local.vpc_id
  tags   = var.route_table_tags
}

# A subnet without an association of its own is on the VPC's main route table. So is one whose association does not exist
# yet: https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html
data "aws_route_tables" "of_subnet" {
  for_each = var.create && var.look_up_route_tables ? local.subnets : {}
  region   = var.region
  vpc_id   = local.vpc_id

  filter {
    name   = "association.subnet-id"
    values = [each.value.id]
  }
}

# A gateway endpoint serves the subnets of its route tables only: the given tables are compared with those of the subnets.
data "aws_route_tables" "associated" {
  count  = length(local.gateways) > 0 && length(local.subnets) > 0 && !var.look_up_route_tables ? 1 : 0
  region = var.region
  vpc_id = local.vpc_id

  filter {
    name   = "association.subnet-id"
    values = [for subnet in local.subnets : subnet.id]
  }
}

# Without the filter, a service with a gateway endpoint of the same name gives two rows. Another Region cannot be read:
# https://github.com/hashicorp/terraform-provider-aws/issues/42462
data "aws_vpc_endpoint_service" "this" {
  for_each     = var.region == null ? local.interface_services : {}
  service_name = each.value

  filter {
    name   = "service-type"
    values = ["Interface"]
  }
}

# Conditions on a data source would defer its reading whenever something in their reach is about to change, and with it the
# keys of rules. So the endpoints have them: https://developer.hashicorp.com/terraform/language/data-sources
locals {
  look_up_faults = concat(
    [for subnet in data.aws_subnet.this : "Subnet ${subnet.id} is in ${subnet.vpc_id}, and an endpoint's subnets must be in its own VPC." if subnet.vpc_id != local.vpc_id],
    [for subnets in data.aws_subnets.tagged : "No subnet of the VPC has the tags of subnet_tags." if length(subnets.ids) == 0],
    [for tables in data.aws_route_tables.tagged : "No route table of the VPC has the tags of route_table_tags." if length(tables.ids) == 0],
    [for key, tables in data.aws_route_tables.of_subnet : "Subnet ${local.subnets[key].id} has no route table association of its own: give route_table_ids. The gateway endpoints would go on the VPC's main route table." if length(tables.ids) == 0],
  )

  region = coalesce(var.region, data.aws_region.current.region)
  vpc_id = var.vpc_id != null ? var.vpc_id : one(data.aws_vpc.this[*].id)

  subnet_ids = var.create ? setunion(var.subnet_ids, flatten(data.aws_subnets.tagged[*].ids)) : []
  subnets = merge(
    var.subnets,
    { for id, subnet in data.aws_subnet.this : id => {
      id                = subnet.id
      availability_zone = subnet.availability_zone
      cidr_block        = subnet.cidr_block
      ipv6_cidr_block   = subnet.ipv6_cidr_block
    } },
  )

  route_table_ids = var.look_up_route_tables ? distinct(flatten([
    for tables in data.aws_route_tables.of_subnet : tables.ids
  ])) : distinct(concat(var.route_table_ids, flatten(data.aws_route_tables.tagged[*].ids)))
  gateway_tables = { for gateway in local.gateways : gateway => (
    try(var.endpoint_settings[gateway].route_table_ids, null) == null ? local.route_table_ids : var.endpoint_settings[gateway].route_table_ids
  ) }
  uncovered = flatten([for gateway, tables in local.gateway_tables : [
    for table in setsubtract(flatten(data.aws_route_tables.associated[*].ids), tables) : "${table} (${gateway})"
  ]])
}

check "route_tables" {
  assert {
    condition     = length(local.uncovered) == 0
    error_message = "The tasks' subnets have route tables without a gateway endpoint: ${join(", ", local.uncovered)}. Add them to the gateways' route tables."
  }
}
