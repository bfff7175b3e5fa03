resource "aws_route53_resolver_firewall_domain_list" "aws" {
  name    = "aws"
  domains = ["*.amazonaws.com."]
}

resource "aws_route53_resolver_firewall_rule_group" "main" {
  name = "main"
}

resource "aws_route53_resolver_firewall_rule" "aws" {
  name                    = "aws"
  action                  = "BLOCK"
  block_response          = "NODATA"
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.aws.id
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.main.id
  priority                = 100
}

resource "aws_route53_resolver_firewall_rule_group_association" "main" {
  name                   = "main"
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.main.id
  priority               = 200
  vpc_id                 = aws_vpc.main.id
}
