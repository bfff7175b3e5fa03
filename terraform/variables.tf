variable "create" {
  description = "Whether to create anything."
  type        = bool
  default     = true
}

variable "region" {
  description = "Region of the endpoints, if it is not the provider's. The zones and private DNS names of services cannot be read for another Region: every zone of the subnets is used then."
  type        = string
  default     = null
}

variable "name" {
  description = "Beginning of the security group's name and of every Name tag."
  type        = string
  default     = "endpoints"

  validation {
    condition     = length(var.name) > 0 && !startswith(var.name, "sg-") && length(var.name) <= 228
    error_message = "name must not start with sg-, which AWS keeps for ids, and have at most 228 characters: the provider appends 27."
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
    condition     = !var.create || (var.vpc_id == null) != (length(var.vpc_tags) == 0)
    error_message = "Give either vpc_id or vpc_tags."
  }
}

variable "subnets" {
  description = "The tasks' subnets by names of your own, such as `aws_subnet.private` if that resource has a for_each. Nothing is looked up, so they may be created in the same configuration. Their CIDR blocks must be known when Terraform plans, unless ingress is from-tasks. Give them, or subnet_ids, or subnet_tags."
  type = map(object({
    id                = string
    availability_zone = string
    cidr_block        = optional(string)
    ipv6_cidr_block   = optional(string)
  }))
  default = {}

  validation {
    condition     = length(distinct([for subnet in var.subnets : subnet.id])) == length(var.subnets)
    error_message = "subnets names a subnet twice."
  }
}

variable "subnet_ids" {
  description = "Ids of the tasks' subnets, which must exist already: their zones and CIDR blocks are looked up. Their order means nothing."
  type        = set(string)
  default     = []
}

variable "subnet_tags" {
  description = "Tags of the tasks' subnets, which must exist already."
  type        = map(string)
  default     = {}

  validation {
    condition = !var.create || length([for given in [length(var.subnets), length(var.subnet_ids), length(var.subnet_tags)] : given if given > 0]) == 1 || (
      length(var.subnets) + length(var.subnet_ids) + length(var.subnet_tags) == 0 && length(local.interface_names) == 0 && !var.look_up_route_tables
    )
    error_message = "Give the tasks' subnets in exactly one way: subnets, subnet_ids or subnet_tags. Only gateway endpoints with given route tables need none."
  }
}

variable "route_table_ids" {
  description = "Ids of the route tables of the tasks' subnets, for the gateway endpoints. Give them, or route_table_tags, or look_up_route_tables."
  type        = list(string)
  default     = []
}

variable "route_table_tags" {
  description = "Tags of the route tables of the tasks' subnets, which must exist already."
  type        = map(string)
  default     = {}
}

variable "look_up_route_tables" {
  description = "Whether to look up the route tables of the tasks' subnets. Each subnet must have an association of its own already: the VPC's main route table is never taken."
  type        = bool
  default     = false

  validation {
    condition     = length([for given in [length(var.route_table_ids) > 0, length(var.route_table_tags) > 0, var.look_up_route_tables] : given if given]) <= 1
    error_message = "Give only one of route_table_ids, route_table_tags and look_up_route_tables."
  }

  validation {
    condition = !var.create || length(var.route_table_ids) > 0 || length(var.route_table_tags) > 0 || var.look_up_route_tables || alltrue([
      for gateway in var.gateways : try(length(var.endpoint_settings[gateway].route_table_ids) > 0, false)
    ])
    error_message = "Gateway endpoints need route tables: give route_table_ids or route_table_tags, or set look_up_route_tables if every subnet has an association of its own already."
  }
}

variable "ecr" {
  description = "Whether to create the endpoints of ECR: ecr.dkr, and from platform version 1.4.0 on ecr.api."
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
  description = "Services with an interface endpoint, besides ECR: names such as logs, secretsmanager, ssm, ssmmessages, kms, sqs, or whole names of endpoint services."
  type        = set(string)
  default     = ["logs"]

  validation {
    condition     = length([for service in var.services : service if can(regex("^((cn\\.)?com\\.amazonaws\\.[a-z0-9-]+\\.)?(s3|dynamodb)$", service))]) == 0
    error_message = "s3 and dynamodb belong into gateways: a gateway endpoint costs nothing, and image layers need no other. For an interface endpoint of S3 as well, set s3_interface."
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

variable "s3_interface" {
  description = "Whether S3 gets an interface endpoint as well, for clients outside the VPC. With a gateway endpoint of S3, its private names answer only Route 53 Resolver's inbound endpoints: the VPC itself keeps the gateway."
  type        = bool
  default     = false
}

variable "endpoint_settings" {
  description = "Settings of single endpoints, by the name in services or gateways, or by ecr.api, ecr.dkr and s3. subnet_ids, security_group_ids and route_table_ids take the place of the module's, and so does each DNS option; tags are added. s3 applies to both its endpoints."
  type = map(object({
    subnet_ids          = optional(set(string))
    security_group_ids  = optional(set(string))
    route_table_ids     = optional(set(string))
    private_dns_enabled = optional(bool)
    ip_address_type     = optional(string)
    dns_options = optional(object({
      dns_record_ip_type                             = optional(string)
      private_dns_only_for_inbound_resolver_endpoint = optional(bool)
    }))
    tags = optional(map(string), {})
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }))
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.endpoint_settings), local.endpoint_names)) == 0
    error_message = "endpoint_settings is about ${join(", ", setsubtract(keys(var.endpoint_settings), local.endpoint_names))}, of which no endpoint is created."
  }

  validation {
    condition     = !var.central || alltrue([for settings in values(var.endpoint_settings) : !coalesce(settings.private_dns_enabled, false)])
    error_message = "Central endpoints have private hosted zones in place of private DNS: leave private_dns_enabled out of endpoint_settings."
  }

  validation {
    condition     = alltrue([for settings in values(var.endpoint_settings) : contains(["ipv4", "ipv6", "dualstack"], coalesce(settings.ip_address_type, "ipv4"))])
    error_message = "ip_address_type must be ipv4, ipv6 or dualstack."
  }
}

variable "ip_address_type" {
  description = "Addresses of the endpoints: `ipv4`, `ipv6` or `dualstack`. AWS's default is ipv4. With the others, the IPv6 CIDR blocks of the subnets are admitted too."
  type        = string
  default     = null

  validation {
    condition     = contains(["ipv4", "ipv6", "dualstack"], coalesce(var.ip_address_type, "ipv4"))
    error_message = "ip_address_type must be ipv4, ipv6 or dualstack."
  }
}

variable "dns_options" {
  description = "DNS options of the interface endpoints."
  type = object({
    dns_record_ip_type                             = optional(string)
    private_dns_only_for_inbound_resolver_endpoint = optional(bool)
  })
  default = null
}

variable "timeouts" {
  description = "How long Terraform waits for an endpoint, such as 10m."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

variable "create_security_group" {
  description = "Whether to create a security group for the interface endpoints."
  type        = bool
  default     = true

  validation {
    condition     = var.create_security_group || length(var.security_group_ids) > 0 || length(local.interface_names) == 0
    error_message = "Without a security group of its own the module needs security_group_ids: AWS would take the VPC's default group."
  }

  validation {
    condition     = var.create_security_group || (var.ingress == "subnets" && length(var.client_cidrs) == 0 && !var.task_egress)
    error_message = "ingress, client_cidrs and task_egress are about the module's own security group: leave them out with create_security_group = false."
  }
}

variable "security_group_ids" {
  description = "Existing security groups of the interface endpoints, in addition to the module's own."
  type        = list(string)
  default     = []
}

variable "rule_quota" {
  description = "Quota of inbound rules for each security group and address family, which AWS sets to 60 and raises on request."
  type        = number
  default     = 60
}

variable "ingress" {
  description = "Sources that the endpoints' security group admits: `subnets`, TCP 443 from the CIDR block of each subnet; `from-tasks`, TCP 443 from each group of task_security_groups and task_security_group_ids; `article`, TCP 80, TCP 443 and UDP 53 from the CIDR block of each subnet, of which only 443 is needed."
  type        = string
  default     = "subnets"

  validation {
    condition     = contains(["subnets", "from-tasks", "article"], var.ingress)
    error_message = "ingress must be subnets, from-tasks or article."
  }
}

variable "client_cidrs" {
  description = "Further CIDR blocks with clients of the endpoints on TCP 443, such as those of spoke VPCs. One that a subnet has as well gives one rule."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.client_cidrs : try(cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "client_cidrs holds CIDR blocks such as 10.1.0.0/16, without bits beyond their prefix."
  }
}

variable "task_security_groups" {
  description = "Security groups of the tasks, ids by names of your own. They may be created in the same configuration."
  type        = map(string)
  default     = {}
}

variable "task_security_group_ids" {
  description = "Ids of security groups of the tasks, which must exist already. Their order means nothing."
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.task_security_group_ids) + length(var.task_security_groups) > 0 || (var.ingress != "from-tasks" && !var.task_egress)
    error_message = "ingress = \"from-tasks\" and task_egress need the groups of the tasks: give task_security_groups or task_security_group_ids."
  }

  validation {
    condition     = length(distinct(concat(values(var.task_security_groups), tolist(var.task_security_group_ids)))) == length(var.task_security_groups) + length(var.task_security_group_ids)
    error_message = "A security group of the tasks is given twice: each rule can exist only once."
  }
}

variable "task_egress" {
  description = "Whether to let the tasks' security groups out to the endpoints: TCP 443 to the endpoints' security group and to the prefix lists of the gateways. Not needed where they let everything out."
  type        = bool
  default     = false
}

variable "least_privilege" {
  description = "Resources that the tasks use, by ARN; the policies of the endpoints allow those and nothing else. Images are pulled from repositories, log_groups are written, secrets, parameters and the objects of buckets are read, keys decrypt, and tables are used in every way. create_log_groups is for tasks with the log option awslogs-create-group. Without least_privilege the endpoints allow everything. Image layers are always allowed."
  type = object({
    repositories      = optional(list(string), [])
    log_groups        = optional(list(string), [])
    create_log_groups = optional(bool, false)
    secrets           = optional(list(string), [])
    parameters        = optional(list(string), [])
    keys              = optional(list(string), [])
    buckets           = optional(list(string), [])
    tables            = optional(list(string), [])
  })
  default = null

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.repositories, []) : can(regex("^arn:[a-z-]+:ecr:[^:]*:[^:]*:repository/.", arn))])
    error_message = "least_privilege.repositories holds ARNs such as arn:aws:ecr:eu-west-1:111122223333:repository/web."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.log_groups, []) : can(regex("^arn:[a-z-]+:logs:[^:]*:[^:]*:log-group:.", arn))])
    error_message = "least_privilege.log_groups holds ARNs such as arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.secrets, []) : can(regex("^arn:[a-z-]+:secretsmanager:[^:]*:[^:]*:secret:.", arn))])
    error_message = "least_privilege.secrets holds ARNs such as arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.parameters, []) : can(regex("^arn:[a-z-]+:ssm:[^:]*:[^:]*:parameter/.", arn))])
    error_message = "least_privilege.parameters holds ARNs such as arn:aws:ssm:eu-west-1:111122223333:parameter/web/db."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.keys, []) : can(regex("^arn:[a-z-]+:kms:[^:]*:[^:]*:key/.", arn))])
    error_message = "least_privilege.keys holds ARNs such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.buckets, []) : can(regex("^arn:[a-z-]+:s3:::[^/]+$", arn))])
    error_message = "least_privilege.buckets holds ARNs such as arn:aws:s3:::settings."
  }

  validation {
    condition     = alltrue([for arn in try(var.least_privilege.tables, []) : can(regex("^arn:[a-z-]+:dynamodb:[^:]*:[^:]*:table/[^/]+$", arn))])
    error_message = "least_privilege.tables holds ARNs such as arn:aws:dynamodb:eu-west-1:111122223333:table/orders."
  }
}

variable "policies" {
  description = "Endpoint policies of your own, as JSON, by the name in services or gateways, or by ecr.api and ecr.dkr. They take precedence over least_privilege."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy))])
    error_message = "policies holds JSON: use jsonencode."
  }

  validation {
    condition     = length(setsubtract(keys(var.policies), local.endpoint_names)) == 0
    error_message = "policies is about ${join(", ", setsubtract(keys(var.policies), local.endpoint_names))}, of which no endpoint is created."
  }
}

variable "central" {
  description = "Whether other VPCs use these endpoints: private DNS is off, and a private hosted zone for each service answers in its place, here and in spoke_vpcs."
  type        = bool
  default     = false

  validation {
    condition     = !var.central || var.region == null
    error_message = "The private names of services cannot be read for another Region: central needs a provider of that Region in place of region."
  }
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
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
}
