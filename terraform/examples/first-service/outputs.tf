output "repository_url" {
  description = "Where the image is pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "push" {
  description = "The commands that push an image, from a machine with an internet connection."
  value       = <<-EOT
    aws ecr get-login-password --region ${local.region} | docker login --username AWS --password-stdin ${split("/", aws_ecr_repository.this.repository_url)[0]}
    docker build --platform linux/amd64 --tag ${aws_ecr_repository.this.repository_url}:${var.image_tag} .
    docker push ${aws_ecr_repository.this.repository_url}:${var.image_tag}
  EOT
}

output "cluster" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "service" {
  description = "Name of the service."
  value       = aws_ecs_service.this.name
}
