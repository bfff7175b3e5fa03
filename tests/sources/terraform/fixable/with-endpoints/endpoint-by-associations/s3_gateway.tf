resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.eu-west-1.s3"
}

resource "aws_route_table" "other" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_endpoint_route_table_association" "other" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  route_table_id  = aws_route_table.other.id
}
