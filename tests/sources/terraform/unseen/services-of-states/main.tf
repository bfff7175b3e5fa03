variable "vpc_id" {
  type = string
}
variable "subnet_ids" {
  type = list(string)
}
resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = var.vpc_id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
locals {
  subnets = var.subnet_ids
  groups  = [aws_security_group.tasks.id]
}
