locals {
  service = false
  subnets = values(aws_subnet.private)[*].id
  volumes = {}
}
