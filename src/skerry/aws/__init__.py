"""The interface to boto3; nothing outside this package imports boto3 or botocore."""
