variable "environment" {
  description = "Value of the tag Environment of the VPC, its private subnets and their route tables."
  type        = string
}

variable "task_security_group_id" {
  description = "Id of the tasks' security group."
  type        = string
}

variable "repository_arn" {
  description = "ARN of the repository of the tasks' image."
  type        = string
}

variable "log_group_arn" {
  description = "ARN of the tasks' log group."
  type        = string
}

variable "secret_arn" {
  description = "ARN of the secret that the task definition names."
  type        = string
}
