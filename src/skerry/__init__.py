"""Tell whether an ECS/Fargate task can start in an isolated subnet, and which changes let it start."""

__version__ = "0.1.0"
