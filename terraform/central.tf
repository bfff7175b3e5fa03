# Private DNS answers in the endpoint's own VPC alone. Central endpoints are found through private hosted zones instead,
# one for each service's name, which are associated with every VPC that uses them:
# https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html

locals {
  zoned = var.central ? local.interface_services : {}
  # The host of ecr.dkr has the account before the service's name, others have more: hence both records in each zone.
  records = { for pair in setproduct(keys(local.zoned), ["apex", "wildcard"]) :
    "${pair[0]}/${pair[1]}" => { service = pair[0], wildcard = pair[1] == "wildcard" }
  }
  associations = { for pair in setproduct(keys(local.zoned), keys(var.spoke_vpcs)) :
    "${pair[0]}/${pair[1]}" => { service = pair[0], spoke = var.spoke_vpcs[pair[1]] }
  }
}

resource "aws_route53_zone" "this" {
  for_each = local.zoned

  name    = trimprefix(local.offers[each.key].private_dns_name, "*.")
  comment = "Leads to the central endpoint of ${each.key}"
  tags    = merge({ Name = "${var.name}-${each.key}" }, var.tags)

  vpc {
    vpc_id = local.vpc_id
  }

  lifecycle {
    # The spokes are associated by resources of their own, or by their owners.
    ignore_changes = [vpc]

    precondition {
      condition     = try(length(local.offers[each.key].private_dns_name) > 0, false)
      error_message = "${each.value} has no private DNS name: a private hosted zone cannot lead to a central endpoint of it."
    }
  }
}

resource "aws_route53_record" "this" {
  for_each = local.records

  zone_id = aws_route53_zone.this[each.value.service].zone_id
  name    = "${each.value.wildcard ? "*." : ""}${aws_route53_zone.this[each.value.service].name}"
  type    = "A"

  alias {
    name                   = aws_vpc_endpoint.interface[each.value.service].dns_entry[0].dns_name
    zone_id                = aws_vpc_endpoint.interface[each.value.service].dns_entry[0].hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_zone_association" "spoke" {
  for_each = { for key, association in local.associations : key => association if !association.spoke.other_account }

  zone_id    = aws_route53_zone.this[each.value.service].zone_id
  vpc_id     = each.value.spoke.id
  vpc_region = each.value.spoke.region
}

resource "aws_route53_vpc_association_authorization" "spoke" {
  for_each = { for key, association in local.associations : key => association if association.spoke.other_account }

  zone_id    = aws_route53_zone.this[each.value.service].zone_id
  vpc_id     = each.value.spoke.id
  vpc_region = each.value.spoke.region
}
