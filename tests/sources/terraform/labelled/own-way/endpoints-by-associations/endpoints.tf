resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "https" {
  type                     = "ingress"
  security_group_id        = aws_security_group.endpoints.id
  source_security_group_id = aws_security_group.tasks.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
}

resource "aws_vpc_endpoint" "this" {
  for_each            = toset(["ecr.api", "ecr.dkr", "logs"])
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
}

resource "aws_vpc_endpoint_subnet_association" "this" {
  for_each        = { for pair in setproduct(keys(aws_vpc_endpoint.this), keys(aws_subnet.private)) : join(" ", pair) => pair }
  vpc_endpoint_id = aws_vpc_endpoint.this[each.value[0]].id
  subnet_id       = aws_subnet.private[each.value[1]].id
}

resource "aws_vpc_endpoint_security_group_association" "this" {
  for_each                    = aws_vpc_endpoint.this
  vpc_endpoint_id             = each.value.id
  security_group_id           = aws_security_group.endpoints.id
  replace_default_association = true
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.eu-west-1.s3"
}

resource "aws_vpc_endpoint_route_table_association" "s3" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  route_table_id  = aws_route_table.private.id
}

resource "aws_vpc_endpoint_policy" "s3" {
  vpc_endpoint_id = aws_vpc_endpoint.s3.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" }]
  })
}
