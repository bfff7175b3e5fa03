"""Types of fields for a port, a protocol or an action, with the form of valid values.

They are texts and numbers to a type checker. `skerry.sources.validation` checks the form of texts when a document
is loaded; msgspec checks the bounds of numbers. Addresses, names and CIDR blocks have types of their
own: `skerry.net.ip_addresses`, `skerry.net.dns_names`, `skerry.net.blocks`, and `skerry.model.rule_blocks` for rules,
entries and routes.
"""

from typing import Annotated, Final

from msgspec import Meta

FORM: Final = "form"
"""The key under which the name of a text's form stands in its metadata."""

Count = Annotated[int, Meta(ge=0, le=2**32)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
RulePort = Annotated[int, Meta(ge=-1, le=65_535)]
"""A port, or a type or code of ICMP, where -1 stands for all.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

RuleNumber = Annotated[int, Meta(ge=1, le=32_768)]
"""The number of an entry: AWS's last one is 32767 for IPv4, and 32768 for IPv6 where the VPC has IPv6 blocks.

https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html; the second number is what
DescribeNetworkAcls prints: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_default_network_acl.go.
"""

ACTION, PROTOCOL, PROTOCOL_NUMBER = "allow or deny", "protocol", "protocol number"

RuleAction = Annotated[str, Meta(extra={FORM: ACTION})]
Protocol = Annotated[str, Meta(extra={FORM: PROTOCOL})]
ProtocolNumber = Annotated[str, Meta(extra={FORM: PROTOCOL_NUMBER})]
