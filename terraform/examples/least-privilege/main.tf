# Endpoints of a VPC that is found by its tags, which admit the tasks of one security group, and let through what the
# service uses and nothing else.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "environment" {
  description = "Value of the tag Environment of the VPC, its private subnets and their route tables."
  type        = string
}

variable "task_security_group_id" {
  description = "Id of the tasks' security group."
  type        = string
}

variable "repository_arn" {
  description = "ARN of the repository of the tasks' image."
  type        = string
}

variable "log_group_arn" {
  description = "ARN of the tasks' log group."
  type        = string
}

variable "secret_arn" {
  description = "ARN of the secret that the task definition names."
  type        = string
}

module "endpoints" {
  source = "../.."

  vpc_tags         = { Environment = var.environment }
  subnet_tags      = { Environment = var.environment, Tier = "private" }
  route_table_tags = { Environment = var.environment, Tier = "private" }

  services                = ["logs", "secretsmanager", "ssmmessages"]
  ingress                 = "from-tasks"
  task_security_group_ids = [var.task_security_group_id]
  task_egress             = true

  least_privilege = {
    repositories = [var.repository_arn]
    log_groups   = [var.log_group_arn]
    secrets      = [var.secret_arn]
  }

  tags = { Environment = var.environment }
}
