variable "networks" {
  type = map(object({
    block      = string
    zones      = optional(list(string), ["a", "b"])
    public     = optional(bool, false)
    allowed    = optional(list(number))
  }))
  default = { app = { block = "10.1.0.0/16" } }
}
variable "services" {
  type    = list(string)
  default = ["ecr.api", "ecr.dkr"]
}
module "network" {
  source   = "./modules/network"
  for_each = var.networks
  block    = each.value.block
  zones    = each.value.zones
}
module "endpoints" {
  source   = "./modules/endpoints"
  network  = module.network["app"]
  services = { for name in var.services : name => { ports = coalesce(var.networks["app"].allowed, [443]) } }
}
locals {
  subnets = module.network["app"].private_subnet_ids
  groups  = coalescelist([], [module.network["app"].task_group_id])
}
