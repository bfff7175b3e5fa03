variable "network" {
  type = any
}
variable "services" {
  type = map(object({ ports = list(number) }))
}
resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = var.network.vpc_id
  ingress {
    protocol    = "icmp"
    from_port   = -1
    to_port     = -1
    cidr_blocks = var.network.private_blocks
  }
  dynamic "ingress" {
    for_each = toset(flatten(values(var.services)[*].ports))
    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = var.network.private_blocks
    }
  }
}
resource "aws_vpc_endpoint" "this" {
  for_each            = var.services
  vpc_id              = var.network.vpc_id
  service_name        = "com.amazonaws.eu-west-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = var.network.private_subnet_ids
  security_group_ids  = [aws_security_group.endpoints.id]
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = var.network.vpc_id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = var.network.private_route_table_ids
}
