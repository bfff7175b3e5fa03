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

  # The name of the endpoint service, by the name that the caller gives; one that names the Region is whole already.
  interface_services = {
    for service in setunion(var.services, local.ecr_services) : service => (
      strcontains(service, ".${local.region}.") ? service : join(".", [
        contains(local.prefixed_here, service) ? local.prefixes[data.aws_partition.current.partition] : "com.amazonaws",
        local.region,
        service,
      ])
    )
  }

  # An endpoint has at most one subnet in a zone, and none in a zone where the service is not offered. Of several
  # subnets in one zone it is the first by its key.
  subnets_by_zone = { for key, subnet in local.subnets : subnet.availability_zone => subnet.id... }
  endpoint_subnets = {
    for service, offer in data.aws_vpc_endpoint_service.this : service => [
      for zone, ids in local.subnets_by_zone : ids[0] if contains(offer.availability_zones, zone)
    ]
  }
}
