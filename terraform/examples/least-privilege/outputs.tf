output "endpoint_arns" {
  description = "ARNs of the endpoints, by service."
  value       = merge(module.endpoints.interface_endpoint_arns, module.endpoints.gateway_endpoint_arns)
}

output "security_group_id" {
  description = "Id of the endpoints' security group."
  value       = module.endpoints.security_group_id
}
