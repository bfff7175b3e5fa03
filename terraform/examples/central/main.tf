# Interface endpoints in one VPC for several. They reach it over a transit gateway or a peering connection, which is
# not made here. A gateway endpoint serves its own VPC alone: each spoke has one of its own.

module "endpoints" {
  source = "../.."

  name         = "central"
  vpc_id       = var.hub.vpc_id
  subnet_ids   = var.hub.subnet_ids
  services     = ["logs", "secretsmanager"]
  gateways     = []
  central      = true
  spoke_vpcs   = { for name, spoke in var.spokes : name => { id = spoke.vpc_id } }
  client_cidrs = [for spoke in var.spokes : spoke.cidr_block]
}

module "layers" {
  source   = "../.."
  for_each = var.spokes

  name            = each.key
  vpc_id          = each.value.vpc_id
  subnet_ids      = each.value.subnet_ids
  route_table_ids = each.value.route_table_ids
  ecr             = false
  services        = []
}
