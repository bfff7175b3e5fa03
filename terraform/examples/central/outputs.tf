output "interface_endpoint_ids" {
  description = "Ids of the central endpoints, by service."
  value       = module.endpoints.interface_endpoint_ids
}

output "zone_ids" {
  description = "Ids of the private hosted zones, by service, for spokes of other accounts."
  value       = module.endpoints.zone_ids
}

output "gateway_endpoint_ids" {
  description = "Ids of the S3 gateway endpoints, by spoke."
  value       = { for name, spoke in module.layers : name => spoke.gateway_endpoint_ids["s3"] }
}
