resource "aws_security_group" "tasks" {
  provider = aws.home
  name     = "tasks"
  vpc_id   = aws_vpc.main.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
