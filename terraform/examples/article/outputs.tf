output "endpoints" {
  description = "Ids of the endpoints, by service."
  value       = merge(module.endpoints.interface_endpoint_ids, module.endpoints.gateway_endpoint_ids)
}
