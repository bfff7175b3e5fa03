resource "aws_efs_file_system" "data" {
  creation_token = "data"
}

resource "aws_efs_access_point" "data" {
  file_system_id = aws_efs_file_system.data.id
}

resource "aws_efs_mount_target" "data" {
  for_each       = aws_subnet.private
  file_system_id = aws_efs_file_system.data.id
  subnet_id      = each.value.id
}
