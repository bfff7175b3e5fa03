variable "ids" {
  type = map(string)
}
resource "aws_vpc_security_group_ingress_rule" "more" {
  security_group_id = var.ids["aws_security_group.endpoints"]
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
}
resource "aws_route" "more" {
  route_table_id         = var.ids["aws_route_table.private"]
  destination_cidr_block = "192.0.2.0/24"
  gateway_id             = var.ids["aws_internet_gateway.main"]
}
