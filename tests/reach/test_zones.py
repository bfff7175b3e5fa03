"""What a private hosted zone answers. The oracle follows RFC 4592: the closest name that exists decides."""

from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from skerry.model.endpoints import AliasTarget, RecordSet, RecordValue, Zone
from skerry.model.facts import Missing
from skerry.reach.zones import Record, answer, claims, endpoint_names, plain
from tests.networks import VPC, Network

APEX = "z.example"


def rows_of(*names: str, kind: str = "A") -> tuple[RecordSet, ...]:
    """One record set for each name, with a value of its own."""
    return tuple(
        RecordSet(name=f"{name}.", type=kind, resource_records=(RecordValue(value=f"10.0.0.{number}"),))
        for number, name in enumerate(names)
    )


def zone_of(*records: RecordSet) -> Zone:
    return Zone(zone_id="Z1", name=APEX, vpc_ids=("vpc-1",), records=records)


def addresses(zone: Zone, host: str) -> tuple[str, ...] | None:
    found = answer(zone, host)
    assert not isinstance(found, Missing)
    return found.addresses if found else None


labels = ("a", "b", "*")
every_name = [".".join([*path, APEX]) for depth in range(4) for path in product(labels, repeat=depth)]
# A wildcard is one only as the first label.
names = [name for name in every_name if "*" not in name[1:]]
hosts = [name for name in every_name if "*" not in name]


def above(name: str) -> list[str]:
    """The name and every one above it, down to the apex."""
    rest = name.removesuffix(APEX).rstrip(".").split(".") if name != APEX else []
    return [".".join([*rest[place:], APEX]) for place in range(len(rest) + 1)]


def expected(known: Iterable[str], host: str) -> str | None:
    existing = {upper for name in [*known, APEX] for upper in above(name)}
    if host in existing:
        return host
    closest = next(upper for upper in above(host) if upper in existing)
    return f"*.{closest}"


class TestWildcards:
    @given(st.sets(st.sampled_from(names)), st.sampled_from(hosts))
    def test_agree_with_the_closest_name_that_exists(self, drawn: set[str], host: str) -> None:
        known = sorted(drawn)
        by_name = expected(known, host)
        found = addresses(zone_of(*rows_of(*known)), host)
        assert found == ((f"10.0.0.{known.index(by_name)}",) if by_name in known else None)

    def test_answer_for_names_any_number_of_labels_below(self) -> None:
        zone = zone_of(*rows_of(f"*.{APEX}"))
        assert addresses(zone, f"a.{APEX}") == addresses(zone, f"a.b.{APEX}") == ("10.0.0.0",)

    def test_do_not_answer_for_the_name_that_they_are_below(self) -> None:
        assert addresses(zone_of(*rows_of(f"*.{APEX}")), APEX) is None

    def test_are_hidden_by_a_record_of_another_type(self) -> None:
        zone = zone_of(*rows_of(f"*.{APEX}"), *rows_of(f"a.{APEX}", kind="TXT"))
        assert addresses(zone, f"a.{APEX}") is None

    def test_are_hidden_below_a_name_that_exists(self) -> None:
        zone = zone_of(*rows_of(f"*.{APEX}", f"x.a.{APEX}"))
        assert addresses(zone, f"y.a.{APEX}") is None

    def test_are_hidden_at_a_name_that_exists_only_by_the_names_below_it(self) -> None:
        # https://www.rfc-editor.org/rfc/rfc4592#section-2.2.2
        zone = zone_of(*rows_of(f"*.{APEX}", f"x.a.{APEX}"))
        assert addresses(zone, f"a.{APEX}") is None


class TestRecords:
    def test_of_a_name_and_type_are_all_given(self) -> None:
        values = (RecordValue(value="10.0.0.1"), RecordValue(value="10.0.0.2"))
        several = RecordSet(name=f"a.{APEX}", type="A", resource_records=values, set_identifier="one")
        other = RecordSet(name=f"a.{APEX}", type="A", resource_records=values[:1], set_identifier="two")
        assert addresses(zone_of(several, other), f"a.{APEX}") == ("10.0.0.1", "10.0.0.2", "10.0.0.1")

    def test_that_name_another_name_are_followed(self) -> None:
        alias = RecordSet(name=f"a.{APEX}", type="A", alias_target=AliasTarget(dns_name="Target.Example."))
        canonical = RecordSet(name=f"b.{APEX}", type="CNAME", resource_records=(RecordValue(value="other.example."),))
        zone = zone_of(alias, canonical)
        assert answer(zone, f"a.{APEX}") == Record(names=("target.example",))
        assert answer(zone, f"b.{APEX}") == Record(names=("other.example",))

    def test_of_ipv6_are_no_answer_here(self) -> None:
        row = RecordSet(name=f"a.{APEX}", type="AAAA", resource_records=(RecordValue(value="fd00::1"),))
        alias = RecordSet(name=f"a.{APEX}", type="AAAA", alias_target=AliasTarget(dns_name="target.example"))
        assert answer(zone_of(row, alias), f"a.{APEX}") is None

    def test_that_were_not_read_are_missing(self) -> None:
        zone = Zone(zone_id="Z1", name=APEX, vpc_ids=("vpc-1",))
        assert zone.records is UNSET
        assert answer(zone, APEX) == Missing("the records of hosted zone z.example", "route53:ListResourceRecordSets")

    def test_are_found_whatever_the_case_of_their_names(self) -> None:
        row = RecordSet(name=f"A.{APEX.upper()}.", type="A", resource_records=(RecordValue(value="10.0.0.1"),))
        assert addresses(zone_of(row), f"a.{APEX}") == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\\052.example.com.", "*.example.com"),
        ("ex\\344mple.com", "exämple.com"),
        ("\\137sip.Example.COM.", "_sip.example.com"),
        ("\\999.example.com", "\\999.example.com"),
        ("example.com", "example.com"),
    ],
)
def test_a_name_is_read_as_people_write_it(written: str, read: str) -> None:
    assert plain(written) == read


class TestClaims:
    """Everything private that may answer for a host, the most specific first."""

    def found(self, network: Network, host: str) -> list[str]:
        world = network.world()
        known = claims(world, VPC, host, endpoint_names(world, VPC))
        return [claim.zone.name if claim.zone else claim.endpoint.vpc_endpoint_id for claim in known if any(claim[1:])]  # type: ignore[union-attr]

    def test_are_of_zones_at_or_above_the_name(self) -> None:
        network = Network()
        for name in ("com", "example.com", "a.example.com", "ample.com", "b.example.com"):
            network.zone(name)
        assert self.found(network, "a.example.com") == ["a.example.com", "example.com", "com"]

    def test_are_of_zones_of_the_vpc_or_of_a_vpc_that_is_not_told(self) -> None:
        network = Network()
        network.zone("example.com", vpc="vpc-2")
        network.zone("com", vpc=None)
        assert self.found(network, "a.example.com") == ["com"]

    def test_are_of_endpoints_by_the_names_of_their_service(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "ecr.dkr")
        network.zone("ecr.eu-west-1.amazonaws.com")
        host = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
        assert self.found(network, host) == ["vpce-1", "ecr.eu-west-1.amazonaws.com"]
        assert self.found(network, "dkr.ecr.eu-west-1.amazonaws.com") == ["vpce-1", "ecr.eu-west-1.amazonaws.com"]
        assert self.found(network, "api.ecr.eu-west-1.amazonaws.com") == ["ecr.eu-west-1.amazonaws.com"]

    def test_are_of_endpoints_by_the_private_names_that_they_print(self) -> None:
        network = Network()
        entries = [
            {"DnsName": "vpce-1-x.svc.eu-west-1.vpce.amazonaws.com", "HostedZoneId": "Z9"},
            {"DnsName": "API.partner.example", "HostedZoneId": "Z9"},
            {"HostedZoneId": "Z9"},
        ]
        network.endpoint("vpce-1", "vpce-svc-0123", ServiceName="com.amazonaws.vpce.eu-west-1.vpce-svc-0123")
        network.row("VpcEndpoints", "vpce-1")["DnsEntries"] = entries
        assert self.found(network, "api.partner.example") == ["vpce-1"]
        assert self.found(network, "vpce-1-x.svc.eu-west-1.vpce.amazonaws.com") == []

    def test_are_not_of_gateway_endpoints(self) -> None:
        network = Network()
        network.gateway_endpoint()
        assert self.found(network, "s3.eu-west-1.amazonaws.com") == []
