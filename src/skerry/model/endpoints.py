"""Records of VPC endpoints, private hosted zones and EFS mount targets: what names lead to."""

from msgspec import UNSET, UnsetType, field

from skerry.model.field_types import Address4, Count, DnsName
from skerry.model.network import GroupName
from skerry.model.record import Pascal, Tag


class DnsEntry(Pascal, frozen=True, gc=False):
    """A DNS name of an interface endpoint: regional, zonal or private."""

    dns_name: DnsName | None = None
    hosted_zone_id: str | None = None


class DnsOptions(Pascal, frozen=True, gc=False):
    """How an endpoint's names are answered."""

    dns_record_ip_type: str | None = None
    private_dns_only_for_inbound_resolver_endpoint: bool = False
    private_dns_preference: str | None = None
    private_dns_specified_domains: tuple[DnsName, ...] = ()


class LastError(Pascal, frozen=True, gc=False):
    """Why an endpoint failed."""

    code: str | None = None
    message: str | None = None


class VpcEndpoint(Pascal, frozen=True, gc=False):
    """A VPC endpoint: of type Interface, Gateway, GatewayLoadBalancer, Resource or ServiceNetwork."""

    vpc_endpoint_id: str
    vpc_id: str
    owner_id: str | None = None
    service_name: str | UnsetType = UNSET
    vpc_endpoint_type: str | UnsetType = UNSET
    service_region: str | None = None
    state: str | UnsetType = UNSET
    policy_document: str | None = None
    route_table_ids: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    groups: tuple[GroupName, ...] | UnsetType = UNSET
    ip_address_type: str | None = None
    dns_options: DnsOptions = DnsOptions()
    private_dns_enabled: bool | UnsetType = UNSET
    dns_entries: tuple[DnsEntry, ...] = ()
    last_error: LastError = LastError()
    tags: tuple[Tag, ...] = ()


class ServiceKind(Pascal, frozen=True, gc=False):
    """What endpoints of a service may be: Interface, Gateway or GatewayLoadBalancer."""

    service_type: str


class EndpointService(Pascal, frozen=True, gc=False):
    """A service that endpoints may be made for, with the zones in which it offers them.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ServiceDetail.html
    """

    service_name: str
    service_type: tuple[ServiceKind, ...] = ()
    availability_zones: tuple[str, ...] | UnsetType = UNSET

    @property
    def key(self) -> str:
        """What identifies it: S3 has two of one name, each for endpoints of its own type."""
        return " ".join((self.service_name, *(row.service_type for row in self.service_type)))


class ZoneVpc(Pascal, frozen=True, gc=False):
    """A VPC that a private hosted zone is associated with."""

    vpc_id: str = field(name="VPCId")


class ZoneConfig(Pascal, frozen=True, gc=False):
    """Whether a hosted zone is private."""

    private_zone: bool = False


class HostedZone(Pascal, frozen=True, gc=False):
    """A Route 53 hosted zone, as ListHostedZones and GetHostedZone print it."""

    id: str
    name: DnsName
    config: ZoneConfig = ZoneConfig()


class HostedZoneOwner(Pascal, frozen=True, gc=False):
    """The account or the service of AWS that owns a hosted zone."""

    owning_account: str | None = None
    owning_service: str | None = None


class HostedZoneSummary(Pascal, frozen=True, gc=False):
    """A private hosted zone of a VPC, as ListHostedZonesByVPC prints it."""

    hosted_zone_id: str
    name: DnsName
    owner: HostedZoneOwner = HostedZoneOwner()


class RecordValue(Pascal, frozen=True, gc=False):
    """One value of a record set."""

    value: str


class AliasTarget(Pascal, frozen=True, gc=False):
    """The name that an alias record leads to."""

    dns_name: DnsName = field(name="DNSName")
    hosted_zone_id: str | None = None
    evaluate_target_health: bool = False


class RecordSet(Pascal, frozen=True, gc=False):
    """A record set of a hosted zone; several of one name and type have a ``set_identifier`` each.

    A ``weight`` or ``multi_value_answer`` lets them take turns; others are chosen by health or by who asks.
    """

    name: DnsName
    type: str
    resource_records: tuple[RecordValue, ...] = ()
    alias_target: AliasTarget | None = None
    set_identifier: str | None = None
    weight: Count | None = None
    multi_value_answer: bool = False
    health_check_id: str | None = None


class FileSystem(Pascal, frozen=True, gc=False):
    """An EFS file system."""

    file_system_id: str
    number_of_mount_targets: Count | None = None


class MountTarget(Pascal, frozen=True, gc=False):
    """The interface of an EFS file system in one zone."""

    mount_target_id: str
    file_system_id: str
    subnet_id: str
    ip_address: Address4 | None = None
    network_interface_id: str | None = None
    availability_zone_name: str | None = None
    life_cycle_state: str = "available"


class Zone(Pascal, frozen=True, gc=False):
    """A private hosted zone, put together: its name, the VPCs that it answers in, its records.

    ``vpc_ids`` and ``records`` are UNSET where no file tells them; not ``whole``: there may be more records.
    ``service``: the service of AWS that owns it, whose records nobody else may read.
    """

    zone_id: str
    name: str
    vpc_ids: tuple[str, ...] | UnsetType = UNSET
    records: tuple[RecordSet, ...] | UnsetType = UNSET
    whole: bool = True
    service: str | None = None
