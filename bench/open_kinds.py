"""The kinds of fact that may stay unknown, each with the page of AWS that leaves it open."""

from typing import NamedTuple

_VPC = "https://docs.aws.amazon.com/vpc/latest"
_ECS = "https://docs.aws.amazon.com/AmazonECS/latest"
_ECR = "https://docs.aws.amazon.com/AmazonECR/latest"
_DNS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"


class OpenKind(NamedTuple):
    """A kind of unknown fact: its words, the pattern of such facts, and the page.

    Without a page of its own, it is the page of the call that supplies the fact.
    """

    title: str
    pattern: str
    page: str | None = None


KINDS = (
    # Resources that another answer names, and lists that were not read.
    OpenKind(
        "a resource that another one names",
        r"(network interface|peering connection|security group|subnet|task definition) \S+|nat-\S+",
    ),
    OpenKind("the VPC at the other end of an attachment", r"VPC \S+ beyond \S+"),
    OpenKind("the attachment of a VPC to a transit gateway", r"the attachment of \S+ to \S+"),
    OpenKind("the endpoints of a VPC", r"the endpoints of [^\s,]+"),
    OpenKind(
        "the endpoints of a shared VPC",
        r"the endpoints of \S+, as its owner sees them",
        f"{_VPC}/userguide/vpc-sharing.html",
    ),
    OpenKind("the entries of a prefix list", r"the entries of prefix list \S+"),
    OpenKind("the grants of a key", r"the grants of key \S+"),
    OpenKind(
        "the routes and addresses of a regional NAT gateway",
        r"the routes and addresses of \S+",
        f"{_VPC}/userguide/nat-gateways-regional.html",
    ),
    OpenKind(
        "whether a subnet is excluded from Block Public Access", r"whether \S+ is excluded from Block Public Access"
    ),
    OpenKind("whether an owner shares a security group", r"whether account \d+ shares \S+ with \d+"),
    OpenKind("whether a group of another VPC may be used", r"whether \S+ of \S+ may be used in \S+"),
    OpenKind("the rules of DNS Firewall", r"whether DNS Firewall \(\S+\) lets \S+ ask for \S+"),
    OpenKind("whether a pull-through cache has an image", r"whether \S+ is in its pull-through cache already(: .*)?"),
    OpenKind(
        "an endpoint that is being made",
        r"what becomes of vpce-\S+, which is pending",
        f"{_VPC}/privatelink/create-interface-endpoint.html",
    ),
    OpenKind(
        "whether an endpoint's private name covers a FIPS name or another Region",
        r"whether private DNS of \S+ answers for (a service of|the fips name) \S+",
        f"{_VPC}/privatelink/privatelink-access-aws-services.html#interface-endpoint-dns-hostnames",
    ),
    OpenKind(
        "the groups and the public address of a task whose interface is gone",
        r"the security groups of the source|whether the task had a public address",
        f"{_ECS}/APIReference/API_Task.html",
    ),
    OpenKind(
        "the subnets of tasks that get them at run time",
        r"the subnets of state .* of state machine .*: it is given at run time|the subnets that tasks may land in",
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html",
    ),
    # Networks and servers that are not AWS's to describe.
    OpenKind(
        "the network beyond a VPN or a gateway",
        r"the network beyond [^\s,]+(, an attachment of type \S+)?",
        "https://docs.aws.amazon.com/vpn/latest/s2svpn/how_it_works.html",
    ),
    OpenKind(
        "the answers of a DNS server of your own",
        r"what the DNS server \S+ answers for \S+|what \S+ answers, to which \S+ forwards every name",
        f"{_DNS}/resolver-forwarding-outbound-queries-rule-values.html",
    ),
    OpenKind(
        "the rules of a firewall or load balancer behind an endpoint",
        r"what the firewall or load balancer behind \S+ lets pass",
        f"{_VPC}/privatelink/gateway-load-balancer-endpoints.html",
    ),
    OpenKind(
        "replies that take another way than the calls",
        r"what becomes of replies that leave \S+ by \S+",
        f"{_VPC}/userguide/route-table-options.html",
    ),
    OpenKind(
        "the name that a rule of DNS Firewall answers with",
        r"where \S+ leads, which DNS Firewall answers for \S+",
        f"{_DNS}/resolver-dns-firewall-rule-settings.html",
    ),
    # Facts on which AWS's pages are silent, or of which a list grows.
    OpenKind(
        "the policy of another account's registry",
        r"the policy of the registry of account \d+, which only that account can read",
        f"{_ECR}/userguide/registry-permissions.html",
    ),
    OpenKind(
        "whether AWS sends a condition key",
        r"whether AWS includes \S+ in \S+",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpceaccount",
    ),
    OpenKind(
        "whether Fargate starts tasks in a Region or zone that AWS did not list",
        r"whether Fargate starts \S+( \S+)? tasks in \S+(, which AWS did not list by \S+)?",
        f"{_ECS}/developerguide/AWS_Fargate-Regions.html",
    ),
    OpenKind(
        "whether Fargate starts a platform version that AWS did not list",
        r"whether Fargate still starts tasks on \S+ platform version \S+",
        f"{_ECS}/developerguide/platform-fargate.html",
    ),
    OpenKind(
        "which name Fargate calls from a subnet with IPv6 only",
        r"which name Fargate calls from \S+, which has only IPv6: \S+ or \S+",
        f"{_ECS}/developerguide/fargate-task-networking.html",
    ),
    OpenKind(
        "whether a dual-stack task calls over IPv6",
        r"whether IPv6 reaches \S+ \S+ has a route for it",
        f"{_ECS}/developerguide/fargate-task-networking.html",
    ),
    OpenKind(
        "where the base layers of Windows images are",
        r"whether the Windows base layers of \S+ are in ECR, on Fargate's host, or only at Microsoft",
        f"{_ECR}/userguide/vpc-endpoints.html#ecr-windows-images",
    ),
    OpenKind(
        "the public address that a call goes to",
        r"whether this is in the way of the call's own address: .*",
        f"{_VPC}/userguide/aws-ip-ranges.html",
    ),
    OpenKind(
        "the route of two overlapping prefix lists",
        r"which of the overlapping prefix lists .* a packet goes by",
        f"{_VPC}/userguide/VPC_Route_Tables.html",
    ),
)
