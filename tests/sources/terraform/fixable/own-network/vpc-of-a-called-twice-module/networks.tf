module "network" {
  source   = "./network"
  for_each = { one = "10.1.0.0/16", two = "10.2.0.0/16" }
  cidr     = each.value
}
