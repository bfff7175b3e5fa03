resource "aws_ec2_managed_prefix_list" "endpoints" {
  name           = "endpoints"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr = aws_subnet.private["a"].cidr_block
  }
}

resource "aws_ec2_managed_prefix_list_entry" "b" {
  prefix_list_id = aws_ec2_managed_prefix_list.endpoints.id
  cidr           = aws_subnet.private["b"].cidr_block
}

resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  for_each          = { endpoints = aws_ec2_managed_prefix_list.endpoints.id, s3 = aws_vpc_endpoint.s3.prefix_list_id }
  security_group_id = aws_security_group.tasks.id
  prefix_list_id    = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
