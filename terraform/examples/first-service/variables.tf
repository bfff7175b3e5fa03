variable "name" {
  description = "Name of the service, and of everything that is made for it."
  type        = string
  default     = "first"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "name must consist of at most 31 lower-case letters, digits and hyphens, as the name of a repository does."
  }
}

variable "vpc_cidr" {
  description = "IPv4 CIDR block of the VPC, of which each subnet gets a sixteenth."
  type        = string
  default     = "10.0.0.0/16"
}

variable "zones" {
  description = "Names of two availability zones where Fargate runs; without them the first two of the Region."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, 2], length(distinct(var.zones))) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must name two different zones, or none."
  }
}

variable "image_tag" {
  description = "Tag of the image that the tasks run."
  type        = string
  default     = "1.0"
}

variable "desired_count" {
  description = "Number of tasks. Start with 0: an image can be pushed only when its repository is there."
  type        = number
  default     = 0
}
