"""Several faults at once: each of them keeps tasks from starting, and all are to be named."""

from bench.faults.cases import Case, Fault, one
from bench.faults.families import acls, egress, endpoints, groups, names, nat, peering, routes
from tests.networks import allow

_FAMILY = "several at once"
_CLOSED = groups.admits("lets nothing in")
_ONE_SUBNET = groups.admits("lets in one of two subnets", allow("tcp", 443, cidr="10.0.1.0/24"))


def _pair(shape: str, name: str, *faults: Fault) -> Case:
    return one(shape, _FAMILY, name, faults)


CASES: list[Case] = [
    _pair("two zones", "dns-and-group", names.private_dns_off("vpce-10"), _CLOSED),
    _pair("one zone", "dns-and-s3", names.private_dns_off("vpce-a0"), routes.s3_route_missing()),
    _pair("endpoints apart", "dns-and-acl", names.private_dns_off("vpce-d0"), acls.END_REPLIES),
    _pair("two zones", "dns-and-missing", names.private_dns_off("vpce-5e"), endpoints.missing("vpce-10")),
    _pair("endpoints apart", "dns-and-egress", names.private_dns_off("vpce-10"), egress.ONLY_VPC),
    _pair("two zones", "missing-and-group", endpoints.missing("vpce-a0"), _CLOSED),
    _pair("one zone", "missing-and-s3", endpoints.missing("vpce-10"), routes.s3_gateway_missing()),
    _pair("endpoints apart", "failed-and-acl", endpoints.in_state("vpce-a0", "failed"), acls.END_DENIED),
    _pair("two zones", "group-and-s3", _CLOSED, routes.s3_on_another_table()),
    _pair("endpoints apart", "group-and-acl", _CLOSED, acls.END_REPLIES),
    _pair("one zone", "group-and-egress", _CLOSED, egress.ONLY_VPC),
    _pair("endpoints apart", "group-egress-and-acl", _CLOSED, egress.NO_RULE, acls.END_DENIED),
    _pair("endpoints apart", "both-acls", acls.REPLIES_DENIED, acls.END_DENIED),
    _pair("endpoints apart", "acl-and-s3", acls.END_REPLIES, routes.s3_black_hole()),
    _pair("two zones", "egress-and-s3", egress.NO_RULE, routes.s3_route_missing()),
    _pair(
        "endpoints apart",
        "four",
        names.private_dns_off("vpce-10"),
        _CLOSED,
        acls.END_REPLIES,
        routes.s3_gateway_missing(),
    ),
    _pair("private zones", "record-and-group", names.record_missing("vpce-10"), _CLOSED),
    _pair("private zones", "wildcard-and-s3", names.wildcard_missing(), routes.s3_route_missing()),
    _pair("NAT", "egress-and-nat-acl", egress.NO_RULE, acls.NOT_OUT),
    _pair("NAT", "nat-and-egress", nat.state("failed"), egress.ONLY_VPC),
    _pair("NAT", "nat-and-acl", nat.state("failed"), acls.NOT_OUT),
    _pair("NAT", "acl-and-gateway", acls.REPLIES_DENIED, nat.gateway_detached(None)),
    _pair("NAT and endpoints", "group-and-s3", _CLOSED, routes.s3_gateway_failed()),
    _pair("public", "egress-and-acl", egress.NO_RULE, acls.NOT_OUT),
    _pair("peered", "connection-and-group", peering.connection("pending-acceptance"), _CLOSED),
    _pair("peered", "return-and-s3", peering.half_a_way_back(), routes.s3_route_missing()),
    _pair("two zones", "one-subnet-and-s3", _ONE_SUBNET, routes.table_of_one("has no route to S3")),
    _pair("endpoints apart", "one-subnet-and-logs", _ONE_SUBNET, groups.closed_group("vpce-10")),
]
