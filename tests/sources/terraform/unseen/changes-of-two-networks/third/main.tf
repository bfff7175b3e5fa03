variable "ids" {
  type = map(string)
}
resource "aws_security_group" "third" {
  name   = "third"
  vpc_id = var.ids["aws_vpc.iso"]
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_iam_role" "third" {
  name               = "third"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "third" {
  name   = "third"
  role   = aws_iam_role.third.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}
resource "aws_ecs_task_definition" "third" {
  family                   = "third"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.third.arn
  container_definitions    = jsonencode([{ name = "third", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", essential = true }])
}
resource "aws_ecs_service" "third" {
  name            = "third"
  cluster         = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
  task_definition = aws_ecs_task_definition.third.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [var.ids["aws_subnet.tasks"]]
    security_groups = [aws_security_group.third.id]
  }
}
