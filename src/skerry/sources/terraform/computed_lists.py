"""Lists that a provider computes and code takes elements of: a mock leaves them empty, and the code would fail.

https://developer.hashicorp.com/terraform/language/tests/mocking#generated-data
"""

from collections.abc import Mapping
from typing import Any, Final

from skerry.sources.terraform.resource_ids import arn_of_type, has_arn_as_id

_NAME, _ZONE = "made-up.example.com", "ZMADEUP"
IPV6_BLOCK: Final = "2001:db8:0:100::/56"
"""In place of a block that AWS will assign: https://www.rfc-editor.org/rfc/rfc3849."""


def computed_values(kind: str, region: str, account: str) -> Mapping[str, Any]:
    """Return values for the computed lists and blocks of a type, which code may index or calculate with."""
    secret = {
        "kms_key_id": arn_of_type("aws_kms_key", region, account),
        "secret_arn": arn_of_type("aws_secretsmanager_secret", region, account, "made-up"),
        "secret_status": "active",
    }
    match kind:
        case "aws_acm_certificate":
            record = {"domain_name": _NAME, "resource_record_name": f"_check.{_NAME}.", "resource_record_type": "CNAME"}
            return {"domain_validation_options": [record | {"resource_record_value": f"_value.{_NAME}."}]}
        case "aws_vpc" | "aws_vpc_ipv6_cidr_block_association":
            return {"ipv6_cidr_block": IPV6_BLOCK}
        case "aws_vpc_endpoint":
            return {
                "dns_entry": [{"dns_name": _NAME, "hosted_zone_id": _ZONE}],
                "network_interface_ids": ["eni-made-up"],
            }
        case "aws_db_instance" | "aws_rds_cluster" | "aws_docdb_cluster" | "aws_redshift_cluster":
            return {"master_user_secret": [secret]}
        case "aws_elasticache_cluster":
            return {"cache_nodes": [{"address": _NAME, "availability_zone": f"{region}a", "id": "0001", "port": 6379}]}
        case "aws_mq_broker":
            return {"instances": [{"console_url": _NAME, "endpoints": [_NAME], "ip_address": "192.0.2.1"}]}
        case "aws_networkfirewall_firewall":
            attachment = {"endpoint_id": "vpce-made-up", "subnet_id": "subnet-made-up"}
            state = {"attachment": [attachment], "availability_zone": f"{region}a"}
            return {"firewall_status": [{"sync_states": [state]}]}
        case _:
            return {"id": arn_of_type(kind, region, account)} if has_arn_as_id(kind) else {}
