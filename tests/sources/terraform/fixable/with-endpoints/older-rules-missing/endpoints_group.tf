resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "ping" {
  type              = "ingress"
  security_group_id = aws_security_group.endpoints.id
  protocol          = "icmp"
  from_port         = -1
  to_port           = -1
  cidr_blocks       = [aws_vpc.main.cidr_block]
}
