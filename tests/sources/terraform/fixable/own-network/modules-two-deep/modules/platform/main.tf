module "network" {
  source             = "../network"
  enable_dns_support = true
  dns_hostnames      = false
}

resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = module.network.vpc_id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

output "subnets" {
  value = module.network.subnet_ids
}

output "group" {
  value = aws_security_group.tasks.id
}
