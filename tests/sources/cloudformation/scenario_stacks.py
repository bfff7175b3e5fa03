"""Templates of whole scenarios: connections, names and tasks beside the network."""

import json
from pathlib import Path
from typing import Any

from tests.sources.cloudformation.scenario_templates import Inexpressible, Rows, TemplateOf, logical, snake

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_SILENT = {
    *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "logs:DescribeLogGroups"),
    *("organizations:DescribeOrganization", "secretsmanager:GetResourcePolicy"),
    *("GetManagedPrefixListEntries", "ListHostedZonesByVPC", "SearchTransitGatewayRoutes"),
    *("ListResolverRuleAssociations", "ListResolverEndpoints", "DescribeVpcPeeringConnections"),
}
"""Calls that need no resource of their own, or are read with another."""


def template_of(folder: Path) -> "ScenarioStack":
    """Return the template of a scenario; rules stand in their groups, or apart for every second scenario."""
    network = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    return ScenarioStack(network, apart=len(folder.name) % 2 == 1)


class ScenarioStack(TemplateOf):
    """The template of one scenario."""

    def __init__(self, network: dict[str, Rows], *, apart: bool) -> None:
        super().__init__(network, apart=apart)
        self._lists()
        self._endpoint_policies()

    def _endpoint_policies(self) -> None:
        for name, resource in self.resources.items():
            if "pl-" in json.dumps(resource) and "Ref" not in json.dumps(resource):
                raise Inexpressible(f"a prefix list of AWS's in {name}")

    def _lists(self) -> None:
        for row in self.network.get("PrefixLists", ()):
            if row["PrefixListId"] not in self.ids:
                continue
            cidrs = row.get("Cidrs") or self._entries_of(row["PrefixListId"])
            entries = [{"Cidr": cidr} for cidr in cidrs]
            name = self.ids[row["PrefixListId"]]
            family = {"AddressFamily": "IPv4", "MaxEntries": len(entries)}
            self.add(name, "EC2::PrefixList", PrefixListName=name, Entries=entries, **family)

    def _entries_of(self, name: str) -> list[str]:
        for row in self._calls_of("GetManagedPrefixListEntries"):
            if row["Call"]["parameters"]["PrefixListId"] == name and "NextToken" not in row.get("Response", {}):
                return [entry["Cidr"] for entry in row["Response"]["Entries"]]
        raise Inexpressible("the entries of a list")

    def _calls_of(self, operation: str) -> Rows:
        return [row for row in self.network.get("Calls", ()) if row["Call"]["operation"] == operation]

    # ----------------------------------------------------------------------------------------------------- connections

    def _vpc_peering_connections(self, row: dict[str, Any]) -> None:
        sides = row["RequesterVpcInfo"], row["AccepterVpcInfo"]
        if row["Status"]["Code"] != "active" or any(side.get("Region", "eu-west-1") != "eu-west-1" for side in sides):
            raise Inexpressible("the state of a peering connection")
        ids = {"VpcId": self.ref(sides[0]["VpcId"]), "PeerVpcId": self.ref(sides[1]["VpcId"])}
        self.add(self.ids[row["VpcPeeringConnectionId"]], "EC2::VPCPeeringConnection", **ids)

    def _transit_gateways(self, row: dict[str, Any]) -> None:
        off = dict.fromkeys(("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"), "disable")
        self.add(self.ids[row["TransitGatewayId"]], "EC2::TransitGateway", **off, **row["Options"])

    def _transit_gateway_vpc_attachments(self, row: dict[str, Any]) -> None:
        if row["State"] != "available" or row["VpcId"] not in self.ids:
            raise Inexpressible("the state of an attachment")
        self.add(
            self.ids[row["TransitGatewayAttachmentId"]],
            "EC2::TransitGatewayAttachment",
            TransitGatewayId=self.ref(row["TransitGatewayId"]),
            VpcId=self.ref(row["VpcId"]),
            SubnetIds=self.refs(row["SubnetIds"]),
            Options=row["Options"],
        )

    def _transit_gateway_attachments(self, row: dict[str, Any]) -> None:
        if row["ResourceType"] != "vpc" or row["State"] != "available":
            raise Inexpressible("an attachment of another kind")
        table = row.get("Association", {}).get("TransitGatewayRouteTableId")
        if table is not None:
            name = self.ids[row["TransitGatewayAttachmentId"]]
            self.add(
                f"{name}Association",
                "EC2::TransitGatewayRouteTableAssociation",
                TransitGatewayAttachmentId={"Ref": name},
                TransitGatewayRouteTableId=self.ref(table),
            )

    def _transit_gateway_route_tables(self, row: dict[str, Any]) -> None:
        name = self.ids[row["TransitGatewayRouteTableId"]]
        self.add(name, "EC2::TransitGatewayRouteTable", TransitGatewayId=self.ref(row["TransitGatewayId"]))
        searched = [
            call["Response"]["Routes"]
            for call in self._calls_of("SearchTransitGatewayRoutes")
            if call["Call"]["parameters"]["TransitGatewayRouteTableId"] == row["TransitGatewayRouteTableId"]
        ]
        if not searched:
            raise Inexpressible("the routes of a transit gateway")
        for position, route in enumerate(searched[0]):
            self._transit_route(name, position, route)

    def _transit_route(self, table: str, position: int, route: dict[str, Any]) -> None:
        attachments = route.get("TransitGatewayAttachments", [])
        if len(attachments) > 1 or route.get("Type") not in {"propagated", "static"}:
            raise Inexpressible("a route to several attachments")
        pair: dict[str, Any] = {"TransitGatewayRouteTableId": {"Ref": table}}
        if attachments:
            pair["TransitGatewayAttachmentId"] = self.ref(attachments[0]["TransitGatewayAttachmentId"])
        if route["Type"] == "propagated":
            self.add(f"{table}Propagation{position}", "EC2::TransitGatewayRouteTablePropagation", **pair)
            return
        destination = route["DestinationCidrBlock"]
        blackhole = True if route["State"] == "blackhole" else None
        name = f"{table}Route{position}"
        self.add(name, "EC2::TransitGatewayRoute", DestinationCidrBlock=destination, Blackhole=blackhole, **pair)

    # ----------------------------------------------------------------------------------------------------------- names

    def _calls(self) -> None:
        for row in self.network.get("Calls", ()):
            operation = row["Call"]["operation"]
            write = getattr(self, f"_{snake(operation)}", None)
            if write is not None:
                write(row["Response"], row["Call"]["parameters"])
            elif operation not in _SILENT:
                raise Inexpressible(operation)

    def _list_resource_record_sets(self, answer: dict[str, Any], parameters: dict[str, Any]) -> None:
        zone = parameters["HostedZoneId"]
        vpcs, name = [], None
        for row in self._calls_of("ListHostedZonesByVPC"):
            for summary in row["Response"]["HostedZoneSummaries"]:
                if summary["HostedZoneId"] == zone:
                    name = summary["Name"]
                    vpcs.append({"VPCId": self.ref(row["Call"]["parameters"]["VPCId"]), "VPCRegion": "eu-west-1"})
        if name is None:
            raise Inexpressible("a zone without a VPC")
        zone_name = f"Zone{logical(zone)}"
        self.add(zone_name, "Route53::HostedZone", Name=name.rstrip("."), VPCs=vpcs)
        for position, record in enumerate(answer["ResourceRecordSets"]):
            if record["Type"] in {"NS", "SOA"}:
                continue
            values = [item["Value"] for item in record.get("ResourceRecords", ())]
            alias = record.get("AliasTarget")
            target = None if alias is None else {
                "DNSName": self._endpoint_name(alias["DNSName"]), "HostedZoneId": alias["HostedZoneId"]
            }  # fmt: skip
            if set(record) - {"Name", "Type", "TTL", "ResourceRecords", "AliasTarget"}:
                raise Inexpressible("a record of a set")
            self.add(
                f"{zone_name}Record{position}",
                "Route53::RecordSet",
                HostedZoneId={"Ref": zone_name},
                Name=record["Name"],
                Type=record["Type"],
                ResourceRecords=values or None,
                AliasTarget=target,
            )

    def _endpoint_name(self, name: str) -> Any:
        """Return the DNS name of an endpoint as an attribute of it."""
        for endpoint in self.network["VpcEndpoints"]:
            names = [entry["DnsName"] for entry in endpoint.get("DnsEntries", ())]
            if name.rstrip(".") in names or name.startswith(endpoint["VpcEndpointId"]):
                first = {"Fn::Select": [0, {"Fn::GetAtt": [self.ids[endpoint["VpcEndpointId"]], "DnsEntries"]}]}
                return {"Fn::Select": ["1", {"Fn::Split": [":", first]}]}
        raise Inexpressible("an alias of another kind")

    def _secretsmanager_describe_secret(self, answer: dict[str, Any], _: dict[str, Any]) -> None:
        name = self.arns[answer["ARN"]][0]
        value = "a value" if answer.get("VersionIdsToStages") else None
        self.add(name, "SecretsManager::Secret", Name=answer["Name"], SecretString=value)

    # ----------------------------------------------------------------------------------------------------------- tasks

    def _services(self, row: dict[str, Any]) -> None:
        if set(row) & {"taskSets", "platformFamily", "deployments", "events"}:
            raise Inexpressible("a service of another kind")
        network = row.get("networkConfiguration", {}).get("awsvpcConfiguration")
        definition = row.get("taskDefinition")
        if network is None or definition not in self.arns:
            raise Inexpressible("a service without a network or a task definition")
        strategy = [{"CapacityProvider": item["capacityProvider"]} for item in row.get("capacityProviderStrategy", ())]
        cluster = row["clusterArn"].rpartition("/")[2]
        groups = self.refs(network.get("securityGroups", []))
        self.add(
            f"{logical(row['serviceName'])}Service",
            "ECS::Service",
            ServiceName=row["serviceName"],
            Cluster={"Ref": f"{logical(cluster)}Cluster"} if self.network.get("clusters") else cluster,
            LaunchType=row.get("launchType"),
            CapacityProviderStrategy=strategy or None,
            PlatformVersion=row.get("platformVersion"),
            TaskDefinition={"Ref": self.arns[definition][0]},
            EnableExecuteCommand=row.get("enableExecuteCommand"),
            NetworkConfiguration={
                "AwsvpcConfiguration": {
                    "Subnets": self.refs(network["subnets"]),
                    **({"SecurityGroups": groups} if groups else {}),
                    "AssignPublicIp": network.get("assignPublicIp", "DISABLED"),
                }
            },
        )

    def _clusters(self, row: dict[str, Any]) -> None:
        strategy = [{"CapacityProvider": item["capacityProvider"]} for item in row["defaultCapacityProviderStrategy"]]
        name = f"{logical(row['clusterName'])}Cluster"
        self.add(name, "ECS::Cluster", ClusterName=row["clusterName"], DefaultCapacityProviderStrategy=strategy)

    def _task_definitions(self, row: dict[str, Any]) -> None:
        if any("ecrPublic" in key or "s3files" in key for volume in row.get("volumes", ()) for key in volume):
            raise Inexpressible("a volume of another kind")
        containers = [self.written(_pascal(container)) for container in row["containerDefinitions"]]
        volumes = [self.written(_pascal(volume)) for volume in row.get("volumes", ())]
        platform = row.get("runtimePlatform")
        self.add(
            self.arns[row["taskDefinitionArn"]][0],
            "ECS::TaskDefinition",
            Family=row["family"],
            NetworkMode=row["networkMode"],
            ExecutionRoleArn=self.written(row.get("executionRoleArn")),
            TaskRoleArn=self.written(row.get("taskRoleArn")),
            RuntimePlatform=None if platform is None else _pascal(platform),
            ContainerDefinitions=containers,
            Volumes=volumes or None,
        )

    def _role_detail_list(self, row: dict[str, Any]) -> None:
        policies = [
            {"PolicyName": item["PolicyName"], "PolicyDocument": self.written(item["PolicyDocument"])}
            for item in row["RolePolicyList"]
        ]
        boundary = row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        self.add(
            self.arns[row["Arn"]][0],
            "IAM::Role",
            RoleName=row["RoleName"],
            AssumeRolePolicyDocument=row["AssumeRolePolicyDocument"],
            Policies=policies or None,
            ManagedPolicyArns=[self.written(item["PolicyArn"]) for item in row["AttachedManagedPolicies"]] or None,
            PermissionsBoundary=self.written(boundary),
        )

    def _policies(self, row: dict[str, Any]) -> None:
        document = next(item["Document"] for item in row["PolicyVersionList"] if item["IsDefaultVersion"])
        self.add(self.arns[row["Arn"]][0], "IAM::ManagedPolicy", PolicyDocument=self.written(document),
                 ManagedPolicyName=row["PolicyName"])  # fmt: skip

    def _describe_mount_targets(self, _: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.add(self._file_system(parameters["FileSystemId"]), "EFS::FileSystem")

    def _file_system(self, name: str) -> str:
        self.arns[name] = logical(name), "Ref"
        return logical(name)

    def _mount_targets(self, row: dict[str, Any]) -> None:
        interface = next(
            item for item in self.network["NetworkInterfaces"]
            if item["NetworkInterfaceId"] == row["NetworkInterfaceId"]
        )  # fmt: skip
        system = self._file_system(row["FileSystemId"])
        self.add(system, "EFS::FileSystem")
        self.add(
            logical(row["MountTargetId"]),
            "EFS::MountTarget",
            FileSystemId={"Ref": system},
            SubnetId=self.ref(row["SubnetId"]),
            IpAddress=row["IpAddress"],
            SecurityGroups=self.refs([item["GroupId"] for item in interface["Groups"]]),
        )


_KEPT_KEYS = {"options", "dockerLabels"}


def _pascal(value: Any, key: str = "") -> Any:
    """Return a block with the property names of CloudFormation."""
    if isinstance(value, list):
        return [_pascal(item) for item in value]
    if not isinstance(value, dict) or key in _KEPT_KEYS:
        return value
    names = {"efsVolumeConfiguration": "EFSVolumeConfiguration", "iam": "IAM"}
    named = {names.get(name) or name[:1].upper() + name[1:]: _pascal(item, name) for name, item in value.items()}
    if "EFSVolumeConfiguration" in named:
        block = named["EFSVolumeConfiguration"]
        named["EFSVolumeConfiguration"] = {
            ("FilesystemId" if name == "FileSystemId" else name): item for name, item in block.items()
        }
    return named
