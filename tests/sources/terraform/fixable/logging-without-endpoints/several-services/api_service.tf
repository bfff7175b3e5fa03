resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = "arn:aws:iam::111122223333:role/execution"

  container_definitions = jsonencode([{
    name    = "api"
    image   = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:1"
    secrets = [{ name = "KEY", valueFrom = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf" }]
  }])
}

resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn
  launch_type     = "FARGATE"
  desired_count   = 1

  network_configuration {
    subnets         = [aws_subnet.a.id, aws_subnet.b.id]
    security_groups = [aws_security_group.tasks.id]
  }
}
