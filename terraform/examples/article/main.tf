# The rules of the article word for word: TCP 80, TCP 443 and UDP 53 from each private subnet. Without `ingress` the
# endpoints admit TCP 443 alone, which is all that is needed.

module "endpoints" {
  source = "../.."

  vpc_id               = var.vpc_id
  subnet_ids           = var.private_subnet_ids
  look_up_route_tables = true
  services             = ["secretsmanager", "logs"]
  ingress              = "article"
}
