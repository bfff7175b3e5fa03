"""Keys of conditions that AWS documents to be in some requests only, and never in the others.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: what it says of each key's
availability.
"""

# Only in requests that a service of AWS makes under its own name.
OF_SERVICES = (
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
# Only in requests with the credentials of sessions that were begun, or delivered to their users, in another way than
# those of a task, which ECS begins and delivers to the task:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
OF_OTHER_SESSIONS = (
    "aws:assumedroot",  # by sts:AssumeRoot
    "aws:chatbotsourcearn",  # by Amazon Q Developer in chat applications
    "aws:ec2instancesourceprivateipv4",  # those of an EC2 instance
    "aws:ec2instancesourcevpc",
    "aws:federatedprovider",  # by a provider of OpenID Connect
    "aws:signinsessionarn",  # by AWS Sign-In
    "codebuild:buildarn",  # by CodeBuild
    "codebuild:projectarn",
    "ec2:roledelivery",  # by an EC2 instance
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",  # by AWS Glue
    "glue:roleassumedby",
    "identitystore:userid",  # by a user of IAM Identity Center
    "lambda:sourcefunctionarn",  # those of a Lambda function
    "ssm:sourceinstancearn",  # those of a managed instance of Systems Manager
)
# Only in requests that a service makes in somebody's name, and in those to AWS's own MCP server.
OF_INDIRECT_CALLS = (
    "aws:calledvia",
    "aws:calledviaawsmcp",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:ismcpserviceaction",
)
# Only in requests through an endpoint, to some services.
OF_ENDPOINTS = ("aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
# Services that tasks call and that are in none of AWS's lists of those with these keys; its lists grow at times.
_NOT_TOLD_OF_ENDPOINTS = frozenset(
    {"elasticfilesystem", "kinesis", "logs", "secretsmanager", "ssm", "ssmmessages", "sts"}
)
# Only in requests that pass tags, or could: these have no parameter for any, by the reference of each API.
_TAGS = ("aws:requesttag/", "aws:tagkeys")
_TAKE_NO_TAGS = frozenset(
    {
        "ecr:batchgetimage",
        "ecr:getauthorizationtoken",
        "ecr:getdownloadurlforlayer",
        "firehose:putrecordbatch",
        "kinesis:putrecords",
        "kms:decrypt",
        "logs:createlogstream",
        "logs:putlogevents",
        "s3:getbucketlocation",
        "s3:getobject",
        "secretsmanager:getsecretvalue",
        "ssm:getparameters",
    }
)


def lacks(action: str, key: str) -> bool:
    """Whether no request for the action has the key; both are written small."""
    if key in OF_ENDPOINTS:
        return action.partition(":")[0] in _NOT_TOLD_OF_ENDPOINTS
    return key.startswith(_TAGS) and action in _TAKE_NO_TAGS
