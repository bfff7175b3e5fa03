terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
provider "aws" {
  region = "eu-west-1"
  access_key                  = "embedded"
  secret_key                  = "embedded"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  assume_role {
    role_arn = "arn:aws:iam::111111111111:role/deploy"
  }
}
provider "aws" {
  alias  = "other"
  region = "eu-west-1"
  access_key                  = "embedded"
  secret_key                  = "embedded"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/deploy"
  }
}
# Account 1, Region of the provider: isolated, no endpoints.
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
# Account 2: public.
resource "aws_vpc" "other" {
  provider   = aws.other
  cidr_block = "10.2.0.0/16"
}
resource "aws_internet_gateway" "other" {
  provider = aws.other
  vpc_id   = aws_vpc.other.id
}
resource "aws_default_route_table" "other" {
  provider               = aws.other
  default_route_table_id = aws_vpc.other.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.other.id
  }
}
resource "aws_subnet" "other" {
  provider          = aws.other
  vpc_id            = aws_vpc.other.id
  cidr_block        = "10.2.0.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_ecs_cluster" "other" {
  provider = aws.other
  name     = "other"
}
resource "aws_ecs_task_definition" "other" {
  provider                 = aws.other
  family                   = "other"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "256"
  memory                   = "512"
  container_definitions    = jsonencode([{ name = "web", image = "public.ecr.aws/nginx/nginx:1", essential = true }])
}
resource "aws_ecs_service" "other" {
  provider        = aws.other
  name            = "other"
  cluster         = aws_ecs_cluster.other.id
  task_definition = aws_ecs_task_definition.other.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.other.id]
    security_groups  = [aws_vpc.other.default_security_group_id]
    assign_public_ip = true
  }
}
