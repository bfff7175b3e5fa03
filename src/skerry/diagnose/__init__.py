"""Needs at placements become a Diagnosis: verdicts, blockers, the predicted error, findings of the checks."""
