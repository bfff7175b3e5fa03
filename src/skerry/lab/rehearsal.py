"""Plan of a rehearsal: the lab for a launch, an attempt for each Need in each subnet, and the jobs of the clients."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint
from skerry.errors import SkerryError
from skerry.lab import clients_for_needs
from skerry.lab.client_jobs import Errand, LaunchJobs, TaskHost
from skerry.lab.dns_records import Known, base_plus_two_of, names_of, servers_of
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import TASKS, LabPlan
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Mount, Need
from skerry.launch.startup import needs_of
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.cidr import Address, Cidr, ipv4_blocks_of
from skerry.net.hostname import Hostname
from skerry.net.ip_addresses import Address4
from skerry.net.ports import is_port

# The public addresses of AWS are not known; these are from blocks for examples (RFC 5737).
_EXAMPLES = "203.0.113."
_TASKS_PUBLIC = "198.51.100."
_FIRST_FREE = 4
_NFS = 2049
_NO_PACKET = "no packet tells"
_MOST_EXAMPLES = 254

# The host and port that a Need calls, or the reason why the lab cannot show it.
_Called: TypeAlias = tuple[Hostname | None, int, str]


def _none(why_not: str) -> _Called:
    return None, 0, why_not


class RehearsalRow(msgspec.Struct, frozen=True):
    """An attempt of a Need in a subnet. ``why_not``: why the lab does not make it; else it calls ``host``."""

    number: int
    subnet: str
    need: Need
    host: Hostname | None = None
    port: int = 0
    why_not: str = ""


class Script(msgspec.Struct, frozen=True):
    """The plan of a rehearsal: the lab, attempts in launch order, tasks by subnet, and the jobs of the clients.

    ``notes`` name input values that the lab leaves out.
    """

    rows: tuple[RehearsalRow, ...]
    plan: LabPlan | None
    ends: dict[str, End]
    work: LaunchJobs | None
    notes: tuple[str, ...] = ()


def plan_rehearsal(world: World, launch: Launch, archive: str | None = None) -> Script:
    """Plan the rehearsal of a launch in all of its subnets.

    An attempt that the lab cannot make is not an error: the attempt says why.
    """
    parts = [_Part(world, launch, subnet, place) for place, subnet in enumerate(launch.subnets)]
    rows: list[RehearsalRow] = []
    for part in parts:
        rows.extend(part.rows(len(rows)))
    shown = [part for part in parts if not part.why_not]
    if not shown:
        return Script(tuple(rows), None, {}, None)
    public = dict(pair for part in shown for pair in part.public)
    requested = RequestedPaths(
        tuple(part.end for part in shown),
        tuple(dict.fromkeys(address for part in shown for address in part.addresses)),
        tuple(public.items()),
    )
    made = plan(world, requested)
    ports = {port.subnet: port for router in made.routers for port in router.ports if port.side == TASKS}
    stations = tuple(TaskHost(ports[part.subnet_id], _errands(launch, part, rows)) for part in shown)
    calls = [row.need for row in rows if isinstance(row.need, Call) and not row.why_not]
    stock = clients_for_needs.fixtures_for(launch, calls, archive)
    work = LaunchJobs(stock, _servers(world, shown[0].subnet.vpc_id), stations)
    shown_reasons = {row.why_not for row in rows}
    left_out = [note for part in shown for note in (*part.known.omitted, *(why for _, why in part.known.unusable))]
    notes = tuple(note for note in dict.fromkeys(left_out) if note not in shown_reasons)
    return Script(tuple(rows), made, {part.subnet_id: part.end for part in shown}, work, notes)


def _errands(launch: Launch, part: "_Part", rows: Iterable[RehearsalRow]) -> tuple[Errand, ...]:
    own = [
        (row.number, row.need, row.host, row.port)
        for row in rows
        if row.subnet == part.subnet_id and row.host is not None
    ]
    return clients_for_needs.jobs_for(launch, own)


def _servers(world: World, vpc_id: str) -> tuple[Address, ...]:
    return servers_of(world, vpc_id) or (base_plus_two_of(world, vpc_id),)


class _Part:
    """A launch in one subnet: its task and the hosts that it calls, or why the lab cannot show it."""

    end: End
    subnet: Subnet

    def __init__(self, world: World, launch: Launch, subnet_id: str, place: int) -> None:
        self.subnet_id = subnet_id
        self.public: list[tuple[Hostname, Address]] = []
        self.addresses: list[Address] = []
        self.known = Known()
        self._world = world
        self._needs = needs_of(launch)
        self._called: list[_Called] = []
        self.why_not = self._place(launch, place)
        if not self.why_not:
            try:
                self.known = names_of(world, self.subnet.vpc_id)
                self._called = [self._destination(need, number) for number, need in enumerate(self._needs)]
                plan(world, RequestedPaths((self.end,), tuple(self.addresses), tuple(self.public)))
            except SkerryError as error:
                self.why_not = error.what

    def rows(self, first: int) -> Iterator[RehearsalRow]:
        """Yield the attempts, with numbers from ``first`` on."""
        for position, need in enumerate(self._needs):
            silent = not isinstance(need, Call | Mount)
            host, port, why_not = self._called[position] if self._called else _none(_NO_PACKET if silent else "")
            reason = why_not if why_not == _NO_PACKET else self.why_not or why_not
            yield RehearsalRow(first + position, self.subnet_id, need, None if reason else host, port, reason)

    def _place(self, launch: Launch, place: int) -> str:
        """Choose an address for the task; return the reason if there is none."""
        subnet = self._world.find_subnet(self.subnet_id)
        if isinstance(subnet, Missing):
            return f"{subnet.fact} was not read"
        if subnet.cidr_block is None:
            return "the lab has no IPv6"
        if launch.family == "windows":
            return "the lab has no Windows, whose clients use other ports"
        if launch.groups is UNSET:
            return "the task's security groups are not known"
        if isinstance(launch.public_address, Missing):
            return f"{launch.public_address.fact} is not known"
        groups = launch.groups
        if not groups:
            default = self._world.default_group_of(subnet.vpc_id)
            if isinstance(default, Missing):
                return f"{default.fact} is not known"
            groups = (default.group_id,)
        address = self._free(Cidr.of(subnet.cidr_block))
        if address is None:
            return f"{self.subnet_id} has no free address"
        self.subnet = subnet
        public = Address(f"{_TASKS_PUBLIC}{place % _MOST_EXAMPLES + 1}") if launch.public_address else None
        self.end = End(self.subnet_id, address, groups, public)
        return ""

    def _free(self, block: Cidr) -> Address | None:
        taken: set[str | None] = {interface.private_ip_address for interface in self._world.facts.network_interfaces}
        places = map(block.at, range(_FIRST_FREE, block.size - 1))
        return next((address for address in places if address is not None and address not in taken), None)

    def _destination(self, need: Need, number: int) -> _Called:
        """Return the host and port that a Need calls, or why the lab cannot show it."""
        match need:
            case Call():
                return self._call(need, number)
            case Mount():
                targets = self._world.facts.s3files_mount_targets
                rows = [
                    (target.subnet_id, target.ipv4_address)
                    for target in targets
                    if target.file_system_id == need.file_system
                ]
                return self._mount(need.file_system, rows)
            case _:
                return _none(_NO_PACKET)

    def _call(self, need: Call, number: int) -> _Called:
        if need.own_interface:
            return _none("it leaves by an interface of Fargate's own")
        text = self._host(need)
        if text is None:
            return _none("its host is not known")
        if need.only_by_endpoint and text == need.host:
            return _none("it leaves by an interface of Fargate's own")
        host = Hostname.parse(text)
        if host is None or host.is_wildcard:
            return _none("its host is not a host name")
        if not is_port(need.port):
            return _none("its port is not a port of TCP")
        why_not = clients_for_needs.unsupported_reason_of(need) or self.known.why_not(host)
        if why_not:
            return _none(why_not)
        if need.step == "volumes" and need.port == _NFS:
            targets = self._world.mount_targets_of(need.subjects[0])
            if isinstance(targets, Missing):
                return _none(f"{targets.fact} are not known")
            return self._mount(need.subjects[0], [(target.subnet_id, target.ip_address) for target in targets])
        self.public.append((host, self._public(need, number)))
        return host, need.port, ""

    def _mount(self, name: str, targets: list[tuple[str, Address4 | None]]) -> _Called:
        """Return the address of the mount target in the subnet's zone."""
        for subnet_id, own in targets:
            there = self._world.find_subnet(subnet_id)
            if isinstance(there, Missing) or own is None:
                continue
            if (there.vpc_id, there.availability_zone) == (self.subnet.vpc_id, self.subnet.availability_zone):
                address = Address(own)
                self.addresses.append(address)
                return Hostname(address), _NFS, ""
        return _none(f"no mount target of {name} in the subnet's zone is known")

    def _host(self, need: Call) -> str | None:
        """Return the called host: the alternative one if the Need has one and the VPC has an endpoint for it."""
        if need.instead is None:
            return need.host
        services = [
            service_of_endpoint(endpoint.service_name)
            for endpoint in self._world.endpoints_in(self.subnet.vpc_id)
            if endpoint.vpc_endpoint_type == "Interface" and isinstance(endpoint.service_name, str)
        ]
        return need.instead if need.service in services else need.host

    def _public(self, need: Call, number: int) -> Address:
        """Return a public address for a host: from the blocks of S3 if they are known, else an example."""
        if need.service is not None and need.service.key == "s3":
            listed = self._world.prefix_list_of(f"com.amazonaws.{need.service.region}.s3")
            entries = self._world.prefix_entries_of(listed) if listed else Missing("the addresses of S3")
            blocks = () if isinstance(entries, Missing) else ipv4_blocks_of(entries)
            own = blocks[0].at((10 + number) % blocks[0].size) if blocks else None
            if own is not None:
                return own
        return Address(f"{_EXAMPLES}{number % _MOST_EXAMPLES + 1}")
