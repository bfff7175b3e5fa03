"""DNS client: one question to one server over UDP."""

import socket

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from skerry.net.cidr import Address
from skerry.net.hostname import Hostname

DNS_PORT = 53


def ask(
    server: Address, name: Hostname, source: Address | None, timeout: float, port: int = DNS_PORT
) -> tuple[str, ...] | None:
    """Return a server's addresses of a name, empty if the name does not exist; None if the server does not answer."""
    question = dns.message.make_query(name, dns.rdatatype.A)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(timeout)
        if source is not None:
            asking.bind((source, 0))
        try:
            # A connected socket gets an error at once if nobody listens.
            asking.connect((server, port))
            asking.send(question.to_wire())
            answer = dns.message.from_wire(asking.recv(4_096))
        except OSError:
            return None
    rows = [record_set for record_set in answer.answer if record_set.rdtype == dns.rdatatype.A]
    return tuple(sorted(item.address for record_set in rows for item in record_set))
