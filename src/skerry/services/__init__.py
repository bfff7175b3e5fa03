"""AWS services with resources of tasks, one module each: calls, ARNs, existence, policies, records of answers."""

from skerry.services import organizations
from skerry.services.ecr import ECR
from skerry.services.efs import EFS
from skerry.services.kms import KMS
from skerry.services.logs import LOGS
from skerry.services.s3 import S3
from skerry.services.secretsmanager import SECRETS_MANAGER
from skerry.services.service import ResourceService, SecretStore
from skerry.services.ssm import PARAMETER_STORE

SERVICES: tuple[ResourceService, ...] = (S3, SECRETS_MANAGER, PARAMETER_STORE, ECR, LOGS, KMS, EFS)
"""Every service with resources of tasks."""

SERVICE_OF_PREFIX = {service.prefix: service for service in SERVICES}
"""The services by their part of ARNs and of IAM actions."""

SECRET_STORES = {service.prefix: service for service in SERVICES if isinstance(service, SecretStore)}
"""The services that ECS reads values for containers from."""

READS = tuple(read for service in SERVICES for read in service.reads)
"""Every call about a single resource of tasks."""

READS_BY_ACTION = {read.action: read for read in (*READS, organizations.ORGANIZATION, *organizations.SAVED_READS)}
"""Every read of a single resource, by the IAM action of its call."""
