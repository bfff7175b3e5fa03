# The rules of the article word for word: TCP 80, TCP 443 and UDP 53 from each private subnet. Without `ingress` the
# endpoints admit TCP 443 alone, which is all that is needed.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "vpc_id" {
  description = "Id of the VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "Ids of the isolated subnets in which the tasks run."
  type        = list(string)
}

module "endpoints" {
  source = "../.."

  vpc_id               = var.vpc_id
  subnet_ids           = var.private_subnet_ids
  look_up_route_tables = true
  services             = ["secretsmanager", "logs"]
  ingress              = "article"
}

output "endpoints" {
  description = "Ids of the endpoints, by service."
  value       = merge(module.endpoints.interface_endpoint_ids, module.endpoints.gateway_endpoint_ids)
}
