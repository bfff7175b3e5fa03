# Endpoints of a VPC that is found by its tags, which admit the tasks of one security group, and let through what the
# service uses and nothing else.

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
