"""Private hosted zones and their records."""

from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import (
    CannotExpressError,
    Json,
    Resource,
    ScenarioNetwork,
    reference,
    refuse_unless,
)


def write_zones(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield private zones and their records."""
    zones: dict[str, Json] = {}
    for parameters, response in network.calls("ListHostedZonesByVPC"):
        for row in response["HostedZoneSummaries"]:
            refuse_unless("OwningService" not in row.get("Owner", {}), "a zone of AWS's own")
            zone = zones.setdefault(row["HostedZoneId"], {"name": row["Name"], "vpcs": []})
            zone["vpcs"].append(parameters["VPCId"])
    refuse_unless(not network.rows("HostedZones"), "zones without their VPCs")
    records = {parameters["HostedZoneId"]: response for parameters, response in network.calls("ListResourceRecordSets")}
    for name, zone in zones.items():
        refuse_unless(name in records, "records are not known")
        blocks = [{"vpc_id": reference("aws_vpc", vpc)} for vpc in dict.fromkeys(zone["vpcs"])]
        yield "aws_route53_zone", name, {"name": zone["name"].rstrip("."), "vpc": blocks}
        for number, row in enumerate(records[name]["ResourceRecordSets"]):
            if row["Type"] not in ("SOA", "NS"):
                yield "aws_route53_record", f"{name}-{number}", _record(network, name, row)


def _record(network: ScenarioNetwork, zone: str, row: Json) -> Json:
    values = {"zone_id": reference("aws_route53_zone", zone, "zone_id"), "name": row["Name"].replace("\\052", "*"),
              "type": row["Type"]}  # fmt: skip
    refuse_unless(not row.keys() & {"Weight", "SetIdentifier", "HealthCheckId"}, "records that take turns")
    if "AliasTarget" not in row:
        return values | {"ttl": 60, "records": [item["Value"] for item in row["ResourceRecords"]]}
    target = row["AliasTarget"]["DNSName"]
    for endpoint in network.rows("VpcEndpoints"):
        if target.startswith(f"{endpoint['VpcEndpointId']}-"):
            entry = f"${{aws_vpc_endpoint.{endpoint['VpcEndpointId']}.dns_entry[0]"
            alias = {"name": f"{entry}.dns_name}}", "zone_id": f"{entry}.hosted_zone_id}}"}
            return values | {"alias": {**alias, "evaluate_target_health": False}}
    raise CannotExpressError(f"an alias to {target}")
