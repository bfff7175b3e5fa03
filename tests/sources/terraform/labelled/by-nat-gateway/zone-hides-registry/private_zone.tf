resource "aws_route53_zone" "ecr" {
  name = "ecr.eu-west-1.amazonaws.com"

  vpc {
    vpc_id = aws_vpc.main.id
  }
}
