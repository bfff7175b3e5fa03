terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.69.1"
    }
  }
}
provider "aws" {
  region = "eu-west-1"
}
# Region of the provider: isolated, no endpoints.
resource "aws_vpc" "home" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "home" {
  vpc_id            = aws_vpc.home.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_ecs_service" "home" {
  name            = "home"
  cluster         = aws_ecs_cluster.home.id
  task_definition = aws_ecs_task_definition.home.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.home.id]
    security_groups = [aws_vpc.home.default_security_group_id]
  }
}
resource "aws_ecs_cluster" "home" {
  name = "home"
}
resource "aws_ecs_task_definition" "home" {
  family                   = "home"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "256"
  memory                   = "512"
  container_definitions    = jsonencode([{ name = "web", image = "public.ecr.aws/nginx/nginx:1", essential = true }])
}
# Region of each resource: public.
resource "aws_vpc" "far" {
  region     = "us-east-1"
  cidr_block = "10.1.0.0/16"
}
resource "aws_internet_gateway" "far" {
  region = "us-east-1"
  vpc_id = aws_vpc.far.id
}
resource "aws_route" "far" {
  region                 = "us-east-1"
  route_table_id         = aws_vpc.far.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.far.id
}
resource "aws_subnet" "far" {
  region            = "us-east-1"
  vpc_id            = aws_vpc.far.id
  cidr_block        = "10.1.0.0/24"
  availability_zone = "us-east-1a"
}
resource "aws_ecs_cluster" "far" {
  region = "us-east-1"
  name   = "far"
}
resource "aws_ecs_task_definition" "far" {
  region                   = "us-east-1"
  family                   = "far"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "256"
  memory                   = "512"
  container_definitions    = jsonencode([{ name = "web", image = "public.ecr.aws/nginx/nginx:1", essential = true }])
}
resource "aws_ecs_service" "far" {
  region          = "us-east-1"
  name            = "far"
  cluster         = aws_ecs_cluster.far.id
  task_definition = aws_ecs_task_definition.far.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.far.id]
    security_groups  = [aws_vpc.far.default_security_group_id]
    assign_public_ip = true
  }
}
