"""Records of S3 Files: the mount targets of a file system on a bucket.

Shapes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3files_ListMountTargetsDescription.html
"""

from skerry.model.field_types import Address4
from skerry.model.record import Camel


class S3FilesMountTarget(Camel, frozen=True, gc=False):
    """The interface of an S3 Files file system in one zone."""

    mount_target_id: str
    file_system_id: str
    subnet_id: str
    vpc_id: str | None = None
    availability_zone_id: str | None = None
    ipv4_address: Address4 | None = None
    network_interface_id: str | None = None
    status: str | None = None
