"""Filter of DNS questions before a VPC's DNS server, with the rules of DNS Firewall.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-settings.html
"""

import socket
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from skerry.lab.topology_records import DnsNames, DnsRule
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname

LOOPBACK = Address("127.0.0.1")
INNER_PORT = 5_353
"""The address and port of the DNS server behind a filter."""

_LONGEST = 4_096
# The id of a message is its first field: https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1
_ID = 2
_TTL = 60


class DnsFilter(NamedTuple):
    """A filter in its namespace: the socket that tasks ask, the rules in their order, and redirections by name."""

    listener: socket.socket
    inner: socket.socket
    rules: tuple[DnsRule, ...]
    names: DnsNames

    def serve(self) -> None:
        """Answer questions until the socket is closed."""
        while True:
            try:
                question, asker = self.listener.recvfrom(_LONGEST)
            except OSError:
                return
            try:
                self.listener.sendto(self._answer(question), asker)
            except (OSError, ValueError, dns.exception.DNSException):
                # The message is no question, or the server behind is slow; a client repeats its question.
                continue

    def _answer(self, wire: bytes) -> bytes:
        question = dns.message.from_wire(wire)
        (asked,) = question.question
        name = Hostname.parse(asked.name.to_text(omit_final_dot=True))
        rule = deciding_rule(self.rules, self.names, name, asked.rdtype)
        if rule is None or rule.response is None:
            return self._passed_on(wire)
        answered = dns.message.make_response(question, recursion_available=True)
        if rule.response == "no-name":
            answered.set_rcode(dns.rcode.NXDOMAIN)
        elif rule.override is not None:
            answered.answer.extend(self._override(asked.name, rule.override))
        return answered.to_wire()

    def _passed_on(self, wire: bytes) -> bytes:
        """Return the answer of the DNS server behind the filter."""
        self.inner.send(wire)
        while (answer := self.inner.recv(_LONGEST))[:_ID] != wire[:_ID]:
            continue
        return answer

    def _override(self, name: dns.name.Name, override: Hostname) -> list[dns.rrset.RRset]:
        """Return the CNAME record of an overridden answer, and the addresses of its name in the VPC."""
        record = dns.rrset.from_text(name, _TTL, dns.rdataclass.IN, dns.rdatatype.CNAME, f"{override}.")
        question = dns.message.make_query(override, dns.rdatatype.A)
        return [record, *dns.message.from_wire(self._passed_on(question.to_wire())).answer]


def deciding_rule(
    rules: tuple[DnsRule, ...], names: DnsNames, name: Hostname | None, query_type: int
) -> DnsRule | None:
    """Return the deciding rule for a question: the first one with a match, or one against a redirection.

    ``name`` None: it has the form of no host name, and only rules for every name take it.
    """
    first = next((rule for rule in rules if _takes(rule, name, query_type)), None)
    if first is not None and (first.response is not None or first.trusts):
        return first
    inspecting = [rule for rule in rules if not rule.trusts]
    for target in () if name is None else _redirections_of(names, name):
        then = next((rule for rule in inspecting if _takes(rule, target, query_type)), None)
        if then is not None and then.response is not None:
            return then
    return first


def _takes(rule: DnsRule, name: Hostname | None, query_type: int) -> bool:
    if rule.query_type not in {None, query_type}:
        return False
    return rule.every_name or (name is not None and any(domain.stands_for(name) for domain in rule.domains))


def _redirections_of(names: DnsNames, name: Hostname) -> list[Hostname]:
    """Return the names that CNAME records of a name lead to; a record of the name itself precedes a wildcard."""
    exact = [target for record, target in names.redirections if record == name]
    return exact or [target for record, target in names.redirections if record.stands_for(name)]
