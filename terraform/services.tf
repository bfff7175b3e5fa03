locals {
  # Outside the standard partition some interface endpoints have a prefix of their own, gateway endpoints never:
  # https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
  prefixes = {
    aws-cn    = "cn.com.amazonaws"
    aws-eusc  = "eu.amazonaws"
    aws-iso   = "gov.ic.c2s"
    aws-iso-b = "gov.sgov.sc2s"
    aws-iso-e = "uk.adc-e.cloud"
    aws-iso-f = "gov.ic.hci.csp"
  }

  # The services that have it, by Region, or by partition for its other Regions.
  prefixed = {
    aws-cn = [
      "ecr.api", "ecr.dkr", "s3", "ec2", "elasticfilesystem", "elasticfilesystem-fips", "kinesis-streams", "lambda",
      "monitoring", "sqs", "states", "sts", "xray",
    ]
    aws-eusc = ["ecr.api", "ecr.dkr"]
    us-iso-east-1 = [
      "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "elasticfilesystem-fips", "sns", "sqs",
    ]
    us-iso-west-1 = [
      "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "elasticfilesystem-fips", "monitoring", "sns", "sqs",
    ]
    aws-iso = ["ecr.api", "ecr.dkr"]
    us-isob-east-1 = [
      "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "elasticfilesystem-fips", "sns", "sqs",
    ]
    us-isob-west-1 = ["ecr.api", "ecr.dkr", "elasticfilesystem-fips"]
    aws-iso-b      = ["ecr.api", "ecr.dkr"]
    aws-iso-e      = ["ecr.api", "ecr.dkr"]
    aws-iso-f      = ["ecr.api", "ecr.dkr"]
  }
  prefixed_here = lookup(local.prefixed, local.region, lookup(local.prefixed, data.aws_partition.current.partition, []))

  # Platform version 1.3.0 asked for its credentials of ECR over a network interface of Fargate's own.
  ecr_services = var.ecr ? (var.platform_version == "1.3.0" ? ["ecr.dkr"] : ["ecr.api", "ecr.dkr"]) : []

  gateways = var.create ? var.gateways : []
  # Names of the caller's, known whatever Terraform has read.
  interface_names = setunion(var.services, local.ecr_services, var.s3_interface ? ["s3"] : [])
  endpoint_names  = setunion(local.interface_names, var.gateways)

  # The name of the endpoint service, by the name that the caller gives; one with the Region in it is whole already.
  interface_services = { for service in local.interface_names : service => (
    strcontains(service, ".${local.region}.") ? service : join(".", [
      contains(local.prefixed_here, service) ? local.prefixes[data.aws_partition.current.partition] : "com.amazonaws",
      local.region,
      service,
    ])
  ) if var.create }

  # An endpoint has at most one subnet in a zone, and none in a zone where the service is not offered. Of several subnets
  # in one zone it is the first by its CIDR block, whichever way the subnets are given.
  ordered_subnets = flatten(values({ for key, subnet in local.subnets :
    coalesce(subnet.cidr_block, subnet.ipv6_cidr_block, key) => subnet...
  }))
  subnets_by_zone = { for subnet in local.ordered_subnets : subnet.availability_zone => subnet.id... }
  offers          = data.aws_vpc_endpoint_service.this
  endpoint_subnets = { for service in keys(local.interface_services) : service => (
    try(var.endpoint_settings[service].subnet_ids, null) != null ? tolist(var.endpoint_settings[service].subnet_ids) : [
      for zone, ids in local.subnets_by_zone : ids[0] if var.region != null || contains(try(local.offers[service].availability_zones, []), zone)
    ]
  ) }

  # AWS refuses private DNS for a service that has no private name. Of another Region that cannot be read.
  private_names = { for service in keys(local.interface_services) : service => (
    var.region != null || try(length(local.offers[service].private_dns_name) > 0, false) || try(length(local.offers[service].private_dns_names) > 0, false)
  ) }
  private_dns = { for service in keys(local.interface_services) : service => coalesce(
    try(var.endpoint_settings[service].private_dns_enabled, null),
    !var.central && local.private_names[service],
  ) }
  nameless = [for service, named in local.private_names : service
    if !named && !var.central && try(var.endpoint_settings[service].private_dns_enabled, null) == null
  ]

  # The VPC's own calls keep the gateway of S3, and calls through an inbound endpoint of Route 53 Resolver take the
  # interface: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptionsSpecification.html
  dns_options = { for service in keys(local.interface_services) : service => {
    dns_record_ip_type = try(coalesce(
      try(var.endpoint_settings[service].dns_options.dns_record_ip_type, null),
      try(var.dns_options.dns_record_ip_type, null),
    ), null)
    private_dns_only_for_inbound_resolver_endpoint = try(coalesce(
      try(var.endpoint_settings[service].dns_options.private_dns_only_for_inbound_resolver_endpoint, null),
      try(var.dns_options.private_dns_only_for_inbound_resolver_endpoint, null),
      service == "s3" && local.private_dns[service] ? contains(var.gateways, "s3") : null,
    ), null)
  } }

  address_type = { for service in keys(local.interface_services) : service => (
    try(var.endpoint_settings[service].ip_address_type, null) != null ? var.endpoint_settings[service].ip_address_type : var.ip_address_type
  ) }
  timeouts = { for service in setunion(keys(local.interface_services), local.gateways) : service => [
    for limits in [try(var.endpoint_settings[service].timeouts, null), var.timeouts] : limits if limits != null
  ] }
}

check "private_dns" {
  assert {
    condition     = length(local.nameless) == 0
    error_message = "${join(", ", local.nameless)} has no private DNS name: clients must call the names in the output dns_names. Set private_dns_enabled = false in endpoint_settings to accept that."
  }
}
