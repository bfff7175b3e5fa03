locals {
  service = true
  subnets = values(aws_subnet.private)[*].id
  volumes = { data = { file_system = aws_efs_file_system.data.id, access_point = aws_efs_access_point.data.id } }
}
