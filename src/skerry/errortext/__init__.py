"""Explanation of ECS error texts: normalised, searched for evidence, matched with rules."""
