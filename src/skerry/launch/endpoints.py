"""Calls to AWS's services and to hosts elsewhere, as Needs."""

from urllib.parse import urlsplit

from skerry.catalogue.services import ServiceRef, dual_stack_host_of, regional_host_of, service_of_host, variant_of
from skerry.launch.needs import Blocks, Call, Identity, Step, Unread

HTTPS = 443
_HTTP = 80
_LAST_PORT, _PORT_DIGITS = 65_535, 5


def make_service_call(
    step: Step,
    ref: ServiceRef,
    *actions: str,
    subject: str = "",
    prefix: str = "",
    identity: Identity = "execution role",
) -> Call:
    """Return a call to a service's Regional host; to one below it, where there is a prefix."""
    name, dual_stack = regional_host_of(ref), dual_stack_host_of(ref)
    return Call(
        step,
        f"{prefix}{name}" if name else None,
        service=ref,
        actions=actions,
        subjects=(subject,) if subject else (),
        identity=identity,
        dual_stack=f"{prefix}{dual_stack}" if dual_stack else None,
    )


def make_external_call(
    step: Step, name: str, port: int, subjects: tuple[str, ...] = (), blocks: Blocks = "start"
) -> Call:
    """Return a call to a host that is no service's; private zones aside, it is taken to have a public address."""
    note = f"{name} is taken to be on the internet"
    return Call(
        step, name, port, "internet", subjects=subjects, blocks=blocks, grade="inferred", note=note, identity="nobody"
    )


def make_call_to_host(step: Step, name: str, port: int, *actions: str, subject: str = "") -> Call:
    """Return a call to a host that the task definition names: a service's, by any of its names, or another's."""
    ref = service_of_host(name.lower())
    subjects = (subject,) if subject else ()
    if ref is None:
        return make_external_call(step, name, port, subjects)
    variant = variant_of(ref, name.lower())
    kind = variant.kind if variant else ""
    return Call(step, name.lower(), port, service=ref, actions=actions, subjects=subjects, variant=kind)


def make_call_to_url(step: Step, text: str, what: str, *actions: str, subject: str = "") -> Call | Unread:
    """Build a call to the host of a URL, HTTPS by default; ``what`` labels the URL in messages."""
    unread = Unread(step, what, "ecs:DescribeTaskDefinition")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return unread
    if not name:
        return unread
    return make_call_to_host(
        step, name, port or (_HTTP if parts.scheme == "http" else HTTPS), *actions, subject=subject
    )


def port_of(text: str, default: int) -> int:
    """Return the port in a text, or the default if it has no valid one."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _PORT_DIGITS else default
    return number if 0 < number <= _LAST_PORT else default
