"""Records of VPC endpoints, private hosted zones, and EFS and S3 Files mount targets."""

from msgspec import UNSET, UnsetType, field

from skerry.model.endpoint_names import is_endpoint_name
from skerry.model.field_types import Count
from skerry.model.network import GroupName
from skerry.model.record import Camel, Pascal, Tag
from skerry.net.dns_names import DnsName
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4


class DnsEntry(Pascal, frozen=True):
    """A DNS name of an interface endpoint: regional, zonal or private."""

    dns_name: DnsName | None = None
    hosted_zone_id: str | None = None


class DnsOptions(Pascal, frozen=True):
    """The DNS options of an endpoint."""

    dns_record_ip_type: str | None = None
    private_dns_only_for_inbound_resolver_endpoint: bool = False
    private_dns_preference: str | None = None
    private_dns_specified_domains: tuple[DnsName, ...] = ()


class LastError(Pascal, frozen=True):
    """The last error of an endpoint."""

    code: str | None = None
    message: str | None = None


class VpcEndpoint(Pascal, frozen=True):
    """A VPC endpoint: of type Interface, Gateway, GatewayLoadBalancer, Resource or ServiceNetwork.

    AWS prints the lists of subnets and interfaces, though they be empty; a description without them leaves both open.
    """

    vpc_endpoint_id: str
    vpc_id: str
    owner_id: str | None = None
    service_name: str | UnsetType = UNSET
    vpc_endpoint_type: str | UnsetType = UNSET
    service_region: str | None = None
    state: str | UnsetType = UNSET
    policy_document: str | None = None
    route_table_ids: tuple[str, ...] = ()
    listed_subnet_ids: tuple[str, ...] | UnsetType = field(default=UNSET, name="SubnetIds")
    listed_interface_ids: tuple[str, ...] | UnsetType = field(default=UNSET, name="NetworkInterfaceIds")
    groups: tuple[GroupName, ...] | UnsetType = UNSET
    ip_address_type: str | None = None
    dns_options: DnsOptions = DnsOptions()
    private_dns_enabled: bool | UnsetType = UNSET
    dns_entries: tuple[DnsEntry, ...] = ()
    last_error: LastError = LastError()
    tags: tuple[Tag, ...] = ()

    @property
    def private_names(self) -> tuple[str, ...]:
        """The names in DnsEntries that are not the endpoint's own, some with a leading ``*.``."""
        names = (entry.dns_name for entry in self.dns_entries if entry.dns_name is not None)
        return tuple(name.plain for name in names if not is_endpoint_name(name))

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        """The subnets of an interface endpoint, as far as they are listed."""
        return () if self.listed_subnet_ids is UNSET else self.listed_subnet_ids

    @property
    def network_interface_ids(self) -> tuple[str, ...]:
        """The network interfaces of an interface endpoint, as far as they are listed."""
        return () if self.listed_interface_ids is UNSET else self.listed_interface_ids

    @property
    def is_nowhere(self) -> bool:
        """Whether AWS lists an interface endpoint without a subnet and without an interface."""
        return self.vpc_endpoint_type == "Interface" and self.listed_subnet_ids == self.listed_interface_ids == ()


class ServiceKind(Pascal, frozen=True):
    """A type of endpoint that a service offers: Interface, Gateway or GatewayLoadBalancer."""

    service_type: str


class PrivateDnsName(Pascal, frozen=True):
    """A name that private DNS of a service's endpoints answers for."""

    private_dns_name: DnsName | None = None


class EndpointService(Pascal, frozen=True):
    """A service that offers endpoints, with their availability zones.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ServiceDetail.html
    """

    service_name: str
    service_type: tuple[ServiceKind, ...] = ()
    availability_zones: tuple[str, ...] | UnsetType = UNSET
    private_dns_names: tuple[PrivateDnsName, ...] = ()

    @property
    def key(self) -> str:
        """Name and endpoint types: S3 has two services of one name, each with its own type of endpoint."""
        return " ".join((self.service_name, *(entry.service_type for entry in self.service_type)))


class ZoneVpc(Pascal, frozen=True):
    """A VPC associated with a private hosted zone."""

    vpc_id: str = field(name="VPCId")


class ZoneConfig(Pascal, frozen=True):
    """The configuration of a hosted zone, which says whether it is private."""

    private_zone: bool = False


class HostedZone(Pascal, frozen=True):
    """A Route 53 hosted zone, as ListHostedZones and GetHostedZone print it."""

    id: str
    name: DnsName
    config: ZoneConfig = ZoneConfig()


class HostedZoneOwner(Pascal, frozen=True):
    """The account or the service of AWS that owns a hosted zone."""

    owning_account: str | None = None
    owning_service: str | None = None


class HostedZoneSummary(Pascal, frozen=True):
    """A private hosted zone of a VPC, as ListHostedZonesByVPC prints it."""

    hosted_zone_id: str
    name: DnsName
    owner: HostedZoneOwner = HostedZoneOwner()


class HostedZoneKey(Pascal, frozen=True):
    """The id and name of a private hosted zone, without the remaining fields."""

    hosted_zone_id: str
    name: DnsName


class RecordValue(Pascal, frozen=True):
    """One value of a record set."""

    value: HostText


class AliasTarget(Pascal, frozen=True):
    """The target name of an alias record."""

    dns_name: DnsName = field(name="DNSName")
    hosted_zone_id: str | None = None
    evaluate_target_health: bool = False


class RecordSet(Pascal, frozen=True):
    """A record set of a hosted zone; several of one name and type have a ``set_identifier`` each.

    Route 53 chooses among them by ``weight`` or ``multi_value_answer``, by health, or by the resolver's location.
    """

    name: DnsName
    type: str
    resource_records: tuple[RecordValue, ...] = ()
    alias_target: AliasTarget | None = None
    set_identifier: str | None = None
    weight: Count | None = None
    multi_value_answer: bool = False
    health_check_id: str | None = None


class FileSystem(Pascal, frozen=True):
    """An EFS file system."""

    file_system_id: str
    number_of_mount_targets: Count | None = None


class MountTarget(Pascal, frozen=True):
    """The interface of an EFS file system in one zone."""

    mount_target_id: str
    file_system_id: str
    subnet_id: str
    ip_address: Address4 | None = None
    network_interface_id: str | None = None
    life_cycle_state: str = "available"


class S3FilesMountTarget(Camel, frozen=True):
    """The interface of an S3 Files file system in one zone.

    Shape: https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3files_ListMountTargetsDescription.html
    """

    mount_target_id: str
    file_system_id: str
    subnet_id: str
    vpc_id: str | None = None
    availability_zone_id: str | None = None
    ipv4_address: Address4 | None = None
    network_interface_id: str | None = None
    status: str | None = None


class Zone(Pascal, frozen=True):
    """A private hosted zone, merged from several answers: its name, its VPCs, its records.

    ``vpc_ids`` and ``records`` are UNSET if no file has them. Without ``whole`` there may be more records.
    ``service``: the AWS service that owns the zone; nobody else may list its records.
    """

    zone_id: str
    name: str
    vpc_ids: tuple[str, ...] | UnsetType = UNSET
    records: tuple[RecordSet, ...] | UnsetType = UNSET
    whole: bool = True
    service: str | None = None
