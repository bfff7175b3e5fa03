resource "aws_ec2_transit_gateway" "main" {}

resource "aws_ec2_transit_gateway_vpc_attachment" "spoke" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.main.id
  subnet_ids         = local.subnets
}

resource "aws_ec2_transit_gateway_vpc_attachment" "hub" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = module.hub.vpc.id
  subnet_ids         = module.hub.subnets
}

resource "aws_route" "to_hub" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = module.hub.vpc.cidr_block
  transit_gateway_id     = aws_ec2_transit_gateway.main.id
  depends_on             = [aws_ec2_transit_gateway_vpc_attachment.spoke]
}
