resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_batch_compute_environment" "main" {
  name = "main"
  type = "MANAGED"

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = 4
    subnets            = local.subnets
    security_group_ids = [aws_security_group.tasks.id]
  }
}

resource "aws_batch_job_queue" "main" {
  name     = "main"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.main.arn
  }
}

resource "aws_batch_job_definition" "web" {
  name                  = "web"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  container_properties = jsonencode({
    image                = "${aws_ecr_repository.web.repository_url}:1"
    executionRoleArn     = aws_iam_role.execution.arn
    networkConfiguration = { assignPublicIp = "DISABLED" }
    resourceRequirements = [{ type = "VCPU", value = "0.25" }, { type = "MEMORY", value = "512" }]
  })
}
