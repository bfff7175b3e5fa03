"""Every code of a blocker is explained, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import skerry
from skerry.catalogue.blocker_codes import ErrorClass, load_codes, title_in_sentence
from tests.tables import each

SOURCE = Path(skerry.__file__).parent
ROOMS = ("launch", "reach", "services", "access", "checks", "diagnose", "errortext")
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# Words of AWS's that look like codes and are none.
OTHERS = {
    "CAP_SYS_PTRACE",
    "CODE_DEPLOY",
    "EC2_AUTOSCALING",
    "FARGATE_SPOT",
    "MANAGED_INSTANCES",
    "RESOURCE_CONTROL_POLICY",
    "SERVICE_CONTROL_POLICY",
    "SPECIFIED_DOMAINS_ONLY",
    "SYS_PTRACE",
    "TRUST_REDIRECTION_DOMAIN",
    "X86_64",
}

# https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
REACHABILITY_ANALYZER = set(
    """
    BAD_STATE BAD_STATE_ATTACHMENT BAD_STATE_ROUTE BAD_STATE_VPN CANNOT_ROUTE COMPONENT_FILTER_RESTRICTION
    COMPONENT_FILTER_RESTRICTION_REMOVED_COMPONENT DISCONNECTED_VPCS ELBV2_LISTENERS_MISMATCH
    ELBV2_LISTENER_HAS_NO_TG ELBV2_LISTENER_PORT_RESTRICTION ELBV2_LISTENER_REQUIRES_TG_ACCEPT
    ELBV2_NO_TARGETS_IN_AZ ELBV2_SOURCE_ADDRESS_PRESERVATION ELB_ACL_RESTRICTION ELB_INSTALLED_AZ_RESTRICTION
    ELB_LISTENERS_MISMATCH ELB_LISTENER_PORT_RESTRICTION ELB_NOT_CROSSZONE ENI_ADDRESS_RESTRICTION
    ENI_SG_RULES_MISMATCH ENI_SOURCE_DEST_CHECK_RESTRICTION FILTER_AT_DESTINATION_DESTINATION_ADDRESS
    FILTER_AT_DESTINATION_DESTINATION_PORT_RANGE FILTER_AT_DESTINATION_PROTOCOL
    FILTER_AT_DESTINATION_SOURCE_ADDRESS FILTER_AT_DESTINATION_SOURCE_PORT_RANGE
    FILTER_AT_SOURCE_DESTINATION_ADDRESS FILTER_AT_SOURCE_DESTINATION_PORT_RANGE FILTER_AT_SOURCE_PROTOCOL
    FILTER_AT_SOURCE_SOURCE_ADDRESS FILTER_AT_SOURCE_SOURCE_PORT_RANGE FIREWALL_RULES_RESTRICTION
    GATEWAY_REJECTS_SPOOFED_TRAFFIC GWLB_DESTINATION_PORT_RESTRICTION GWLB_PROTOCOL_RESTRICTION
    HIGHER_PRIORITY_ROUTE IGW_DESTINATION_ADDRESS_IN_VPC_CIDRS IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS
    IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS IGW_EXPECTS_PUBLIC_ADDRESS IGW_NAT_REFLECTION
    IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS
    IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS INGRESS_RTB_NO_PUBLIC_IP
    INGRESS_RTB_TRAFFIC_REDIRECTION MORE_SPECIFIC_ROUTE NGW_DEST_ADDRESS_PRESERVATION NGW_REQUIRES_SOURCE_IN_VPC
    NGW_SOURCE_ADDRESS_REASSIGN NO_PATH NO_POSSIBLE_DESTINATION NO_ROUTE_TO_DESTINATION NO_SOURCE_OR_DESTINATION
    PCX_REQUIRES_ADDRESS_IN_VPC_CIDR PROTOCOL_RESTRICTION REGIONAL_NGW_ROUTE_AZ_RESTRICTION REMAP_EPHEMERAL_PORT
    SG_HAS_NO_RULES SG_REFERENCES_NOT_PRESERVED SG_REFERENCING_SUPPORT SUBNET_ACL_RESTRICTION
    TARGET_ADDRESS_RESTRICTION TARGET_PORT_RESTRICTION TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION
    TGW_ATTACH_VPC_AZ_RESTRICTION TGW_BAD_STATE_VPN TGW_ROUTE_AZ_RESTRICTION TGW_RTB_BAD_STATE_ROUTE
    TGW_RTB_CANNOT_ROUTE TGW_RTB_HIGHER_PRIORITY_ROUTE TGW_RTB_MORE_SPECIFIC_ROUTE
    TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT TGW_RTB_ROUTES_ARE_UNKNOWN UNASSOCIATED_COMPONENT UNKNOWN_DESTINATION
    UNKNOWN_PEERED_SGS UNKNOWN_RESOURCE UNSUPPORTED_COMPONENT VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS
    VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION
    VPCE_GATEWAY_PROTOCOL_RESTRICTION VPCE_INTRA_VPC_TRAFFIC VPCE_SERVICE_NOT_INSTALLED_IN_AZ
    VPC_BLOCK_PUBLIC_ACCESS_ENABLED VPC_LOCAL_ROUTE_CIDR_RESTRICTION
    """.split()  # noqa: SIM905 -- eighty names read better so
)

of_each_code = each("name", load_codes())


def written() -> Iterator[str]:
    """The strings in the source of the rooms that judge that look like codes."""
    for path in (path for room in ROOMS for path in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value


def test_blocker_codes_in_source_match_the_catalogue() -> None:
    assert set(written()) - OTHERS == set(load_codes())


@of_each_code
class TestEveryCode:
    def test_blocker_code_has_title_meaning_and_remedy(self, name: str) -> None:
        row = load_codes()[name]
        assert row.code == name
        assert row.title
        assert not row.title.endswith(".")
        assert row.means.endswith(".")
        assert row.remedy

    def test_blocker_code_has_valid_error_class(self, name: str) -> None:
        assert load_codes()[name].kind in get_args(ErrorClass)

    def test_blocker_code_is_own_if_absent_from_reachability_analyzer(self, name: str) -> None:
        own = name not in REACHABILITY_ANALYZER
        assert load_codes()[name].own == own


def test_title_within_a_sentence_keeps_abbreviations() -> None:
    assert title_in_sentence("A private hosted zone hides the name") == "a private hosted zone hides the name"
    kept = {code.title.split()[0] for code in load_codes().values() if title_in_sentence(code.title) == code.title}
    assert kept == {
        "AWS",
        "AWS's",
        "Block",
        "DNS",
        "ECR",
        "ECS",
        "Fargate",
        "Windows",
        "enableDnsHostnames",
        "enableDnsSupport",
    }
