"""Resources that tasks use: secrets, parameters, keys, log groups, repositories, buckets and file systems.

A created resource is there after the deployment. One that a template only names may be there or not: no document is
written for it. Images and objects are pushed later, so nothing is said of them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.policies import document_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.made_by_aws import first_address_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row

Documents = Iterator[tuple[str, dict[str, Any]]]


def write_task_resources(templates: Templates) -> Documents:
    """Yield an answer of AWS for each resource of tasks that the templates create."""
    for kind, write in _WRITERS.items():
        for made in templates.of(kind):
            for name, document in write(templates, made):
                yield f"{name} of {made.name}", document
    yield from _cache_rules(templates)


def _answer(operation: str, parameters: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, Any]:
    return {"Call": {"operation": operation, "parameters": dict(parameters)}, "Response": dict(response)}


def _absent(operation: str, parameters: Mapping[str, Any], code: str) -> dict[str, Any]:
    return {"Call": {"operation": operation, "parameters": dict(parameters)}, "Error": {"Code": code, "Message": ""}}


def _text_of(templates: Templates, properties: Properties, name: str) -> str | None:
    """Return a policy as JSON; None if it is not known."""
    value = properties.value(name)
    return None if value is None else document_of(value, templates.stand_ins)


def _secret(templates: Templates, made: Made) -> Documents:
    """Yield a secret: it has a value if the template gives or generates one.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    """
    properties, about = made.properties, {"SecretId": made.id}
    has_value = "SecretString" in properties or "GenerateSecretString" in properties
    key = properties.id("KmsKeyId")
    row = known_row(
        {
            "ARN": made.id,
            "KmsKeyId": key,
            "VersionIdsToStages": {"created": ["AWSCURRENT"]} if has_value else None,
        }
    )
    yield "secret", _answer("secretsmanager:DescribeSecret", about, row)
    policies = templates.group_by("AWS::SecretsManager::ResourcePolicy", "SecretId")
    if policies.may_have_more(made.id):
        return
    own = policies.of(made.id)
    policy = _text_of(templates, own[0].properties, "ResourcePolicy") if own else None
    if policy is not None or not own:
        answer = known_row({"ARN": made.id, "ResourcePolicy": policy})
        yield "policy", _answer("secretsmanager:GetResourcePolicy", about, answer)


def _parameter(_templates: Templates, made: Made) -> Documents:
    """Yield a parameter: CloudFormation makes no secure strings.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
    """
    filters = [{"Key": "Name", "Option": "Equals", "Values": [made.id]}]
    row = known_row({"Name": made.id, "ARN": made.arn, "Type": made.properties.text("Type", "String")})
    yield "parameter", _answer("ssm:DescribeParameters", {"ParameterFilters": filters}, {"Parameters": [row]})


def _key(templates: Templates, made: Made) -> Documents:
    """Yield a key with its policy, by its id and its ARN; a new key has no grants.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
    """
    enabled = made.properties.flag("Enabled", default=True)
    state = UNKNOWN if enabled is UNKNOWN else "Enabled" if enabled else "Disabled"
    row = known_row({"Arn": made.arn, "KeyId": made.id, "KeyManager": "CUSTOMER", "KeyState": state})
    account = templates.place.account
    root = f"arn:{templates.place.partition}:iam::{account}:root"
    default = (
        f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{root}"}}, '
        '"Action": "kms:*", "Resource": "*"}]}'
    )
    policy = _text_of(templates, made.properties, "KeyPolicy") if "KeyPolicy" in made.properties else default
    by_key = templates.group_by("AWS::KMS::Alias", "TargetKeyId")
    aliases = [alias.properties.id("AliasName") for alias in (*by_key.of(made.id), *by_key.of(made.arn))]
    for name in (made.id, made.arn, *filter(None, aliases)):
        yield f"key {name}", _answer("kms:DescribeKey", {"KeyId": name}, {"KeyMetadata": row})
    for name in (made.id, made.arn):
        if policy is not None:
            yield f"policy {name}", _answer("kms:GetKeyPolicy", {"KeyId": name}, {"Policy": policy})
        yield f"grants {name}", _answer("kms:ListGrants", {"KeyId": name}, {"Grants": []})


def _log_group(_templates: Templates, made: Made) -> Documents:
    row = {"logGroupName": made.id, "arn": made.arn}
    yield "log group", _answer("logs:DescribeLogGroups", {"logGroupNamePrefix": made.id}, {"logGroups": [row]})


def _repository(templates: Templates, made: Made) -> Documents:
    """Yield the policy of a repository, or that it has none.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
    """
    about = {"registryId": templates.place.account, "repositoryName": made.id}
    operation = "ecr:GetRepositoryPolicy"
    if "RepositoryPolicyText" not in made.properties:
        yield "policy", _absent(operation, about, "RepositoryPolicyNotFoundException")
        return
    policy = _text_of(templates, made.properties, "RepositoryPolicyText")
    if policy is not None:
        yield "policy", _answer(operation, about, {"policyText": policy})


def _bucket(templates: Templates, made: Made) -> Documents:
    """Yield the policy of a bucket, or that it has none."""
    policies = templates.group_by("AWS::S3::BucketPolicy", "Bucket")
    if policies.may_have_more(made.id):
        return
    own, about = policies.of(made.id), {"Bucket": made.id}
    if not own:
        yield "policy", _absent("s3:GetBucketPolicy", about, "NoSuchBucketPolicy")
        return
    policy = _text_of(templates, own[0].properties, "PolicyDocument")
    if policy is not None:
        yield "policy", _answer("s3:GetBucketPolicy", about, {"Policy": policy})


def _file_system(templates: Templates, made: Made) -> Documents:
    """Yield a file system's mount targets, access points and policy.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-mounttarget.html
    """
    about = {"FileSystemId": made.id}
    targets = templates.group_by("AWS::EFS::MountTarget", "FileSystemId")
    if not targets.may_have_more(made.id):
        rows = [_mount_target(templates, target) for target in targets.of(made.id)]
        yield "mount targets", _answer("DescribeMountTargets", about, {"MountTargets": rows})
    points = templates.group_by("AWS::EFS::AccessPoint", "FileSystemId")
    if not points.may_have_more(made.id):
        listed = [{"AccessPointId": point.id, "LifeCycleState": "available"} for point in points.of(made.id)]
        yield "access points", _answer("elasticfilesystem:DescribeAccessPoints", about, {"AccessPoints": listed})
    operation = "elasticfilesystem:DescribeFileSystemPolicy"
    if "FileSystemPolicy" not in made.properties:
        yield "policy", _absent(operation, about, "PolicyNotFound")
        return
    policy = _text_of(templates, made.properties, "FileSystemPolicy")
    if policy is not None:
        yield "policy", _answer(operation, about, {"Policy": policy})


def _mount_target(templates: Templates, made: Made) -> dict[str, Value]:
    subnet = made.properties.id("SubnetId") or ""
    own = templates.subnets.get(subnet)
    block = UNKNOWN if own is None else own.properties.text("CidrBlock", "")
    return known_row(
        {
            "MountTargetId": made.id,
            "FileSystemId": made.properties.id("FileSystemId"),
            "SubnetId": subnet,
            "LifeCycleState": "available",
            "IpAddress": made.properties.text("IpAddress") or first_address_of(block),
            "NetworkInterfaceId": made_with_vpc("eni", made.id, "NetworkInterface"),
        }
    )


# https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
_UPSTREAMS: Final = {
    "docker-hub": "registry-1.docker.io",
    "ecr-public": "public.ecr.aws",
    "github-container-registry": "ghcr.io",
    "gitlab-container-registry": "registry.gitlab.com",
    "k8s": "registry.k8s.io",
    "quay": "quay.io",
}


def _cache_rules(templates: Templates) -> Documents:
    """Yield the pull-through cache rules of the templates; the registry may have others."""
    rows = [_cache_rule(made.properties) for made in templates.of("AWS::ECR::PullThroughCacheRule")]
    if rows:
        yield "pullThroughCacheRules", write_open_list("pullThroughCacheRules", filter(None, rows))


def _cache_rule(rule: Properties) -> dict[str, Value] | None:
    usual = _UPSTREAMS.get(str(rule.text("UpstreamRegistry", "")))
    prefix, url = rule.text("EcrRepositoryPrefix"), rule.text("UpstreamRegistryUrl", usual)
    if not isinstance(prefix, str) or not isinstance(url, str):
        return None
    return known_row(
        {"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": url, "credentialArn": rule.text("CredentialArn")}
    )


_WRITERS: Final[Mapping[str, Callable[[Templates, Made], Documents]]] = {
    "AWS::ECR::Repository": _repository,
    "AWS::EFS::FileSystem": _file_system,
    "AWS::KMS::Key": _key,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::SSM::Parameter": _parameter,
    "AWS::SecretsManager::Secret": _secret,
}
