variable "name" {
  description = "Name of the security group, and the beginning of every Name tag."
  type        = string
  default     = "endpoints"

  validation {
    condition     = !startswith(var.name, "sg-") && length(var.name) <= 255
    error_message = "name must not start with sg-, which AWS keeps for ids, and be no longer than 255 characters."
  }
}

variable "vpc_id" {
  description = "Id of the VPC. Give it, or vpc_tags."
  type        = string
  default     = null
}

variable "vpc_tags" {
  description = "Tags that exactly one VPC of the Region has."
  type        = map(string)
  default     = {}

  validation {
    condition     = (var.vpc_id == null) != (length(var.vpc_tags) == 0)
    error_message = "Give either vpc_id or vpc_tags."
  }
}

variable "subnets" {
  description = "The tasks' subnets by names of your own, as `aws_subnet.private` has them where that resource has a for_each. Nothing is looked up, so they may be made in the same configuration. Give them, or subnet_ids, or subnet_tags."
  type = map(object({
    id                = string
    availability_zone = string
    cidr_block        = string
  }))
  default = {}

  validation {
    condition     = length(var.subnets) == 0 || length(var.gateways) == 0 || length(var.route_table_ids) > 0 || length(var.route_table_tags) > 0
    error_message = "Give route_table_ids with subnets: their associations may not be made yet when a look-up would read them, and the gateway endpoints would go on the VPC's main route table."
  }
}

variable "subnet_ids" {
  description = "Ids of the tasks' subnets. Their zones and CIDR blocks are looked up. The number of ids must be known when Terraform plans, the ids need not."
  type        = list(string)
  default     = []
}

variable "subnet_tags" {
  description = "Tags of the tasks' subnets, which must exist already."
  type        = map(string)
  default     = {}

  validation {
    condition     = length([for given in [var.subnets, var.subnet_ids, var.subnet_tags] : given if length(given) > 0]) == 1
    error_message = "Give the tasks' subnets in exactly one way: subnets, subnet_ids or subnet_tags."
  }
}

variable "route_table_ids" {
  description = "Ids of the route tables of the tasks' subnets, for the gateway endpoints. Without them and route_table_tags, the tables of the subnets are looked up, which must then exist already."
  type        = list(string)
  default     = []
}

variable "route_table_tags" {
  description = "Tags of the route tables of the tasks' subnets, which must exist already."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.route_table_ids) == 0 || length(var.route_table_tags) == 0
    error_message = "Give either route_table_ids or route_table_tags."
  }
}

variable "ecr" {
  description = "Whether to make the endpoints of ECR: ecr.dkr, and from platform version 1.4.0 on ecr.api."
  type        = bool
  default     = true
}

variable "platform_version" {
  description = "Fargate platform version of the tasks: 1.4.0, which LATEST is, or 1.3.0, which needs no ecr.api and starts no task any more since 15 June 2026."
  type        = string
  default     = "1.4.0"

  validation {
    condition     = contains(["1.3.0", "1.4.0"], var.platform_version)
    error_message = "platform_version must be 1.3.0 or 1.4.0."
  }
}

variable "services" {
  description = "Services with an interface endpoint beside ECR: names as logs, secretsmanager, ssm, ssmmessages, kms, sqs, or whole names of endpoint services."
  type        = set(string)
  default     = ["logs"]

  validation {
    condition     = length(setintersection(var.services, ["s3", "dynamodb"])) == 0
    error_message = "s3 and dynamodb belong into gateways: a gateway endpoint costs nothing, and image layers need no other."
  }

  validation {
    condition     = alltrue([for service in var.services : can(regex("^[a-z0-9][a-z0-9.-]*$", service))])
    error_message = "services holds names such as logs, ecs-agent or execute-api, or whole names such as com.amazonaws.eu-west-1.logs."
  }
}

variable "gateways" {
  description = "Gateway endpoints: s3, from which ECR hands out image layers, and dynamodb."
  type        = set(string)
  default     = ["s3"]

  validation {
    condition     = length(setsubtract(var.gateways, ["s3", "dynamodb"])) == 0
    error_message = "gateways may hold s3 and dynamodb: no other service has a gateway endpoint."
  }
}

variable "ingress" {
  description = "Whom the endpoints' security group admits: `subnets`, TCP 443 from the CIDR block of each subnet; `from-tasks`, TCP 443 from each group of task_security_group_ids; `article`, TCP 80, TCP 443 and UDP 53 from the CIDR block of each subnet, of which only 443 is needed."
  type        = string
  default     = "subnets"

  validation {
    condition     = contains(["subnets", "from-tasks", "article"], var.ingress)
    error_message = "ingress must be subnets, from-tasks or article."
  }
}

variable "client_cidrs" {
  description = "Further IPv4 CIDR blocks from which the endpoints are called on TCP 443, such as those of spoke VPCs."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "client_cidrs holds IPv4 CIDR blocks such as 10.1.0.0/16."
  }
}

variable "task_security_group_ids" {
  description = "Security groups of the tasks. Their number must be known when Terraform plans, the ids need not."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.task_security_group_ids) > 0 || (var.ingress != "from-tasks" && !var.task_egress)
    error_message = "ingress = \"from-tasks\" and task_egress are about task_security_group_ids: give at least one."
  }
}

variable "task_egress" {
  description = "Whether to let the groups of task_security_group_ids out to the endpoints: TCP 443 to the endpoints' security group and to the prefix lists of the gateways. Not needed where they let everything out."
  type        = bool
  default     = false
}

variable "least_privilege" {
  description = "What the tasks use, by ARN; the policies of the endpoints then allow that and nothing else: repositories are pulled from, log groups written, secrets, parameters and objects of buckets read, keys used to decrypt, tables used in every way. Without it they allow everything. Image layers are always allowed."
  type = object({
    repositories = optional(list(string), [])
    log_groups   = optional(list(string), [])
    secrets      = optional(list(string), [])
    parameters   = optional(list(string), [])
    keys         = optional(list(string), [])
    buckets      = optional(list(string), [])
    tables       = optional(list(string), [])
  })
  default = null
}

variable "policies" {
  description = "Endpoint policies of your own, as JSON, by the name in services or gateways, or by ecr.api and ecr.dkr. They take precedence over least_privilege."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy))])
    error_message = "policies holds JSON: use jsonencode."
  }
}

variable "central" {
  description = "Whether other VPCs use these endpoints: private DNS is off, and a private hosted zone for each service answers in its place, here and in spoke_vpcs."
  type        = bool
  default     = false
}

variable "spoke_vpcs" {
  description = "VPCs that use central endpoints, by names of your own: their private zones are associated with them. In another account's VPC the association is only authorized: its owner makes it, with the output zone_ids."
  type = map(object({
    id            = string
    region        = optional(string)
    other_account = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = var.central || length(var.spoke_vpcs) == 0
    error_message = "spoke_vpcs need central = true."
  }
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
  default     = {}
}
