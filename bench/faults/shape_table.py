"""Every shape by its name."""

from bench.faults import account_shapes, central_shapes, ipv6_shapes
from bench.faults.shapes import SERVICES, Shape

SHAPES: dict[str, Shape] = SERVICES | account_shapes.SHAPES | central_shapes.SHAPES | ipv6_shapes.SHAPES
