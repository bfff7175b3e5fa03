"""Write tests/terraform/schema.json: the arguments of the Terraform AWS provider's types, as a package lists them.

``scripts/terraform_schema.py WHEEL``, where WHEEL is what ``pip download --no-deps cdktn-provider-aws==25.8.1``
fetches: https://pypi.org/project/cdktn-provider-aws/ (MPL-2.0). Its classes are generated from the provider's own
schema, and say of each argument its type and whether it is required, optional or computed. Nothing of it is run.
"""

import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

OUTPUT = Path(__file__).parent.parent / "tests" / "terraform" / "schema.json"
RESOURCES = """
batch_compute_environment batch_job_definition batch_job_queue cloudwatch_event_rule cloudwatch_event_target
cloudwatch_log_group default_network_acl default_route_table default_security_group ec2_managed_prefix_list
ec2_managed_prefix_list_entry ec2_transit_gateway ec2_transit_gateway_route ec2_transit_gateway_route_table
ec2_transit_gateway_route_table_association ec2_transit_gateway_route_table_propagation
ec2_transit_gateway_vpc_attachment ecr_lifecycle_policy ecr_pull_through_cache_rule ecr_repository
ecr_repository_policy ecs_capacity_provider ecs_cluster ecs_cluster_capacity_providers ecs_service ecs_task_definition
efs_access_point efs_file_system efs_file_system_policy efs_mount_target egress_only_internet_gateway eip
eip_association iam_policy iam_role iam_role_policy iam_role_policy_attachment instance internet_gateway
internet_gateway_attachment kms_key main_route_table_association nat_gateway network_acl network_acl_association
network_acl_rule network_interface network_interface_attachment networkfirewall_firewall
networkfirewall_firewall_policy route route53_record route53_resolver_endpoint route53_resolver_firewall_domain_list
route53_resolver_firewall_rule route53_resolver_firewall_rule_group route53_resolver_firewall_rule_group_association
route53_resolver_rule route53_resolver_rule_association route53_vpc_association_authorization route53_zone
route53_zone_association route_table route_table_association s3_bucket scheduler_schedule secretsmanager_secret
secretsmanager_secret_version security_group security_group_rule service_discovery_private_dns_namespace ssm_parameter
subnet vpc vpc_block_public_access_exclusion vpc_block_public_access_options vpc_dhcp_options
vpc_dhcp_options_association vpc_endpoint vpc_endpoint_policy vpc_endpoint_private_dns
vpc_endpoint_route_table_association vpc_endpoint_security_group_association vpc_endpoint_subnet_association
vpc_ipv4_cidr_block_association vpc_ipv6_cidr_block_association vpc_peering_connection vpc_peering_connection_accepter
vpc_security_group_egress_rule vpc_security_group_ingress_rule vpc_security_group_vpc_association vpn_gateway
vpn_gateway_attachment
""".split()  # noqa: SIM905 -- a list of words is read more easily than one of strings
DATA_SOURCES = """
availability_zones caller_identity ec2_managed_prefix_list ecr_repository ecs_cluster ecs_service iam_policy_document
iam_role network_acls network_interface network_interfaces partition prefix_list region route53_zone route_table
route_tables security_group security_groups subnet subnets vpc vpc_endpoint vpc_endpoint_service vpcs
""".split()  # noqa: SIM905 -- as above

_CLASS = re.compile(r"^class (\w+) extends .*?(?=^exports\.|^class |\Z)", re.MULTILINE | re.DOTALL)
_OUTER = re.compile(r"class \w+ extends cdktn\.Terraform(?:Resource|DataSource) ")
_ENTRY = re.compile(
    r"^    // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$"
    r"(.*?)(?=^    // \w+ - computed: |\Z)",
    re.MULTILINE | re.DOTALL,
)
_SIMPLE = re.compile(r"(cdktn\.Fn\.tolist\()?this\.get(\w+)Attribute\('")
_COMPLEX = re.compile(r'new (\w+?)(List|Map|OutputReference)\(this, "\w+"(?:, (true|false))?\)')
_BLOCK = re.compile(r'^ +(\w+): \{\n +value: .*\n +isBlock: true,\n +type: "(\w+)"', re.MULTILINE)
_TYPES: dict[str, Any] = {"String": "string", "Boolean": "bool", "Number": "number", "List": ["list", "string"]}
_TYPES |= {f"{name}List": ["list", kind] for name, kind in _TYPES.items() if isinstance(kind, str)}
_TYPES |= {f"{name}Map": ["map", _TYPES[name]] for name in ("String", "Boolean", "Number")}
_TYPES["StringMapList"] = ["list", ["map", "string"]]


class Source(NamedTuple):
    """One type's file: the bodies of its classes by name, and how its blocks nest, by argument."""

    classes: dict[str, str]
    nesting: dict[str, str]


def body(source: Source, name: str) -> dict[str, Any]:
    """The arguments of a class: ``[mode, type]`` for an attribute, an object for a nested block."""
    return dict(_arguments(source, source.classes[name]))


def _arguments(source: Source, text: str) -> Iterator[tuple[str, Any]]:
    for name, computed, optional, required, code in _ENTRY.findall(text):
        flags = {"r": required, "o": optional, "c": computed}
        mode = "".join(letter for letter, flag in flags.items() if flag == "true")
        simple, complex_ = _SIMPLE.search(code), _COMPLEX.search(code)
        if simple:
            kind = _TYPES[simple[2]]
            yield name, [mode, ["set", kind[1]] if simple[1] and isinstance(kind, list) else kind]
        elif complex_:
            yield name, _nested(source, name, mode, complex_)


def _nested(source: Source, name: str, mode: str, found: re.Match[str]) -> Any:
    """A block, or an attribute of objects where the provider itself may fill it in, which no block allows."""
    stem, ending, is_set = found.groups()
    inner = body(source, f"{stem}OutputReference")
    nesting = source.nesting.get(name, "struct")
    if mode == "r" or (mode == "o" and name in source.nesting):
        more = {"max": 1} if ending == "OutputReference" and nesting != "struct" else {}
        return {"nesting": nesting, **more, **({"min": 1} if mode == "r" else {}), "has": inner}
    kind: Any = ["object", {key: _type(value) for key, value in inner.items()}]
    if ending == "List":
        kind = ["set" if is_set == "true" else "list", kind]
    elif ending == "Map":
        kind = ["map", kind]
    return [mode, kind]


def _type(argument: Any) -> Any:
    if isinstance(argument, list):
        return argument[1]
    kind = ["object", {key: _type(value) for key, value in argument["has"].items()}]
    return kind if argument["nesting"] == "struct" else [argument["nesting"], kind]


def schema(text: str) -> dict[str, Any]:
    """The arguments of the type whose file this is."""
    classes = {found[1]: found[0] for found in _CLASS.finditer(text)}
    source = Source(classes, dict(_BLOCK.findall(text)))
    (outer,) = (name for name, code in classes.items() if _OUTER.match(code))
    return body(source, outer)


def main() -> int:
    """Read the wheel that the command line names."""
    wanted = {f"package/lib/{name.replace('_', '-')}/index.js": ("resources", f"aws_{name}") for name in RESOURCES}
    wanted |= {
        f"package/lib/data-aws-{name.replace('_', '-')}/index.js": ("data_sources", f"aws_{name}")
        for name in DATA_SOURCES
    }
    found: dict[str, dict[str, Any]] = {"resources": {}, "data_sources": {}}
    version = ""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        (inner,) = (name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(wheel.read(inner))) as archive:
            for member in archive:
                if member.name not in wanted or (file := archive.extractfile(member)) is None:
                    continue
                text = file.read().decode()
                kind, name = wanted.pop(member.name)
                found[kind][name] = schema(text)
                version = version or _version(text)
    if wanted:
        print(f"not in the package: {', '.join(sorted(wanted))}")
        return 1
    about = {
        "about": "Arguments of hashicorp/aws, by type: [mode, type], mode of r(equired), o(ptional), c(omputed).",
        "provider": version,
        "source": f"https://pypi.org/project/cdktn-provider-aws/ ({Path(sys.argv[1]).name}, MPL-2.0)",
    }
    OUTPUT.write_text(_lines(about | {kind: dict(sorted(types.items())) for kind, types in found.items()}))
    return 0


def _version(text: str) -> str:
    found = re.search(r"registry\.terraform\.io/providers/hashicorp/aws/([0-9.]+)/docs", text)
    return found[1] if found else ""


def _lines(document: dict[str, Any]) -> str:
    """The document with a line for each type, so that a change can be read."""
    rows = []
    for key, value in document.items():
        if isinstance(value, str):
            rows.append(f"  {json.dumps(key)}: {json.dumps(value)}")
        else:
            types = [f"    {json.dumps(name)}: {json.dumps(of, separators=(',', ':'))}" for name, of in value.items()]
            rows.append(f"  {json.dumps(key)}: {{\n" + ",\n".join(types) + "\n  }")
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
