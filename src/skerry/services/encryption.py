"""Keys of KMS that encrypt the resources of other services.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
"""

import msgspec

from skerry.model.arns import NameOrArn

OF_AWS = "alias/aws/"


class EncryptedWith(msgspec.Struct, frozen=True, gc=False):
    """A secret or parameter and its encryption key; ``key`` is empty for an AWS managed key.

    ``service`` decrypts it on behalf of its reader, with its ARN under ``context`` in the encryption context.
    """

    arn: NameOrArn
    key: str
    service: str
    context: str


def customer_key_of(key: str | None) -> str:
    """Return the key, empty for an AWS managed key."""
    return "" if key is None or OF_AWS in key else key
