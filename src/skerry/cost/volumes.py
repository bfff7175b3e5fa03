"""Volumes of a month: bytes of images and calls x task starts, split by path, each marked with its basis.

A task on Fargate for Linux pulls every image of its definition in full, and keeps nothing for the next one:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-pull-behavior.html
The layers come from S3; the calls of ECR's endpoints are a few KB.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from skerry.cost.designs import INTERNET, NOTHING, MonthlyTraffic, PathBytes

Basis: TypeAlias = Literal["measured", "estimated", "assumed"]
Driver: TypeAlias = Literal["image size", "task starts", "logs", "internet"]

DRIVERS: tuple[Driver, ...] = ("image size", "task starts", "logs", "internet")
LAYERS = "s3"
_BASES: tuple[Basis, ...] = ("measured", "estimated", "assumed")
_KB = Decimal(1) / 1024**2
_LOGS = "logs"
# No page of AWS has the bytes of these calls: a token, manifests with a redirection for each layer, and values.
_CALLS = {"ecr.api": 5 * _KB, "ecr.dkr": 30 * _KB}
_OTHER_CALL = 10 * _KB
_ONE = Decimal(1)


class Estimate(msgspec.Struct, frozen=True):
    """A number with its basis, and the reason for it."""

    value: Decimal
    basis: Basis
    reason: str


class LaunchVolume(msgspec.Struct, frozen=True):
    """The images and calls of the tasks of one launch: GB of a pull by path, starts a month, and called services."""

    name: str
    images: tuple[tuple[str, Estimate], ...]
    starts: Estimate
    services: tuple[str, ...]

    @property
    def pulled_gb(self) -> Decimal:
        """Return the GB of images that the tasks pull in a month."""
        return sum((image.value for _, image in self.images), NOTHING) * self.starts.value


class PathVolume(msgspec.Struct, frozen=True):
    """The GB a month on a path, with the weakest basis of its factors."""

    path: str
    gb: Decimal
    basis: Basis
    reason: str


class Volumes(msgspec.Struct, frozen=True):
    """The volumes of a VPC's tasks a month.

    ``internet`` are the GB to and from the internet beyond images, and ``egress`` those of them that leave AWS.
    """

    launches: tuple[LaunchVolume, ...]
    logs: Estimate
    internet: Estimate
    egress: Estimate

    def traffic(self, factors: Mapping[Driver, Decimal] | None = None) -> MonthlyTraffic:
        """Return the GB by path, with the drivers multiplied by these factors."""
        factors = factors or {}
        by_path: dict[str, Decimal] = {}
        for path, gb, drivers in self._rows():
            for driver in drivers:
                gb *= factors.get(driver, _ONE)  # noqa: PLW2901 -- a product
            by_path[path] = by_path.get(path, NOTHING) + gb
        out = self.egress.value * factors.get("internet", _ONE)
        return MonthlyTraffic(
            tuple(PathBytes(path, gb, out if path == INTERNET else NOTHING) for path, gb in by_path.items())
        )

    def paths(self) -> tuple[PathVolume, ...]:
        """Return the GB of each path with their basis and reason."""
        reasons: dict[str, dict[str, None]] = {}
        bases: dict[str, list[Basis]] = {}
        for launch in self.launches:
            for path, image in launch.images:
                reasons.setdefault(path, {}).update({image.reason: None, launch.starts.reason: None})
                bases.setdefault(path, []).extend([image.basis, launch.starts.basis])
            for service in launch.services:
                if service != _LOGS:
                    reasons.setdefault(service, {})["a few KB for each start"] = None
                    bases.setdefault(service, []).append("assumed")
        for path, estimate in ((_LOGS, self.logs), (INTERNET, self.internet)):
            reasons.setdefault(path, {})[estimate.reason] = None
            bases.setdefault(path, []).append(estimate.basis)
        return tuple(
            PathVolume(path.path, path.gb, weakest_basis_of(bases[path.path]), "; ".join(reasons[path.path]))
            for path in self.traffic().paths
        )

    def uncertain_drivers(self) -> tuple[Driver, ...]:
        """Return the drivers with a value that nobody measured."""
        images = [image for launch in self.launches for _, image in launch.images]
        starts = [launch.starts for launch in self.launches]
        rows: dict[Driver, list[Estimate]] = {
            "image size": images,
            "task starts": starts,
            "logs": [self.logs],
            "internet": [self.internet],
        }
        return tuple(
            driver for driver in DRIVERS if any(row.value != 0 and row.basis != "measured" for row in rows[driver])
        )

    def _rows(self) -> Iterator[tuple[str, Decimal, tuple[Driver, ...]]]:
        """Yield the path, the GB and the drivers of each part."""
        for launch in self.launches:
            for path, image in launch.images:
                yield path, image.value * launch.starts.value, ("image size", "task starts")
            for service in launch.services:
                if service != _LOGS:
                    yield service, _CALLS.get(service, _OTHER_CALL) * launch.starts.value, ("task starts",)
        yield _LOGS, self.logs.value, ("logs",)
        yield INTERNET, self.internet.value, ("internet",)


def weakest_basis_of(bases: list[Basis]) -> Basis:
    """Return the least sure of one or more bases."""
    return max(bases, key=_BASES.index)
