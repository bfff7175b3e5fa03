"""The tools that are scored, each behind the same question."""
