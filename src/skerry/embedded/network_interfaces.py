"""Patches of moto for network interfaces, by AWS's documentation."""

from typing import Any

from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from skerry.embedded.patching import Correction


def _describe(original: Any, response: Any) -> Any:
    """Show the public address of an interface at its private one too. moto shows it at the interface alone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterfacePrivateIpAddress.html
    """
    answer = original(response)
    for interface in answer.result["NetworkInterfaces"]:
        for item in interface.private_ip_addresses:
            item.pop("Association", None)
            if item.get("PrivateIpAddress") == interface.private_ip_address and interface.public_ip:
                item["Association"] = _association(interface.association)
    return answer


def _association(row: dict[str, Any]) -> dict[str, Any]:
    return {f"{name[0].upper()}{name[1:]}": value for name, value in row.items() if name != "natEnabled"}


CORRECTIONS = (Correction(ElasticNetworkInterfaces, "describe_network_interfaces", _describe),)
"""The patches of this module."""
