data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_vpc" "this" {
  id   = var.vpc_id
  tags = length(var.vpc_tags) > 0 ? var.vpc_tags : null
}

data "aws_subnets" "tagged" {
  count = length(var.subnet_tags) > 0 ? 1 : 0
  tags  = var.subnet_tags

  filter {
    name   = "vpc-id"
    values = [local.vpc_id]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "No subnet of the VPC has the tags of subnet_tags."
    }
  }
}

data "aws_subnet" "this" {
  for_each = local.subnet_ids
  id       = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == local.vpc_id
      error_message = "Subnet ${self.id} is in ${self.vpc_id}, and an endpoint's subnets must be in its own VPC."
    }
  }
}

data "aws_route_tables" "tagged" {
  count  = length(var.route_table_tags) > 0 ? 1 : 0
  vpc_id = local.vpc_id
  tags   = var.route_table_tags

  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "No route table of the VPC has the tags of route_table_tags."
    }
  }
}

data "aws_route_tables" "of_subnet" {
  for_each = local.look_up_route_tables ? local.subnets : {}
  vpc_id   = local.vpc_id

  filter {
    name   = "association.subnet-id"
    values = [each.value.id]
  }
}

# A subnet without an association of its own is on the VPC's main route table.
data "aws_route_tables" "main" {
  count  = local.look_up_route_tables ? 1 : 0
  vpc_id = local.vpc_id

  filter {
    name   = "association.main"
    values = ["true"]
  }
}

data "aws_vpc_endpoint_service" "this" {
  for_each     = local.interface_services
  service_name = each.value

  # Some services have a gateway of the same name.
  filter {
    name   = "service-type"
    values = ["Interface"]
  }
}

locals {
  region = data.aws_region.current.region
  vpc_id = var.vpc_id != null ? var.vpc_id : data.aws_vpc.this.id

  # The keys of everything with a for_each are names that are known when Terraform plans: those of the caller, ids that
  # were looked up, or places in a list. What is made in the same configuration is never a key.
  subnet_ids = merge(
    { for place, id in var.subnet_ids : format("%03d", place) => id },
    { for id in try(data.aws_subnets.tagged[0].ids, []) : id => id },
  )
  subnets = merge(
    var.subnets,
    { for key, subnet in data.aws_subnet.this : key => {
      id                = subnet.id
      availability_zone = subnet.availability_zone
      cidr_block        = subnet.cidr_block
    } },
  )

  look_up_route_tables = length(var.gateways) > 0 && length(var.route_table_ids) == 0 && length(var.route_table_tags) == 0
  route_table_ids = local.look_up_route_tables ? distinct(flatten([
    for tables in data.aws_route_tables.of_subnet : length(tables.ids) > 0 ? tables.ids : data.aws_route_tables.main[0].ids
  ])) : concat(var.route_table_ids, flatten(data.aws_route_tables.tagged[*].ids))
}
