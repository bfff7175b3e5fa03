variable "private_dns" {
  type    = bool
  default = false
}
