resource "aws_vpc_peering_connection" "main" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = module.hub.vpc.id
}

resource "aws_route" "to_hub" {
  route_table_id            = aws_route_table.private.id
  destination_cidr_block    = module.hub.vpc.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.main.id
}

resource "aws_route" "to_spoke" {
  route_table_id            = module.hub.vpc.main_route_table_id
  destination_cidr_block    = aws_vpc.main.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.main.id
}
