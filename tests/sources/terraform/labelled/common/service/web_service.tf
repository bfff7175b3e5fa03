resource "aws_ecr_repository" "web" {
  name = "web"
}

resource "aws_iam_role" "execution" {
  name = "execution"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_cloudwatch_log_group" "web" {
  name = "/ecs/web"
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name      = "web"
    image     = "${aws_ecr_repository.web.repository_url}:1"
    essential = true
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.web.name
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "web"
      }
    }
    mountPoints = [for name in keys(local.volumes) : { sourceVolume = name, containerPath = "/mnt/${name}" }]
  }])

  dynamic "volume" {
    for_each = local.volumes
    content {
      name = volume.key
      efs_volume_configuration {
        file_system_id     = volume.value.file_system
        transit_encryption = "ENABLED"
        authorization_config {
          access_point_id = volume.value.access_point
        }
      }
    }
  }
}

resource "aws_ecs_service" "web" {
  count           = local.service ? 1 : 0
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 2
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = local.subnets
    security_groups = [aws_security_group.tasks.id]
  }
}
