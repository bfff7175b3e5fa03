variable "hub" {
  description = "The VPC of the endpoints: its id, and those of a subnet in each zone."
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
  })
}

variable "spokes" {
  description = "The VPCs with the tasks, by name: their ids, CIDR blocks, and subnets with their route tables."
  type = map(object({
    vpc_id          = string
    cidr_block      = string
    subnet_ids      = list(string)
    route_table_ids = list(string)
  }))
}
