output "wrapper" {
  description = "Outputs of the module, by the name of the item."
  value       = module.wrapper
}
