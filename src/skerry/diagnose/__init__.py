"""Diagnosis of launches: a verdict for each Need in each subnet, blockers, predicted errors, findings of checks."""
