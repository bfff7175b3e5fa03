"""The embedded AWS, for the tests of one file at a time."""

from collections.abc import Iterator

import pytest

from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def aws() -> Iterator[ClientFactory]:
    with run_embedded_aws(REGION):
        yield make_clients(REGION)
