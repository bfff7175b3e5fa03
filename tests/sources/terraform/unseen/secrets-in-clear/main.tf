variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-in-clear"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
  tags              = { Password = var.password }
}
resource "aws_ssm_parameter" "password" {
  name  = "/web/password"
  type  = "SecureString"
  value = var.password
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
  container_definitions = sensitive(jsonencode([{ name = "web", image = "docker.io/library/nginx:1", essential = true,
    environment = [{ name = "PASSWORD", value = var.password }], command = ["serve", "--password", var.password] }]))
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_vpc.main.default_security_group_id]
  }
}
