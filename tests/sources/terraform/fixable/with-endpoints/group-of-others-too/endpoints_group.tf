resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}

resource "aws_network_interface" "other" {
  subnet_id       = aws_subnet.a.id
  security_groups = [aws_security_group.endpoints.id]
}
