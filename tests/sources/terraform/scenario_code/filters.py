"""Security groups, network ACLs and prefix lists."""

from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import Json, Resource, ScenarioNetwork, reference, refuse_unless


def write_groups(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield security groups, and their inbound rules where these are resources."""
    for row in network.rows("SecurityGroups"):
        name = row["GroupId"]
        refuse_unless("IpPermissions" in row and "IpPermissionsEgress" in row, "rules are not known")
        vpc = {"vpc_id": reference("aws_vpc", network.vpc_of(row))}
        egress = [_rule(network, rule, name) for rule in row["IpPermissionsEgress"]]
        ingress = [_rule(network, rule, name) for rule in row["IpPermissions"]]
        if row.get("GroupName") == "default":
            yield "aws_default_security_group", name, {**vpc, "egress": egress, "ingress": ingress}
            continue
        own = {"ingress": ingress} if network.has_blocks else {}
        yield "aws_security_group", name, {**vpc, "name": name, "egress": egress, **own}
        single = (
            [] if network.has_blocks else [values for rule in row["IpPermissions"] for values in _single(network, rule)]
        )
        for number, values in enumerate(single):
            group = {"security_group_id": network.group(name)}
            yield "aws_vpc_security_group_ingress_rule", f"{name}-{number}", {**group, **values}


def _rule(network: ScenarioNetwork, rule: Json, own: str) -> Json:
    """Return a rule as a block of its group."""
    pairs = [pair["GroupId"] for pair in rule.get("UserIdGroupPairs", [])]
    return {
        "description": "",
        "protocol": rule["IpProtocol"],
        "from_port": rule.get("FromPort", 0),
        "to_port": rule.get("ToPort", 0),
        "cidr_blocks": [item["CidrIp"] for item in rule.get("IpRanges", [])],
        "ipv6_cidr_blocks": [item["CidrIpv6"] for item in rule.get("Ipv6Ranges", [])],
        "prefix_list_ids": [network.prefix_list(item["PrefixListId"]) for item in rule.get("PrefixListIds", [])],
        "security_groups": [network.group(pair) for pair in pairs if pair != own],
        "self": own in pairs,
    }


def _single(network: ScenarioNetwork, rule: Json) -> Iterator[Json]:
    """Yield a rule as resources, one for each peer."""
    ports = {} if rule["IpProtocol"] == "-1" else {"from_port": rule["FromPort"], "to_port": rule["ToPort"]}
    common = {"ip_protocol": rule["IpProtocol"], **ports}
    yield from (common | {"cidr_ipv4": item["CidrIp"]} for item in rule.get("IpRanges", []))
    yield from (common | {"cidr_ipv6": item["CidrIpv6"]} for item in rule.get("Ipv6Ranges", []))
    yield from (
        common | {"prefix_list_id": network.prefix_list(item["PrefixListId"])} for item in rule.get("PrefixListIds", [])
    )
    yield from (
        common | {"referenced_security_group_id": network.group(pair["GroupId"])}
        for pair in rule.get("UserIdGroupPairs", [])
    )


def write_acls(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield network ACLs."""
    for row in network.rows("NetworkAcls"):
        name = row["NetworkAclId"]
        refuse_unless("Entries" in row and "Associations" in row, "entries are not known")
        ways: dict[str, list[Json]] = {"ingress": [], "egress": []}
        for entry in row["Entries"]:
            if entry["RuleNumber"] < 32767:
                ways["egress" if entry["Egress"] else "ingress"].append(_entry(entry))
        subnets = [reference("aws_subnet", item["SubnetId"]) for item in row["Associations"]]
        yield (
            "aws_network_acl",
            name,
            {"vpc_id": reference("aws_vpc", network.vpc_of(row)), "subnet_ids": subnets, **ways},
        )


def write_prefix_lists(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield prefix lists of customers."""
    entries = {parameters["PrefixListId"]: response["Entries"]
               for parameters, response in network.calls("GetManagedPrefixListEntries")}  # fmt: skip
    for row in network.rows("PrefixLists"):
        name = row["PrefixListId"]
        if not row.get("PrefixListName", "").startswith("com.amazonaws."):
            refuse_unless(name in entries, "entries are not known")
            blocks = [{"cidr": entry["Cidr"]} for entry in entries[name]]
            values = {"name": row.get("PrefixListName"), "address_family": "IPv4", "max_entries": 9}
            yield "aws_ec2_managed_prefix_list", name, values | {"entry": blocks}


def _entry(entry: Json) -> Json:
    ports = entry.get("PortRange", {})
    return {
        "rule_no": entry["RuleNumber"],
        "action": entry["RuleAction"],
        "protocol": entry["Protocol"],
        "from_port": ports.get("From", 0),
        "to_port": ports.get("To", 0),
        "cidr_block": entry.get("CidrBlock"),
        "ipv6_cidr_block": entry.get("Ipv6CidrBlock"),
        "icmp_code": 0,
        "icmp_type": 0,
    }
