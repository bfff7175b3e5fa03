locals {
  service = true
  subnets = values(aws_subnet.private)[*].id
  volumes = {}
}
