variable "block" {
  type = string
}
variable "zones" {
  type = list(string)
}
resource "aws_vpc" "this" {
  count                = 1
  cidr_block           = var.block
  enable_dns_hostnames = true
}
locals {
  vpc_id = try(aws_vpc.this[0].id, "")
}
resource "aws_subnet" "private" {
  count             = length(var.zones)
  vpc_id            = local.vpc_id
  cidr_block        = cidrsubnet(var.block, 8, count.index)
  availability_zone = "eu-west-1${element(var.zones, count.index)}"
}
resource "aws_route_table" "private" {
  count  = length(var.zones)
  vpc_id = local.vpc_id
}
resource "aws_route_table_association" "private" {
  count          = length(var.zones)
  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, count.index)
}
resource "aws_security_group" "tasks" {
  vpc_id = local.vpc_id
  name   = "tasks"
  dynamic "egress" {
    for_each = [443]
    content {
      protocol    = "tcp"
      from_port   = egress.value
      to_port     = egress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
output "vpc_id" {
  value = local.vpc_id
}
output "private_subnet_ids" {
  value = compact(aws_subnet.private[*].id)
}
output "private_route_table_ids" {
  value = aws_route_table.private[*].id
}
output "private_blocks" {
  value = aws_subnet.private[*].cidr_block
}
output "task_group_id" {
  value = one(aws_security_group.tasks[*].id)
}
