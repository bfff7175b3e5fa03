resource "aws_vpc_ipv4_cidr_block_association" "second" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "100.64.0.0/16"
}

resource "aws_subnet" "second" {
  for_each          = { a = 1, b = 2 }
  vpc_id            = aws_vpc_ipv4_cidr_block_association.second.vpc_id
  cidr_block        = cidrsubnet(aws_vpc_ipv4_cidr_block_association.second.cidr_block, 8, each.value)
  availability_zone = "eu-west-1${each.key}"
}

resource "aws_route_table_association" "second" {
  for_each       = aws_subnet.second
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}
