resource "aws_vpc" "second" {
  cidr_block           = "10.9.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "second-a" {
  vpc_id            = aws_vpc.second.id
  cidr_block        = "10.9.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "second-b" {
  vpc_id            = aws_vpc.second.id
  cidr_block        = "10.9.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_route_table" "second" {
  vpc_id = aws_vpc.second.id
}

resource "aws_route_table_association" "second-a" {
  subnet_id      = aws_subnet.second-a.id
  route_table_id = aws_route_table.second.id
}

resource "aws_route_table_association" "second-b" {
  subnet_id      = aws_subnet.second-b.id
  route_table_id = aws_route_table.second.id
}

resource "aws_security_group" "second" {
  name   = "second"
  vpc_id = aws_vpc.second.id

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_task_definition" "second" {
  family                   = "second"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = "arn:aws:iam::111122223333:role/execution"

  container_definitions = jsonencode([{
    name  = "second"
    image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = "/web"
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "second"
      }
    }
  }])
}

resource "aws_ecs_service" "second" {
  name            = "second"
  task_definition = aws_ecs_task_definition.second.arn
  launch_type     = "FARGATE"
  desired_count   = 1

  network_configuration {
    subnets         = [aws_subnet.second-a.id, aws_subnet.second-b.id]
    security_groups = [aws_security_group.second.id]
  }
}
