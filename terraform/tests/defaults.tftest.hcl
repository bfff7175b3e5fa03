# The module without an account: terraform init && terraform test

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_vpc" {
    defaults = { id = "vpc-1", enable_dns_support = true, enable_dns_hostnames = true }
  }

  mock_data "aws_vpc_endpoint_service" {
    defaults = {
      availability_zones         = ["eu-west-1a", "eu-west-1b"]
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
    b = { id = "subnet-b", availability_zone = "eu-west-1b", cidr_block = "10.0.2.0/24" }
    c = { id = "subnet-c", availability_zone = "eu-west-1b", cidr_block = "10.0.3.0/24" }
  }
}

run "endpoints_and_rules_of_a_start" {
  command = plan

  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "ecr.dkr", "logs"])
    error_message = "The interface endpoints are not those of ECR and CloudWatch Logs."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.subnet_ids == toset(["subnet-a", "subnet-b"])])
    error_message = "An endpoint does not have one subnet in each zone."
  }

  assert {
    condition     = aws_vpc_endpoint.gateway["s3"].route_table_ids == toset(["rtb-1"])
    error_message = "The gateway endpoint of S3 is not on the given route table."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.cidr)) == toset(["10.0.1.0/24/tcp-443", "10.0.2.0/24/tcp-443", "10.0.3.0/24/tcp-443"])
    error_message = "The rules do not admit each subnet on TCP 443 alone."
  }
}

run "tasks_by_security_group" {
  command = plan

  variables {
    ingress              = "from-tasks"
    task_security_groups = { web = "sg-web" }
    task_egress          = true
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.cidr) == 0 && aws_vpc_security_group_ingress_rule.tasks["web"].referenced_security_group_id == "sg-web"
    error_message = "The endpoints do not admit the tasks' security group alone."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.to_gateways["web/s3"].security_group_id == "sg-web"
    error_message = "The tasks are not let out to the gateway endpoint of S3."
  }
}

run "nothing_without_create" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) + length(aws_vpc_endpoint.gateway) + length(aws_security_group.endpoints) == 0
    error_message = "Resources are created in spite of create = false."
  }
}

run "same_rules_after_an_apply" {
  command = apply

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.cidr) == 3
    error_message = "The apply does not make a rule for each subnet."
  }
}
