variable "owner" {
  type    = bool
  default = false
}
data "aws_vpc" "shared" {
  tags = { Name = "shared" }
}
data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }
  tags = { Tier = "private" }
}
resource "aws_security_group" "tasks" {
  name   = "web-tasks"
  vpc_id = data.aws_vpc.shared.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
locals {
  subnets = data.aws_subnets.private.ids
  groups  = [aws_security_group.tasks.id]
}
