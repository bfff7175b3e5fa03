"""Registries that are not AWS's private ones."""

import pytest

from skerry.catalogue.registries import find_registry, list_public_hosts


def test_docker_hub_has_three_hosts() -> None:
    hub = find_registry("docker.io")
    assert hub is not None
    assert len({hub.registry, hub.token, hub.blobs}) == 3


@pytest.mark.parametrize("name", ["registry.example", "", "111122223333.dkr.ecr.eu-west-1.amazonaws.com"])
def test_unlisted_registry_is_none(name: str) -> None:
    assert find_registry(name) is None


def test_registry_public_hosts_include_docker_hub_and_quay() -> None:
    assert {
        "registry-1.docker.io",
        "auth.docker.io",
        "production.cloudflare.docker.com",
        "quay.io",
    } <= list_public_hosts()
    assert all("." in name for name in list_public_hosts())
