variable "defaults" {
  description = "Arguments of the module for every item that does not give its own."
  type        = any
  default     = {}
}

variable "items" {
  description = "Arguments of the module by a name of your own: one instance for each."
  type        = any
  default     = {}
}
