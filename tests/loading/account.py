"""A scenario's documents as an account: each resource is created by a call, and every id is AWS's own afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from moto.core.models import DEFAULT_ACCOUNT_ID

from skerry import app
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.world import World
from tests.loading.documents import Documents
from tests.loading.gateways import create_gateways, create_interfaces, create_routes, create_tables
from tests.loading.names import create_zones
from tests.loading.network import (
    create_acls,
    create_endpoints,
    create_groups,
    create_network,
    set_attributes,
)
from tests.loading.tasks import create_services

_ACCOUNT = "111122223333"
_OF_RESOURCES = ("roles", "managed_policies", "resource_answers", "pull_through_rules", "refused", "completeness")


class LoadedAccount(NamedTuple):
    """The embedded account of a scenario: its clients, and the scenario's own World."""

    clients: ClientFactory
    scenario: World
    documents: Documents

    def read(self) -> World:
        """Read the account; answers about roles and resources of tasks are the scenario's, which may have none."""
        facts = app.read_account(Account(region=self.documents.region)).world.facts
        own = {name: getattr(self.scenario.facts, name) for name in _OF_RESOURCES}
        return World(msgspec.structs.replace(facts, **own))


@contextmanager
def load_scenario(folder: Path, scratch: Path) -> Iterator[LoadedAccount]:
    """Run an embedded AWS with the resources of a scenario. Raises `NotLoadableError` if it cannot have them."""
    text = (folder / "network.json").read_text(encoding="utf-8").replace(_ACCOUNT, DEFAULT_ACCOUNT_ID)
    scratch.write_text(text, encoding="utf-8")
    documents = Documents(json.loads(text))
    documents.refuse_kinds()
    with run_embedded_aws(documents.region):
        clients = make_clients(documents.region)
        _create(clients, documents)
        yield LoadedAccount(clients, app.load(scratch), documents)


def _create(clients: ClientFactory, documents: Documents) -> None:
    ec2 = clients("ec2")
    create_network(ec2, documents)
    create_gateways(ec2, documents)
    create_groups(ec2, documents)
    create_interfaces(ec2, documents)
    create_tables(ec2, documents)
    create_acls(ec2, documents)
    create_endpoints(ec2, documents)
    create_routes(ec2, documents)
    create_zones(clients("route53"), documents)
    set_attributes(ec2, documents)
    create_services(clients("ecs"), documents)
