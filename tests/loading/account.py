"""A scenario's documents as an account: each resource is created by a call, and every id is AWS's own afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from moto.core.models import DEFAULT_ACCOUNT_ID

from skerry import app
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.world import World
from tests.loading.documents import Documents
from tests.loading.file_systems import create_file_systems
from tests.loading.gateways import create_gateways, create_interfaces, create_routes, create_tables, end_gateways
from tests.loading.names import create_resolver, create_zones
from tests.loading.network import (
    create_acls,
    create_endpoints,
    create_groups,
    create_network,
    set_attributes,
)
from tests.loading.reading import borrow_kinds, with_documents
from tests.loading.states import set_states
from tests.loading.tasks import create_services

_ACCOUNT = "111122223333"


class LoadedAccount(NamedTuple):
    """The embedded account of a scenario: its clients, and the scenario's own World with the account's ids."""

    clients: ClientFactory
    scenario: World
    documents: Documents

    def read(self) -> World:
        """Read the account, with the records that it cannot hold from the documents."""
        facts = app.read_account(Account(region=self.documents.region)).world.facts
        return World(with_documents(facts, self.scenario.facts, self.documents))


@contextmanager
def load_scenario(folder: Path, scratch: Path) -> Iterator[LoadedAccount]:
    """Run an embedded AWS with the resources of a scenario. Raises `NotLoadableError` if it cannot have them."""
    text = (folder / "network.json").read_text(encoding="utf-8").replace(_ACCOUNT, DEFAULT_ACCOUNT_ID)
    documents = Documents(json.loads(text))
    borrow_kinds(documents)
    with run_embedded_aws(documents.region):
        clients = make_clients(documents.region)
        _create(clients, documents)
        scratch.write_bytes(documents.as_in_account())
        yield LoadedAccount(clients, app.load(scratch), documents)


def _create(clients: ClientFactory, documents: Documents) -> None:
    ec2 = clients("ec2")
    create_network(ec2, documents)
    create_gateways(ec2, documents)
    create_groups(ec2, documents)
    create_file_systems(clients("efs"), documents)
    create_interfaces(ec2, documents)
    create_tables(ec2, documents)
    create_acls(ec2, documents)
    create_endpoints(ec2, clients("elbv2"), documents)
    create_routes(ec2, documents)
    create_zones(clients("route53"), ec2, documents)
    create_resolver(clients("route53resolver"), ec2, documents)
    set_attributes(ec2, documents)
    create_services(clients("ecs"), ec2, documents)
    end_gateways(ec2, documents)
    set_states(documents)
