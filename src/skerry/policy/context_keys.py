"""Context keys that AWS includes only in some requests, by its documentation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: see the
availability of each key.
"""

# Only in requests from an AWS service principal.
OF_SERVICES = (
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)
# Only in requests with the credentials of other kinds of session. ECS starts the session of a task and delivers its
# credentials:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
OF_OTHER_SESSIONS = (
    "aws:assumedroot",  # by sts:AssumeRoot
    "aws:chatbotsourcearn",  # by Amazon Q Developer in chat applications
    "aws:ec2instancesourceprivateipv4",  # those of an EC2 instance
    "aws:ec2instancesourcevpc",
    "aws:federatedprovider",  # by an OpenID Connect provider
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
# Only in requests from a service on behalf of a principal, and in requests to the AWS MCP server.
OF_INDIRECT_CALLS = (
    "aws:calledvia",
    "aws:calledviaawsmcp",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:ismcpserviceaction",
)
# Only in requests through an endpoint, to some services.
OF_ENDPOINTS = ("aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
# Services of tasks in none of AWS's lists of services with these keys. AWS says that it adds to the lists, so their
# requests may carry the keys today.
_SERVICES_OFF_THE_LISTS = frozenset(
    {"elasticfilesystem", "kinesis", "logs", "secretsmanager", "ssm", "ssmmessages", "sts"}
)
# Only in requests with tags. These actions have no parameter for tags, by the API references.
_TAGS = ("aws:requesttag/", "aws:tagkeys")
_ACTIONS_WITHOUT_TAGS = frozenset(
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
    """Return whether requests for the action never include the key; both are in lowercase."""
    return key.startswith(_TAGS) and action in _ACTIONS_WITHOUT_TAGS


def may_lack(action: str, key: str) -> bool:
    """Return whether it is unknown if requests for the action include the key; both are in lowercase."""
    return key in OF_ENDPOINTS and action.partition(":")[0] in _SERVICES_OFF_THE_LISTS
