"""CloudFormation templates, SAM templates and assemblies of the AWS CDK, resolved to resources."""
