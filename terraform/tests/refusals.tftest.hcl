# Inputs that the module refuses when Terraform plans.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_vpc" {
    defaults = { id = "vpc-1", enable_dns_support = true, enable_dns_hostnames = false }
  }

  mock_data "aws_vpc_endpoint_service" {
    defaults = {
      availability_zones         = ["eu-west-1a"]
      private_dns_name           = "service.eu-west-1.amazonaws.com"
      supported_ip_address_types = ["ipv4", "ipv6"]
    }
  }
}

variables {
  vpc_id          = "vpc-1"
  route_table_ids = ["rtb-1"]
  subnets = {
    a = { id = "subnet-a", availability_zone = "eu-west-1a", cidr_block = "10.0.1.0/24" }
  }
}

run "no_route_table_for_the_gateway" {
  command = plan

  variables {
    route_table_ids = []
  }

  expect_failures = [var.look_up_route_tables]
}

run "policy_of_an_endpoint_that_is_not_created" {
  command = plan

  variables {
    policies = { log = "{}" }
  }

  expect_failures = [var.policies]
}

run "name_in_place_of_an_arn" {
  command = plan

  variables {
    least_privilege = { repositories = ["web"] }
  }

  expect_failures = [var.least_privilege]
}

run "vpc_without_dns_hostnames" {
  command = plan

  expect_failures = [aws_vpc_endpoint.interface]
}
