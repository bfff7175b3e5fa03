resource "aws_subnet" "a" {
  provider          = aws.home
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  provider          = aws.home
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_route_table" "private" {
  provider = aws.home
  vpc_id   = aws_vpc.main.id
}

resource "aws_route_table_association" "a" {
  provider       = aws.home
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.private.id
}

resource "aws_route_table_association" "b" {
  provider       = aws.home
  subnet_id      = aws_subnet.b.id
  route_table_id = aws_route_table.private.id
}
