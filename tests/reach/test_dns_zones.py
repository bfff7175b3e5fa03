"""Private hosted zones by themselves: what is known of their records."""

from skerry.model.endpoints import RecordSet, RecordValue, Zone
from skerry.model.facts import Missing
from skerry.net.dns_names import DnsName
from skerry.net.host_texts import HostText
from skerry.reach import dns_zones

A = RecordSet(DnsName("api.example."), "A", (RecordValue(HostText("10.0.1.9")),))


def test_partly_read_hosted_zone_reports_missing_records() -> None:
    part = Zone("Z1", "example", records=(A,), whole=False)
    found = dns_zones.answer_of(part, "other.example")
    assert isinstance(found, Missing)
    assert str(found) == "the rest of the records of hosted zone example (from route53:ListResourceRecordSets)"


def test_fully_read_hosted_zone_returns_none_for_other_name() -> None:
    assert dns_zones.answer_of(Zone("Z1", "example", records=(A,)), "other.example") is None


def test_hosted_zone_without_records_returns_none() -> None:
    assert dns_zones.answer_of(Zone("Z1", "example", records=()), "api.eu.example") is None
