output "vpc_id" {
  description = "Id of the VPC."
  value       = local.vpc_id
}

output "interface_endpoint_ids" {
  description = "Ids of the interface endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }
}

output "interface_endpoint_arns" {
  description = "ARNs of the interface endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.arn }
}

output "gateway_endpoint_ids" {
  description = "Ids of the gateway endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id }
}

output "gateway_endpoint_arns" {
  description = "ARNs of the gateway endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.arn }
}

output "network_interface_ids" {
  description = "Ids of the network interfaces of the interface endpoints, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.network_interface_ids }
}

output "security_group_id" {
  description = "Id of the module's own security group; null if it has none."
  value       = one(aws_security_group.endpoints[*].id)
}

output "security_group_arn" {
  description = "ARN of the module's own security group; null if it has none."
  value       = one(aws_security_group.endpoints[*].arn)
}

output "route_table_ids" {
  description = "Ids of the route tables of each gateway endpoint, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.route_table_ids }
}

output "prefix_list_ids" {
  description = "Ids of the prefix lists of the gateways, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}

output "dns_names" {
  description = "The Regional DNS names of the interface endpoints themselves, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => try(endpoint.dns_entry[0].dns_name, null) }
}

output "subnet_ids" {
  description = "Ids of the subnets of each interface endpoint, one in a zone, by service."
  value       = local.endpoint_subnets
}

output "zone_ids" {
  description = "Ids of the private hosted zones of central endpoints, by service."
  value       = { for service, zone in aws_route53_zone.this : service => zone.zone_id }
}
