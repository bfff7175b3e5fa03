"""Values that others wrote: none of them is ever text in what a program of the lab reads, and each is reported."""

from typing import Any

import pytest

from skerry.errors import SkerryError
from skerry.lab.client_arguments import ImageReference, ImageTag, RegistryName, Repository
from skerry.lab.config_files import build_scripts, hosts_of
from skerry.lab.messages import decode, encode
from skerry.lab.protocol import Build, Request
from skerry.lab.rehearsal import Script, plan_rehearsal
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import Device, LabPlan
from skerry.launch.launches import launches_of
from skerry.net.cidr import Address
from tests.networks import ALL, REGION, Network, allow, awslogs, both_ways, container, entry, record

LOGS = f"logs.{REGION}.amazonaws.com"
EVIL = "10.0.1.10\nconf-script=/bin/sh -c 'touch /tmp/canary'"


@pytest.fixture(autouse=True)
def _unvalidated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loader counts records with such values as lost: here they come as far as the lab."""
    monkeypatch.setattr("skerry.sources.validation.fault_of", lambda _record: "")


def network(*containers: dict[str, Any]) -> Network:
    found = Network()
    found.definition(*(containers or (container(logConfiguration=awslogs()),)))
    found.service()
    return found


def written(found: Network) -> Script:
    world = found.world()
    (launch,) = launches_of(world, world.facts.services[0])
    return plan_rehearsal(world, launch)


def texts(plan: LabPlan) -> str:
    """All that programs of the lab read."""
    found = build_scripts(plan)
    hosts = [hosts_of(router, plan.public) for router in plan.routers]
    parts = [found.links, *found.inside.values(), *found.filters.values(), *found.resolvers.values(), *hosts]
    return "\n".join(parts)


def why_not(found: Script, step: str) -> str:
    return next(row.why_not for row in found.rows if row.need.step == step)


def shown(found: Script) -> str:
    assert found.plan is not None
    return texts(found.plan)


class TestZoneRecords:
    def test_zone_record_with_invalid_address_excludes_its_host(self) -> None:
        found = network()
        found.zone(f"{REGION}.amazonaws.com", record(f"{LOGS}.", "A", EVIL, "10.0.1.77"))
        made = written(found)
        wanted = f"the record {LOGS} of hosted zone {REGION}.amazonaws.com holds a value that is not an IPv4 address"
        assert why_not(made, "logs") == wanted
        assert why_not(made, "manifest") == ""
        assert "conf-script" not in shown(made)

    def test_invalid_wildcard_record_excludes_hosts_below_it(self) -> None:
        found = network()
        found.zone(f"{REGION}.amazonaws.com", record(f"\\052.{REGION}.amazonaws.com.", "A", "1.2.3.4\nlog-facility=/x"))
        assert "is not an IPv4 address" in why_not(written(found), "logs")

    def test_invalid_record_of_an_uncalled_host_is_noted(self) -> None:
        found = network()
        found.zone("example", record("a.example.", "A", EVIL))
        made = written(found)
        assert made.notes == ("the record a.example of hosted zone example holds a value that is not an IPv4 address",)
        assert why_not(made, "logs") == ""

    def test_record_name_is_checked_after_unescaping(self) -> None:
        found = network()
        found.zone("example", record("\\052.x/10.0.0.1\\012conf-script=x\\012.example.", "A", "10.0.1.9"))
        assert why_not(written(found), "logs") == "the lab cannot be built without the records of hosted zone example"

    def test_record_that_is_no_host_name_is_ignored_and_noted(self) -> None:
        found = network()
        found.zone("example", record("\\052.x/10.0.0.1.example.", "A", "10.0.1.9"))
        made = written(found)
        assert "10.0.0.1" not in shown(made)
        assert len(made.notes) == 1
        assert "is not a host name of the zone" in made.notes[0]

    def test_cname_to_an_invalid_host_name_excludes_its_host(self) -> None:
        found = network()
        found.zone(f"{REGION}.amazonaws.com", record(f"{LOGS}.", "CNAME", "a\nb"))
        assert "holds a value that is not a host name" in why_not(written(found), "logs")

    def test_hosted_zone_with_invalid_name_is_ignored_and_noted(self) -> None:
        found = network()
        found.zone("example/local=/x", record("a.example.", "A", "10.0.1.9"))
        made = written(found)
        assert "local=" not in shown(made)
        assert "its name is not a domain name" in made.notes[0]

    def test_zone_of_an_invalid_name_prevents_the_lab(self) -> None:
        found = network()
        found.zone("example/\nconf-script=x\nlocal=/x", record("a.example.", "A", "10.0.1.9"))
        assert why_not(written(found), "logs") == "the lab cannot be built without the records of hosted zone "

    def test_record_outside_its_zone_is_ignored(self) -> None:
        found = network()
        found.zone("example", record("a.other.", "A", "10.0.1.9"))
        assert "a.other" not in shown(written(found))


class TestPacketFields:
    """Where one of these is no value, nothing is built in its place: a deny that is left out would allow."""

    def change(self, found: Network, what: str, value: Any) -> None:
        """Give a field of a record another value."""
        endpoint, task = found.row("NetworkInterfaces", "eni-10"), found.row("SecurityGroups", "sg-task")
        acl = {"action": (value, {}), "acl protocol": ("deny", {"protocol": value})}
        acl["acl ports"] = ("deny", {"protocol": "6", "ports": value})
        acl["deny"] = ("deny", {"cidr": value})
        if what in acl:
            action, more = acl[what]
            found.acl("acl-1", both_ways(entry(90, action, **more), entry(100)), ["subnet-a"])
            return
        match what:
            case "PrivateIpAddress":
                endpoint["PrivateIpAddress"] = value
            case "PublicIp":
                endpoint["Association"] = {"PublicIp": value}
            case "CidrIp":
                task["IpPermissionsEgress"] = [ALL, allow(cidr=value)]
            case "ports":
                task["IpPermissionsEgress"] = [allow("tcp", *value, cidr="0.0.0.0/0")]
            case "protocol":
                task["IpPermissionsEgress"] = [allow(value, 443, cidr="0.0.0.0/0")]
            case "list":
                found.prefix_list("pl-1", value)
                task["IpPermissionsEgress"] = [allow(prefix_list="pl-1")]
            case _:
                self.change_place(found, what, value)

    def change_place(self, found: Network, what: str, value: Any) -> None:
        """Give a field of the VPC another value."""
        match what:
            case "route":
                found.route(value, NatGatewayId="nat-9")
            case "subnet":
                found.row("Subnets", "subnet-a")["CidrBlock"] = value
            case "vpc":
                found.row("Vpcs", "vpc-1")["CidrBlock"] = value
            case "server":
                found.dhcp(value)
            case _:
                raise AssertionError(what)

    @pytest.mark.parametrize(
        ("what", "value", "said"),
        [
            ("PrivateIpAddress", "10.0.1.10/32 dev lo\nnetns exec tasks touch x", "without network interface eni-10"),
            ("PublicIp", "1.2.3.4 drop", "without network interface eni-10"),
            ("CidrIp", '0.0.0.0/0 return\ninclude "/etc/shadow"\n', "the CidrIp of a rule (out) of sg-task"),
            ("CidrIp", "::ffff:10.0.0.0/96", "the CidrIp of a rule (out) of sg-task is not an IPv4 block"),
            ("CidrIp", "010.0.0.0/8", "the CidrIp of a rule (out) of sg-task is not an IPv4 block"),
            ("ports", (443, 80), "the port range of a rule (out) of sg-task is not a range of ports"),
            ("protocol", "tcp dport 1 return; tcp", "the protocol of a rule (out) of sg-task"),
            ("list", '10.0.0.0/8 }\ninclude "/etc/shadow"', "the entries of prefix list pl-1"),
            ("deny", '0.0.0.0/0 return\ninclude "/etc/shadow"\n', "the block of rule 90 in of acl-1"),
            ("deny", None, "the block of rule 90 in of acl-1 is not an IPv4 block"),
            ("action", "drop; accept", "the action of rule 90 in of acl-1 is not allow or deny"),
            ("acl protocol", "6 accept", "the protocol of rule 90 in of acl-1"),
            ("acl ports", (5, 4), "the port range of rule 90 in of acl-1 is not a range of ports"),
            ("route", "0.0.0.0/0 dev lo\nlink del lo\n", "the destination of a route of rtb-main"),
            ("subnet", "10.0.1.0/24 lookup 1\nlink del lo", "subnet subnet-a was not read"),
            ("vpc", "10.0.0.0/16\n", "the lab cannot be built without VPC vpc-1"),
            ("vpc", "10.0.0.0/32", "the CidrBlock of vpc-1 is not large enough for a DNS server"),
            ("server", "10.0.0.53\nnameserver 1.1.1.1", "a DNS server of dopt-1 is not an IPv4 address"),
            ("server", "fd00::53", "a DNS server of dopt-1 is not an IPv4 address"),
        ],
    )  # fmt: skip
    def test_invalid_network_value_prevents_the_lab_and_is_named(self, what: str, value: Any, said: str) -> None:
        found = network()
        found.endpoint("vpce-1", "logs", ["subnet-a"])
        self.change(found, what, value)
        made = written(found)
        assert made.plan is None
        assert said in why_not(made, "logs")

    def test_hostile_resource_ids_are_accepted_but_never_written(self) -> None:
        found = network()
        found.acl('acl-x { }\ninclude "/etc/shadow"\nchain y', both_ways(entry(100)), ["subnet-a"])
        found.group("sg-x;\n}", outbound=[ALL])
        found.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = ["sg-x;\n}"]
        made = written(found)
        assert why_not(made, "logs") == ""
        assert "shadow" not in shown(made)
        assert "sg-x" not in shown(made)


class TestHostsAndImages:
    @pytest.mark.parametrize(
        "image",
        [
            "../../etc/x.example/web:1",
            "a.example/../../web:1",
            "a.example/web:-o",
            "-a.example/web:1",
            'a.example"/web:1',
            "a.example:5000:1/web:1",
            "a.example:99999/web:1",
            "a.example/WEB:1",
            f"a.example/web@sha256:{'a' * 64}\n",
        ],
    )
    def test_invalid_image_reference_is_not_pulled(self, image: str) -> None:
        made = written(network(container(image)))
        assert all(row.host is None for row in made.rows)
        assert made.work is None or made.work.stock.images == ()

    @pytest.mark.parametrize("option", ["https://a b:443", "https://a;b.example", "https://a.example:99999"])
    def test_log_driver_url_with_invalid_host_is_not_called(self, option: str) -> None:
        logs = {"logDriver": "splunk", "options": {"splunk-url": option, "splunk-token": "t"}}
        made = written(network(container(logConfiguration=logs)))
        assert [row.host for row in made.rows if row.need.step == "logs" and row.host is not None] == []

    @pytest.mark.parametrize("bucket", ["-o", "a\nb", "A", "..", "a"])
    def test_invalid_bucket_name_is_not_called(self, bucket: str) -> None:
        files = [{"value": f"arn:aws:s3:::{bucket}/web.env", "type": "s3"}]
        made = written(network(container(environmentFiles=files)))
        assert all(row.why_not for row in made.rows if row.need.step == "env-files")

    def test_image_reference_parts_refuse_path_escapes_and_options(self) -> None:
        assert RegistryName.parse("..") is RegistryName.parse("-x") is RegistryName.parse("ü.example") is None
        assert Repository.parse("a/../b") is Repository.parse("-a") is Repository.parse("a\n") is None
        assert ImageTag.parse("-a") is ImageTag.parse("a b") is ImageTag.parse("a" * 129) is None
        assert ImageReference.parse("a.example:5000", "web", "1") is not None


class TestMessages:
    def test_build_message_round_trips(self) -> None:
        plan = written(network()).plan
        assert plan is not None
        assert decode(encode(Build(plan)), Request) == Build(plan)

    def test_build_message_with_invalid_values_is_refused(self) -> None:
        plan = written(network()).plan
        assert plan is not None
        line = encode(Build(plan))
        for before, after in ((b'"10.0.1.4"', b'"10.0.1.4\\nx"'), (b'"fab0"', b'"lo"'), (b'"acl"', b'"evil"')):
            assert before in line
            with pytest.raises(ValueError, match=r"[Ii]nvalid|not a valid"):
                decode(line.replace(before, after), Request)

    @pytest.mark.parametrize("name", ["lo", "p", "p1 up", "p1\n", "void ", "g-1", "p1234567"])
    def test_device_name_of_another_form_is_refused(self, name: str) -> None:
        assert Device.parse(name) is None


def test_invalid_rule_error_names_the_remedy() -> None:
    found = network()
    found.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow(cidr="x")]
    world = found.world()
    with pytest.raises(SkerryError) as caught:
        plan(world, RequestedPaths((End("subnet-a", Address("10.0.1.50"), ("sg-task",)),)))
    assert caught.value.remedy == "Correct it in the input, or read the account again."
