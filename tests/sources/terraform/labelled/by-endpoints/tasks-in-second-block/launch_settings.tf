locals {
  service = true
  subnets = values(aws_subnet.second)[*].id
  volumes = {}
}
