resource "aws_vpc" "main" {
  provider = aws.home

  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
