"""A case's answers made true in the embedded AWS, through the calls that a user would make.

What other tools read by boto3 is built: VPCs, subnets, tables, groups, network ACLs, gateways, endpoints, and
the service. What is only in a state that no call brings about is put into it in moto's own records.
"""

from collections.abc import Callable
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from skerry.aws.session import ClientFactory
from tests.networks import ACCOUNT, Row

_LOCAL = "local"


class CannotHoldError(Exception):
    """The embedded AWS has no such thing as a case needs."""


class Embedded:
    """A case in the embedded AWS; ``ids`` leads from the case's ids to those that were given."""

    def __init__(self, clients: ClientFactory, rows: dict[str, list[Row]]) -> None:
        self.rows = rows
        self.ec2 = clients("ec2")
        self.ecs = clients("ecs")
        self.backend: Any = ec2_backends[DEFAULT_ACCOUNT_ID][self.ec2.meta.region_name]
        self.ids: dict[str, str] = {}

    def build(self) -> None:
        """Build all; raises `CannotHoldError` where that is not possible."""
        for make in (
            self._vpcs,
            self._subnets,
            self._groups,
            self._acls,
            self._internet_gateways,
            self._nat_gateways,
            self._peering,
            self._tables,
            self._endpoints,
            self._names,
            self._service,
        ):
            self._tried(make)

    def _tried(self, make: Callable[[], None]) -> None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 -- heavy, as is all of boto3

        try:
            make()
        except ClientError as error:
            raise CannotHoldError(str(error)) from error

    def _id(self, ours: str) -> str:
        if ours not in self.ids:
            raise CannotHoldError(f"the case names {ours} and does not show it")
        return self.ids[ours]

    # --------------------------------------------------------------------------------------------- the VPCs

    def _vpcs(self) -> None:
        for row in self.rows["Vpcs"]:
            self.ids[row["VpcId"]] = self.ec2.create_vpc(CidrBlock=row["CidrBlock"])["Vpc"]["VpcId"]

    def _names(self) -> None:
        """The VPC's attributes; last, as endpoints with private DNS are made only where both are on."""
        for row in self.rows["VpcAttributes"]:
            for name in ("EnableDnsSupport", "EnableDnsHostnames"):
                if name in row:
                    self.ec2.modify_vpc_attribute(VpcId=self._id(row["VpcId"]), **{name: row[name]})

    def _subnets(self) -> None:
        for row in self.rows["Subnets"]:
            place = {"CidrBlock": row["CidrBlock"], "AvailabilityZone": row["AvailabilityZone"]}
            made = self.ec2.create_subnet(VpcId=self._id(row["VpcId"]), **place)["Subnet"]["SubnetId"]
            self.ids[row["SubnetId"]] = made

    # ------------------------------------------------------------------------------------------ the filters

    def _groups(self) -> None:
        if "SecurityGroups" not in self.rows:
            raise CannotHoldError("what was not read cannot be left out of an account")
        for row in self.rows["PrefixLists"]:
            self._prefix_list(row)
        for row in self.rows["SecurityGroups"]:
            self.ids[row["GroupId"]] = self._group(row)
        for row in self.rows["SecurityGroups"]:
            name = self._id(row["GroupId"])
            for rules, allow in (
                (row["IpPermissions"], self.ec2.authorize_security_group_ingress),
                (row["IpPermissionsEgress"], self.ec2.authorize_security_group_egress),
            ):
                if rules:
                    allow(GroupId=name, IpPermissions=[self._rule(rule) for rule in rules])

    def _prefix_list(self, row: Row) -> None:
        known = self.ec2.describe_managed_prefix_lists()["PrefixLists"]
        found = [item["PrefixListId"] for item in known if item["PrefixListName"] == row["PrefixListName"]]
        if not found:
            entries = [{"Cidr": cidr} for cidr in row.get("Cidrs", [])]
            what = {"PrefixListName": row["PrefixListName"], "AddressFamily": "IPv4", "MaxEntries": 10}
            made = self.ec2.create_managed_prefix_list(**what, Entries=entries)
            found = [made["PrefixList"]["PrefixListId"]]
        self.ids[row["PrefixListId"]] = found[0]

    def _group(self, row: Row) -> str:
        vpc = self.ids.get(row["VpcId"])
        if vpc is None:
            raise CannotHoldError(f"{row['GroupId']} is of a VPC that is not shown")
        if row["GroupName"] == "default":
            filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
            name: str = self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
        else:
            asked = {"GroupName": row["GroupId"].replace("sg-", "of-"), "Description": "a group"}
            name = self.ec2.create_security_group(VpcId=vpc, **asked)["GroupId"]
        now = self.ec2.describe_security_groups(GroupIds=[name])["SecurityGroups"][0]
        if now["IpPermissionsEgress"]:
            self.ec2.revoke_security_group_egress(GroupId=name, IpPermissions=now["IpPermissionsEgress"])
        if now["IpPermissions"]:
            self.ec2.revoke_security_group_ingress(GroupId=name, IpPermissions=now["IpPermissions"])
        return name

    def _rule(self, rule: Row) -> Row:
        pairs = [{"GroupId": self._id(item["GroupId"])} for item in rule["UserIdGroupPairs"]]
        lists = [{"PrefixListId": self._id(item["PrefixListId"])} for item in rule["PrefixListIds"]]
        return rule | {"UserIdGroupPairs": pairs, "PrefixListIds": lists}

    def _acls(self) -> None:
        for row in self.rows["NetworkAcls"]:
            vpc = self._id(row["VpcId"])
            name = self.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
            self.ids[row["NetworkAclId"]] = name
            for entry in row["Entries"]:
                if entry["RuleNumber"] < 32_767:  # noqa: PLR2004 -- the last entry, which AWS adds itself
                    given = {key: value for key, value in entry.items() if key != "PortRange"}
                    ports = {"PortRange": entry["PortRange"]} if "PortRange" in entry else {}
                    icmp = {"IcmpTypeCode": {"Type": -1, "Code": -1}} if entry["Protocol"] == "1" else {}
                    self.ec2.create_network_acl_entry(NetworkAclId=name, **given, **ports, **icmp)
            for item in row["Associations"]:
                self._associate(name, self._id(item["SubnetId"]))

    def _associate(self, acl: str, subnet: str) -> None:
        filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
        for row in self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]:
            for item in row["Associations"]:
                if item["SubnetId"] == subnet:
                    association = item["NetworkAclAssociationId"]
                    self.ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=acl)

    # ----------------------------------------------------------------------------------------- the gateways

    def _internet_gateways(self) -> None:
        for row in self.rows["InternetGateways"]:
            name = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            self.ids[row["InternetGatewayId"]] = name
            for item in row["Attachments"]:
                if item["VpcId"] in self.ids:
                    self.ec2.attach_internet_gateway(InternetGatewayId=name, VpcId=self._id(item["VpcId"]))

    def _nat_gateways(self) -> None:
        for row in self.rows["NatGateways"]:
            private = row.get("ConnectivityType") == "private"
            more = {"ConnectivityType": "private"} if private else {"AllocationId": self._address()}
            made = self.ec2.create_nat_gateway(SubnetId=self._id(row["SubnetId"]), **more)["NatGateway"]
            name = made["NatGatewayId"]
            self.ids[row["NatGatewayId"]] = name
            self.backend.nat_gateways[name].state = row["State"]

    def _address(self) -> str:
        name: str = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        return name

    def _peering(self) -> None:
        for row in self.rows.get("TransitGateways", []):
            made = self.ec2.create_transit_gateway()["TransitGateway"]
            self.ids[row["TransitGatewayId"]] = made["TransitGatewayId"]
        for row in self.rows["VpcPeeringConnections"]:
            sides = self._id(row["RequesterVpcInfo"]["VpcId"]), self._id(row["AccepterVpcInfo"]["VpcId"])
            made = self.ec2.create_vpc_peering_connection(VpcId=sides[0], PeerVpcId=sides[1])
            name = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
            self.ids[row["VpcPeeringConnectionId"]] = name
            self.backend.vpc_pcxs[name]._status.code = row["Status"]["Code"]  # noqa: SLF001 -- moto's own record

    # ------------------------------------------------------------------------------------------- the routes

    def _tables(self) -> None:
        for row in self.rows["RouteTables"]:
            vpc = self._id(row["VpcId"])
            name = self._main(vpc) if any(item["Main"] for item in row["Associations"]) else self._table(vpc)
            self.ids[row["RouteTableId"]] = name
            for item in row["Associations"]:
                if not item["Main"]:
                    self.ec2.associate_route_table(RouteTableId=name, SubnetId=self._id(item["SubnetId"]))
            for route in row["Routes"]:
                self._route(name, route)

    def _main(self, vpc: str) -> str:
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        name: str = self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]
        return name

    def _table(self, vpc: str) -> str:
        name: str = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        return name

    def _route(self, table: str, route: Row) -> None:
        if route.get("State", "active") != "active":
            raise CannotHoldError("it keeps no black holes")
        if route.get("GatewayId") == _LOCAL or str(route.get("GatewayId", "")).startswith("vpce-"):
            # The gateway endpoint brings its routes itself.
            return
        given = {key: value for key, value in route.items() if key not in {"State", "Origin"}}
        known = {key: self._id(value) if key.endswith("Id") else value for key, value in given.items()}
        self.ec2.create_route(RouteTableId=table, **known)

    # ---------------------------------------------------------------------------------------- the endpoints

    def _endpoints(self) -> None:
        for vpc in {row["VpcId"] for row in self.rows["VpcEndpoints"]}:
            for name in ("EnableDnsSupport", "EnableDnsHostnames"):
                self.ec2.modify_vpc_attribute(VpcId=self._id(vpc), **{name: {"Value": True}})
        for row in self.rows["VpcEndpoints"]:
            known = {key: row[key] for key in ("ServiceName", "VpcEndpointType")}
            if "PolicyDocument" in row:
                known["PolicyDocument"] = row["PolicyDocument"]
            if row["VpcEndpointType"] == "Interface":
                known |= {
                    "SubnetIds": [self._id(name) for name in row["SubnetIds"]],
                    "SecurityGroupIds": [self._id(item["GroupId"]) for item in row["Groups"]],
                    "PrivateDnsEnabled": row["PrivateDnsEnabled"],
                }
            else:
                known |= {"RouteTableIds": [self._id(name) for name in row["RouteTableIds"]]}
            made = self.ec2.create_vpc_endpoint(VpcId=self._id(row["VpcId"]), **known)["VpcEndpoint"]
            self.ids[row["VpcEndpointId"]] = made["VpcEndpointId"]
            self.backend.vpc_end_points[made["VpcEndpointId"]].state = row["State"]

    # ------------------------------------------------------------------------------------------ the service

    def _service(self) -> None:
        self.ecs.create_cluster(clusterName="shop")
        for row in self.rows["taskDefinitions"]:
            given = {key: value for key, value in row.items() if key not in {"taskDefinitionArn", "revision"}}
            self.ecs.register_task_definition(**given)
        for row in self.rows["services"]:
            asked = row["networkConfiguration"]["awsvpcConfiguration"]
            mine = {key: [self._id(name) for name in asked[key]] for key in ("subnets", "securityGroups")}
            breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
            self.ecs.create_service(
                cluster="shop",
                serviceName=row["serviceName"],
                taskDefinition=row["taskDefinition"].rpartition("/")[2],
                desiredCount=1,
                launchType=row["launchType"],
                platformVersion=row["platformVersion"],
                enableExecuteCommand=row.get("enableExecuteCommand", False),
                networkConfiguration={"awsvpcConfiguration": asked | mine},
                deploymentConfiguration=breaker,
            )


def theirs(ids: dict[str, str], text: str) -> str:
    """A text with the case's own ids in the place of those that were given."""
    for ours, given in ids.items():
        text = text.replace(given, ours)
    return text.replace(DEFAULT_ACCOUNT_ID, ACCOUNT)
