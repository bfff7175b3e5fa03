"""DNS names of VPC endpoints' own, such as ``vpce-0a1-b2c.ecr.api.eu-west-1.vpce.amazonaws.com``.

https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html#interface-endpoint-dns-hostnames
"""

import re

from skerry.net.dns_names import DnsName

_NAME = re.compile(r"^(?:\*\.)?(vpce-[0-9a-f]+)-[a-z0-9-]+\..*\.vpce\.")


def is_endpoint_name(name: DnsName) -> bool:
    """Return whether a name is an endpoint's own, in contrast to the private names that it answers for."""
    return ".vpce." in name.plain


def endpoint_id_of(name: DnsName) -> str | None:
    """Return the id of the endpoint in its own name."""
    match = _NAME.match(name.plain)
    return match.group(1) if match else None
