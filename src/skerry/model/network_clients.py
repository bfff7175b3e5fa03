"""Records of clients without a network interface while they are idle: Lambda functions and CodeBuild projects.

Shapes: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html and
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html. Environment variables and sources are not
read: they may be secret.
"""

from skerry.model.arns import ResourceArn
from skerry.model.record import Camel, Pascal


class FunctionVpc(Pascal, frozen=True):
    """The subnets and security groups of a function; without a VPC there are none."""

    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


class Function(Pascal, frozen=True):
    """A Lambda function."""

    function_arn: ResourceArn
    function_name: str
    vpc_config: FunctionVpc = FunctionVpc()


class BuildVpc(Camel, frozen=True):
    """The subnets and security groups of builds; without a VPC there are none."""

    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


class BuildProject(Camel, frozen=True):
    """A CodeBuild project."""

    arn: ResourceArn
    name: str
    vpc_config: BuildVpc = BuildVpc()
