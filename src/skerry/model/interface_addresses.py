"""Addresses of network interfaces."""

from skerry.model.network import NetworkInterface
from skerry.net.ip_addresses import Address4, IpAddress


def addresses_of_interface(row: NetworkInterface) -> tuple[Address4, ...]:
    """Return every private IPv4 address of an interface, the primary one first."""
    primary = (row.private_ip_address,) if row.private_ip_address else ()
    addresses = tuple(item.private_ip_address for item in row.private_ip_addresses)
    return primary + tuple(address for address in addresses if address not in primary)


def public_address_of(row: NetworkInterface, address: IpAddress | None) -> Address4 | None:
    """Return the public address of one private address of an interface."""
    for item in row.private_ip_addresses:
        if item.private_ip_address == address:
            return item.association.public_ip
    return row.association.public_ip if address == row.private_ip_address else None
