"""What tasks use is read over HTTP as in the process: by links to layers, and with the faults of S3."""

import hashlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from skerry.sources.live import ReadScope, read

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def client(faults: Faults) -> Iterator[ClientFactory]:
    with serve_over_http(REGION, faults):
        found = make_clients(REGION)
        demo_deployment.build(found)
        yield found


def test_layer_download_url_points_to_the_server(client: ClientFactory) -> None:
    ecr, content = client("ecr"), b"a layer"
    upload = ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    part = {"partFirstByte": 0, "partLastByte": len(content) - 1, "layerPartBlob": content}
    ecr.upload_layer_part(repositoryName="web", uploadId=upload, **part)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    ecr.complete_layer_upload(repositoryName="web", uploadId=upload, layerDigests=[digest])
    url = ecr.get_download_url_for_layer(repositoryName="web", layerDigest=digest)["downloadUrl"]
    assert url.startswith(os.environ["AWS_ENDPOINT_URL"])
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the address is the server's own
        assert answer.read() == content


@pytest.mark.usefixtures("client")
def test_image_platform_is_read_from_another_process() -> None:
    code = (
        "from skerry.aws.session import make_clients\n"
        "from skerry.sources.live import read\n"
        "found = read(make_clients('eu-west-1')).documents\n"
        "print(*(found[name].decode() for name in found if 'get-download-url' in name))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["Response"] == {"architecture": "amd64", "os": "linux"}


@pytest.mark.parametrize(
    ("action", "operation"), [("s3:GetBucketPolicy", "get_bucket_policy"), ("s3:ListBucket", "list_objects_v2")]
)
def test_denied_s3_action_returns_access_denied(
    client: ClientFactory, faults: Faults, action: str, operation: str
) -> None:
    bucket = operation.replace("_", "-")
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    faults.denied = {action}
    with pytest.raises(ClientError) as caught:
        getattr(client("s3"), operation)(Bucket=bucket)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert faults.seen[-1] == action
    faults.clear()


def test_live_reading_of_a_service_takes_four_rounds(client: ClientFactory) -> None:
    assert read(client, ReadScope(cluster="article", service="web")).rounds == 4
