"""Private hosted zones, put together from the several answers that Route 53 spreads them over."""

from typing import Any, ClassVar

import pytest
from msgspec import UNSET

from skerry.errors import InputError
from skerry.model.endpoints import Zone
from skerry.model.facts import Facts, Missing
from skerry.reach.dns_zones import answer_of
from skerry.sources.documents import load
from tests.lists import complete_kinds, incomplete_kinds
from tests.networks import as_bytes, record

SOA = record("example.com.", "SOA", "ns.example. host.example. 1 1 1 1 1")
NS = record("example.com.", "NS", "ns.example.")
DB = record("db.example.com.", "A", "10.0.0.9")


def facts(*documents: dict[str, Any]) -> Facts:
    return load({f"{number}.json": as_bytes(document) for number, document in enumerate(documents)})


def zones(*documents: dict[str, Any]) -> tuple[Zone, ...]:
    return facts(*documents).zones


def call(parameters: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {"Call": {"operation": "any", "parameters": parameters}, "Response": response}


def listed(zone_id: str = "Z1", *, private: bool = True, name: str = "example.com.") -> dict[str, Any]:
    return {"Id": f"/hostedzone/{zone_id}", "Name": name, "Config": {"PrivateZone": private}}


def by_vpc(vpc: str | None = "vpc-1", zone_id: str = "Z1", **more: Any) -> dict[str, Any]:
    response = {"HostedZoneSummaries": [{"HostedZoneId": zone_id, "Name": "example.com."}]} | more
    return response if vpc is None else call({"VPCId": vpc, "VPCRegion": "eu-west-1"}, response)


def of_zone(*records: dict[str, Any], zone_id: str | None = "Z1", **more: Any) -> dict[str, Any]:
    response = {"ResourceRecordSets": list(records)} | more
    return response if zone_id is None else call({"HostedZoneId": zone_id}, response)


class TestZoneVpcAssociations:
    def test_zone_vpcs_are_read_from_list_hosted_zones_by_vpc_call(self) -> None:
        (zone,) = zones(by_vpc("vpc-2"), by_vpc("vpc-1"))
        assert (zone.zone_id, zone.name, zone.vpc_ids, zone.records) == ("Z1", "example.com", ("vpc-1", "vpc-2"), UNSET)

    def test_zone_vpcs_are_read_from_get_hosted_zone_answer(self) -> None:
        vpcs = [{"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}]
        (zone,) = zones({"HostedZone": listed(), "VPCs": vpcs, "DelegationSet": {}})
        assert zone.vpc_ids == ("vpc-1",)

    def test_zone_vpcs_are_unset_after_list_hosted_zones(self) -> None:
        (zone,) = zones({"HostedZones": [listed()], "IsTruncated": False})
        assert zone.vpc_ids is UNSET

    def test_zone_vpcs_are_unset_after_unwrapped_list_by_vpc(self) -> None:
        (zone,) = zones(by_vpc(None))
        assert zone.vpc_ids is UNSET

    def test_zone_is_merged_from_several_answers(self) -> None:
        (zone,) = zones({"HostedZones": [listed()]}, by_vpc(), of_zone(SOA, DB))
        assert (zone.vpc_ids, len(zone.records if zone.records is not UNSET else ())) == (("vpc-1",), 2)


class TestPublicZones:
    def test_public_zones_are_ignored(self) -> None:
        assert zones({"HostedZones": [listed(private=False)]}) == ()
        assert zones({"HostedZone": listed(private=False)}) == ()

    def test_public_zone_records_are_ignored(self) -> None:
        assert zones({"HostedZones": [listed(private=False)]}, of_zone(SOA, DB)) == ()
        assert zones({"HostedZones": [listed(private=False)]}, of_zone(SOA, DB, zone_id=None)) == ()

    def test_public_zone_records_are_not_given_to_private_zone_of_same_name(self) -> None:
        """Split horizon: the same name inside and outside. Which record sets are whose, unwrapped ones do not say."""
        public = record("www.example.com.", "A", "198.51.100.7")
        documents = ({"HostedZones": [listed("Z1"), listed("Z2", private=False)]}, by_vpc())
        try:
            (zone,) = zones(*documents, of_zone(SOA, DB, zone_id=None), of_zone(SOA, public, zone_id=None))
        except InputError:
            return
        assert zone.records is UNSET


class TestRecords:
    def test_records_are_assigned_to_the_zone_of_the_call(self) -> None:
        (zone,) = zones(by_vpc(), of_zone(DB, zone_id="/hostedzone/Z1"))
        assert zone.records is not UNSET
        assert [row.name for row in zone.records] == ["db.example.com."]

    @pytest.mark.parametrize("apex", [SOA, NS], ids=["SOA", "NS"])
    def test_unwrapped_records_are_assigned_to_the_zone_of_their_apex(self, apex: dict[str, Any]) -> None:
        for documents in ((by_vpc(), of_zone(apex, DB, zone_id=None)), (of_zone(apex, DB, zone_id=None), by_vpc())):
            (zone,) = zones(*documents)
            assert zone.records is not UNSET
            assert len(zone.records) == 2

    def test_unwrapped_records_with_delegation_are_assigned_by_their_soa(self) -> None:
        delegated = record("dev.example.com.", "NS", "ns.dev.example.")
        (zone,) = zones(by_vpc(), of_zone(SOA, NS, delegated, zone_id=None))
        assert zone.name == "example.com"

    def test_unwrapped_records_of_unlisted_zone_leave_its_vpcs_unset(self) -> None:
        (zone,) = zones(of_zone(SOA, DB, zone_id=None))
        assert (zone.name, zone.vpc_ids) == ("example.com", UNSET)

    def test_unwrapped_records_without_apex_are_refused_with_a_hint(self) -> None:
        with pytest.raises(InputError) as caught:
            zones(by_vpc(), of_zone(DB, zone_id=None))
        assert caught.value.what == "1.json: record sets of a hosted zone, but not of which one"
        assert "wrap the answer with its call" in caught.value.remedy

    def test_unwrapped_records_matching_two_zones_are_refused_with_a_hint(self) -> None:
        with pytest.raises(InputError) as caught:
            zones(by_vpc(), by_vpc(zone_id="Z2"), of_zone(SOA, DB, zone_id=None))
        assert caught.value.what == "2.json: record sets of example.com, but 2 zones have that name"
        assert "names the zone" in caught.value.remedy

    def test_record_pages_of_a_zone_are_joined(self) -> None:
        (zone,) = zones(by_vpc(), of_zone(SOA, IsTruncated=True, NextRecordName="db.example.com."), of_zone(DB))
        assert zone.records is not UNSET
        assert len(zone.records) == 2

    @pytest.mark.parametrize(
        "more",
        [{"IsTruncated": True, "NextRecordName": "m.example.com."}, {"NextToken": "more"}],
        ids=["as the API says", "as the command line says"],
    )
    def test_records_with_a_missing_page_leave_unlisted_name_unknown(self, more: dict[str, Any]) -> None:
        (zone,) = zones(by_vpc(), of_zone(SOA, DB, **more))
        assert isinstance(answer_of(zone, "z.example.com"), Missing)

    def test_records_with_every_page_prove_unlisted_name_absent(self) -> None:
        first = of_zone(SOA, DB, IsTruncated=True, NextRecordName="m.example.com.")
        last = of_zone(record("m.example.com.", "A", "10.0.0.1"), IsTruncated=False)
        for pages in ((first, last), (last, first)):
            (zone,) = zones(by_vpc(), *pages)
            assert answer_of(zone, "z.example.com") is None

    def test_unreadable_record_leaves_its_name_unknown(self) -> None:
        bad = record("z.example.com.", "A", "10.0.0.1") | {"ResourceRecords": 7}
        (zone,) = zones(by_vpc(), of_zone(SOA, DB, bad))
        assert isinstance(answer_of(zone, "z.example.com"), Missing)


class TestZoneListScopes:
    """The zones of a VPC are listed one VPC a call."""

    def test_zone_list_scope_is_the_vpc_of_the_call(self) -> None:
        assert facts(by_vpc("vpc-1"), by_vpc("vpc-2")).completeness.scopes("zones") == {"vpc-1", "vpc-2"}
        assert facts(call({"VPCId": "vpc-3"}, {"HostedZoneSummaries": []})).completeness.scopes("zones") == {"vpc-3"}

    def test_zone_list_of_the_account_has_no_vpc_scope(self) -> None:
        assert facts({"HostedZones": [listed()]}).completeness.scopes("zones") == frozenset()

    def test_unwrapped_zone_list_by_vpc_has_no_vpc_scope(self) -> None:
        assert facts(by_vpc(None)).completeness.scopes("zones") == frozenset()

    def test_zone_list_scope_excludes_vpc_with_a_missing_page(self) -> None:
        found = facts(by_vpc("vpc-1", NextToken="more"), by_vpc("vpc-2"))
        assert found.completeness.scopes("zones") == {"vpc-2"}
        assert incomplete_kinds(found) == {"zones"}

    def test_zone_list_scope_includes_vpc_with_every_page(self) -> None:
        found = facts(by_vpc(NextToken="more"), by_vpc(zone_id="Z2"))
        assert found.completeness.scopes("zones") == {"vpc-1"}
        assert not incomplete_kinds(found)

    def test_zone_list_scope_excludes_vpc_with_an_unreadable_row(self) -> None:
        damaged = call({"VPCId": "vpc-1"}, {"HostedZoneSummaries": [7]})
        for documents in ([damaged, by_vpc()], [by_vpc(), damaged]):
            found = facts(*documents)
            assert not found.completeness.scopes("zones")
            assert incomplete_kinds(found) == {"zones"}

    def test_refused_zone_list_makes_zones_incomplete(self) -> None:
        refused = {"Call": {"operation": "route53:ListHostedZonesByVPC"}, "Error": {"Code": "AccessDenied"}}
        assert incomplete_kinds(facts(refused)) == {"zones"}


class TestZoneOwners:
    def test_zone_service_is_read_from_its_owning_service(self) -> None:
        summary = {"HostedZoneId": "Z1", "Name": "a.example.", "Owner": {"OwningService": "vpce.amazonaws.com"}}
        (zone,) = zones(call({"VPCId": "vpc-1"}, {"HostedZoneSummaries": [summary]}))
        assert zone.service == "vpce.amazonaws.com"

    def test_zone_owned_by_an_account_has_no_service(self) -> None:
        summary = {"HostedZoneId": "Z1", "Name": "a.example.", "Owner": {"OwningAccount": "111122223333"}}
        (zone,) = zones(call({"VPCId": "vpc-1"}, {"HostedZoneSummaries": [summary]}))
        assert zone.service is None


class TestZoneCompleteness:
    def test_zones_are_complete_for_the_vpc_or_account_listed(self) -> None:
        assert facts(by_vpc()).completeness.knows("zones", "vpc-1")
        assert not facts(by_vpc()).completeness.knows("zones")
        assert "zones" in complete_kinds(facts({"HostedZones": []}))

    def test_zones_are_incomplete_from_record_sets_alone(self) -> None:
        assert "zones" not in complete_kinds(facts(of_zone(SOA, DB)))

    def test_zones_are_incomplete_from_get_hosted_zone_alone(self) -> None:
        assert "zones" not in complete_kinds(facts({"HostedZone": listed()}))

    @pytest.mark.parametrize("key", ["NextToken", "NextMarker"])
    def test_zones_are_incomplete_if_a_page_is_missing(self, key: str) -> None:
        assert "zones" not in complete_kinds(facts(by_vpc(**{key: "more"})))
        assert "zones" not in complete_kinds(facts({"HostedZones": [listed()], key: "more"}))


class TestListsWithoutTheirCall:
    PLAIN: ClassVar[dict[str, Any]] = {"HostedZoneSummaries": [{"HostedZoneId": "Z1", "Name": "example.com."}]}

    def read(self, *vpcs: str) -> Facts:
        rows = [{"VpcId": name, "CidrBlock": "10.0.0.0/16"} for name in vpcs]
        return facts(self.PLAIN, {"Vpcs": rows})

    def test_plain_list_is_that_of_the_only_vpc(self) -> None:
        found = self.read("vpc-1")
        assert [zone.vpc_ids for zone in found.zones] == [("vpc-1",)]
        assert found.completeness.knows("zones", "vpc-1")

    @pytest.mark.parametrize("vpcs", [(), ("vpc-1", "vpc-2")])
    def test_plain_list_is_of_an_unknown_vpc_without_or_with_several(self, vpcs: tuple[str, ...]) -> None:
        found = self.read(*vpcs)
        assert [zone.vpc_ids for zone in found.zones] == [UNSET]
        assert not found.completeness.knows("zones", "vpc-1")
        assert "zones" in found.completeness.asked

    def test_unreadable_row_with_a_name_is_a_zone_without_records(self) -> None:
        damaged = {"HostedZoneId": "Z1", "Name": "example.com.", "Owner": 7}
        found = facts(call({"VPCId": "vpc-1"}, {"HostedZoneSummaries": [damaged]}))
        assert [(zone.name, zone.vpc_ids, zone.records) for zone in found.zones] == [("example.com", ("vpc-1",), UNSET)]
        assert found.completeness.knows("zones", "vpc-1")
        assert "a row of HostedZoneSummaries cannot be read but for its id and name" in found.notes[0]
