variable "vpc_id" {
  description = "Id of the VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "Ids of the isolated subnets in which the tasks run."
  type        = list(string)
}
