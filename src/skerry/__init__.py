"""Can an ECS/Fargate task start in an isolated subnet, and if not, what must change: skerry answers that."""

__version__ = "0.1.0"
