"""The destination of a step, in words."""

from skerry.catalogue.services import ServiceRef, load_services
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Mount, Need, Placement


def called_by(need: Need, launch: Launch) -> str:
    """Return the destination of a step: a service's title, a host outside AWS, or a file system."""
    match need:
        case Call(service=None):
            return need.host or need.note
        case Call(service=ServiceRef() as service):
            title = load_services()[service.key].title
            return title if service.region == launch.region else f"{title} in {service.region}"
        case Placement():
            return f"Fargate {need.version}" if need.family == "linux" else f"Fargate {need.family} {need.version}"
        case Mount():
            return need.file_system
        case _:
            return ""
