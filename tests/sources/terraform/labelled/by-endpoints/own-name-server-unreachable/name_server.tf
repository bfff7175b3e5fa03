resource "aws_vpc_dhcp_options" "own" {
  domain_name_servers = ["172.20.0.53"]
}

resource "aws_vpc_dhcp_options_association" "own" {
  vpc_id          = aws_vpc.main.id
  dhcp_options_id = aws_vpc_dhcp_options.own.id
}
