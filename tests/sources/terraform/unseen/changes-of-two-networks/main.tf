# An isolated network with endpoints and one with a NAT gateway; strangers.py adds resources of no code.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "embedded"
  secret_key                  = "embedded"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
resource "aws_vpc" "iso" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = "iso" }
}
resource "aws_subnet" "tasks" {
  vpc_id            = aws_vpc.iso.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
  tags              = { Name = "tasks" }
}
resource "aws_subnet" "endpoints" {
  vpc_id            = aws_vpc.iso.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_route_table" "iso" {
  vpc_id = aws_vpc.iso.id
}
resource "aws_route_table" "spare" {
  vpc_id = aws_vpc.iso.id
}
resource "aws_route_table_association" "tasks" {
  subnet_id      = aws_subnet.tasks.id
  route_table_id = aws_route_table.iso.id
}
resource "aws_network_acl" "tasks" {
  vpc_id     = aws_vpc.iso.id
  subnet_ids = [aws_subnet.tasks.id]
}
resource "aws_network_acl_rule" "out" {
  network_acl_id = aws_network_acl.tasks.id
  rule_number    = 100
  egress         = true
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
resource "aws_network_acl_rule" "in" {
  network_acl_id = aws_network_acl.tasks.id
  rule_number    = 100
  egress         = false
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.iso.id
}
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.endpoints.id
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
resource "aws_security_group" "tasks" {
  name   = "tasks"
  vpc_id = aws_vpc.iso.id
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.tasks.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
resource "aws_vpc_endpoint" "interface" {
  for_each            = toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager"])
  vpc_id              = aws_vpc.iso.id
  service_name        = "com.amazonaws.eu-west-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.endpoints.id]
  security_group_ids  = [aws_security_group.endpoints.id]
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.iso.id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.iso.id]
}
resource "aws_vpc" "nat" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.nat.id
}
resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.nat.id
  cidr_block        = "10.1.0.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.nat.id
  cidr_block        = "10.1.1.0/24"
  availability_zone = "eu-west-1a"
  tags              = { Name = "private" }
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.nat.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.nat.id
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}
resource "aws_eip" "nat" {
  domain = "vpc"
}
resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
}
resource "aws_route" "nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}
resource "aws_security_group" "jobs" {
  name   = "jobs"
  vpc_id = aws_vpc.nat.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_iam_role" "web" {
  name               = "web"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "pull" {
  name   = "pull"
  role   = aws_iam_role.web.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["ecr:*", "logs:*"], Resource = "*" }] })
}
resource "aws_iam_role_policy" "secret" {
  name   = "secret"
  role   = aws_iam_role.web.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = "*" }] })
}
resource "aws_iam_role" "jobs" {
  name               = "jobs"
  assume_role_policy = aws_iam_role.web.assume_role_policy
}
resource "aws_iam_policy" "jobs" {
  name   = "jobs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "jobs" {
  role       = aws_iam_role.jobs.name
  policy_arn = aws_iam_policy.jobs.arn
}
resource "aws_secretsmanager_secret" "token" {
  name = "token"
}
resource "aws_secretsmanager_secret_version" "token" {
  secret_id     = aws_secretsmanager_secret.token.id
  secret_string = "hunter2"
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
  execution_role_arn       = aws_iam_role.web.arn
  container_definitions = jsonencode([{
    name             = "web", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", essential = true
    secrets          = [{ name = "TOKEN", valueFrom = aws_secretsmanager_secret.token.arn }]
    logConfiguration = { logDriver = "awslogs", options = { "awslogs-group" = aws_cloudwatch_log_group.web.name, "awslogs-region" = "eu-west-1", "awslogs-stream-prefix" = "web" } }
  }])
}
resource "aws_ecs_task_definition" "jobs" {
  family                   = "jobs"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.jobs.arn
  container_definitions    = jsonencode([{ name = "jobs", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1", essential = true }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.tasks.id]
    security_groups = [aws_security_group.tasks.id]
  }
}
resource "aws_ecs_service" "jobs" {
  name            = "jobs"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.jobs.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.private.id]
    security_groups = [aws_security_group.jobs.id]
  }
}
