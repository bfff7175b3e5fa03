"""Code of Terraform for the network of a scenario: each resource is named by its id."""

import json

from tests.sources.terraform.scenario_code import endpoints, filters, private_zones, tasks, transit, vpcs
from tests.sources.terraform.scenario_code.network import REGION, CannotExpressError, Json, ScenarioNetwork

_READ = {
    *("Vpcs", "VpcAttributes", "DhcpOptions", "Subnets", "RouteTables", "SecurityGroups", "NetworkAcls"),
    *("NetworkInterfaces", "InternetGateways", "NatGateways", "VpcEndpoints", "PrefixLists", "Calls", "HostedZones"),
    *("MountTargets", "services", "taskDefinitions", "clusters", "TransitGateways", "TransitGatewayVpcAttachments"),
    *("TransitGatewayAttachments", "TransitGatewayRouteTables", "VpcPeeringConnections", "pullThroughCacheRules"),
}
_WRITERS = (
    *(vpcs.write_vpcs, vpcs.write_subnets, vpcs.write_tables, filters.write_groups, filters.write_acls),
    *(vpcs.write_ways_out, endpoints.write_endpoints, endpoints.write_other_interfaces, filters.write_prefix_lists),
    *(private_zones.write_zones, transit.write_transit, transit.write_peering, tasks.write_mount_targets),
    tasks.write_tasks,
)
_HEAD = f"""terraform {{
  required_providers {{
    aws = {{
      source = "hashicorp/aws"
    }}
  }}
}}

provider "aws" {{
  region = "{REGION}"
}}
"""
_BLOCKS = {
    *("alias", "authorization_config", "capacity_provider_strategy", "default_capacity_provider_strategy"),
    *("dns_options", "efs_volume_configuration", "entry", "network_configuration", "runtime_platform"),
    *("subnet_configuration", "volume", "vpc"),
}


def code_of(described: Json, *, inline: bool = True) -> str:
    """Return the root module that makes a network. Raises `CannotExpressError` if none does.

    ``inline``: inbound rules are blocks of their groups, and no resources.
    """
    if described.keys() - _READ:
        raise CannotExpressError(sorted(described.keys() - _READ))
    network = ScenarioNetwork(described, has_blocks=inline)
    resources = [
        f'resource "{kind}" "{name}" {{\n{_body(values, 1)}}}\n'
        for write in _WRITERS
        for kind, name, values in write(network)
    ]
    return "\n".join([_HEAD, *resources])


def _body(values: Json, depth: int) -> str:
    """Return arguments and blocks; values of None are left out."""
    indent = "  " * depth
    text = ""
    for key, value in values.items():
        if key in _BLOCKS:
            for block in value if isinstance(value, list) else [value]:
                text += f"{indent}{key} {{\n{_body(block, depth + 1)}{indent}}}\n"
        elif value is not None:
            text += f"{indent}{key} = {json.dumps(value)}\n"
    return text
