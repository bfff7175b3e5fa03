locals {
  # The layers of every image of ECR lie in a bucket of AWS's own, and are fetched with links that ECR has signed, not the
  # task's role. So no condition on the principal, its account or its organization may stand at this statement:
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
  layer_bucket = "arn:${data.aws_partition.current.partition}:s3:::prod-${local.region}-starport-layer-bucket/*"

  allowed = var.least_privilege == null ? null : {
    repositories = var.least_privilege.repositories
    secrets      = var.least_privilege.secrets
    parameters   = var.least_privilege.parameters
    keys         = var.least_privilege.keys
    buckets      = var.least_privilege.buckets
    objects      = [for bucket in var.least_privilege.buckets : "${bucket}/*"]
    tables       = flatten([for table in var.least_privilege.tables : [table, "${table}/index/*"]])
    # An action is asked of the group or of a stream in it.
    log_groups = flatten([for group in var.least_privilege.log_groups : [
      trimsuffix(group, ":*"), "${trimsuffix(group, ":*")}:*",
    ]])
  }

  # What a pull on Fargate asks for; AmazonECSTaskExecutionRolePolicy has one action more, which pushes ask for:
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
  pull = [
    { actions = ["ecr:GetAuthorizationToken"], of = null },
    { actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], of = "repositories" },
  ]
  # The log option awslogs-create-group lets the task create its group:
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
  group_creation = try(var.least_privilege.create_log_groups, false) ? ["logs:CreateLogGroup"] : []
  channels       = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]

  # The actions that least_privilege allows at each endpoint, and the list with their ARNs; null if AWS defines no
  # resource for them.
  needs = {
    "ecr.api"      = local.pull
    "ecr.dkr"      = local.pull
    logs           = [{ actions = concat(["logs:CreateLogStream", "logs:PutLogEvents"], local.group_creation), of = "log_groups" }]
    secretsmanager = [{ actions = ["secretsmanager:GetSecretValue"], of = "secrets" }]
    ssm            = [{ actions = ["ssm:GetParameters"], of = "parameters" }]
    kms            = [{ actions = ["kms:Decrypt"], of = "keys" }]
    ssmmessages    = [{ actions = [for channel in local.channels : "ssmmessages:${channel}"], of = null }]
    dynamodb       = [{ actions = ["dynamodb:*"], of = "tables" }]
    s3 = [
      { actions = ["s3:GetObject"], of = "objects" },
      { actions = ["s3:GetBucketLocation"], of = "buckets" },
    ]
  }
  needed = { for service, needs in local.needs : service => [
    for need in needs : {
      Effect    = "Allow"
      Principal = "*"
      Action    = need.actions
      Resource  = need.of == null ? ["*"] : local.allowed[need.of]
    } if local.allowed != null && length(need.of == null ? ["*"] : try(local.allowed[need.of], [])) > 0
  ] }
  statements = merge(local.needed, {
    s3 = concat(local.needed.s3, [
      { Effect = "Allow", Principal = "*", Action = ["s3:GetObject"], Resource = [local.layer_bucket] },
    ])
  })

  # By endpoint. Others have AWS's default policy, which allows everything.
  policies = merge(
    { for service, statements in local.statements : service => jsonencode({
      Version   = "2012-10-17"
      Statement = statements
    }) if local.allowed != null },
    var.policies,
  )

  # The lists of least_privilege without which an endpoint would refuse every call of use.
  lacking = local.allowed == null ? {} : {
    for service, needs in local.needs : service => [
      for need in needs : need.of if try(length(local.allowed[need.of]) == 0, false)
    ] if service != "s3" && !contains(keys(var.policies), service)
  }
}

check "least_privilege" {
  assert {
    condition = var.least_privilege == null || alltrue([
      for service in keys(local.interface_services) : contains(keys(local.policies), service)
    ])
    error_message = format(
      "least_privilege knows no policy for %s, which therefore let everything through: give theirs in policies.",
      join(", ", [for service in keys(local.interface_services) : service if !contains(keys(local.policies), service)]),
    )
  }
}
