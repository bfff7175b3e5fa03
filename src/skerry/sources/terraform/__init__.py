"""Terraform configurations, plans and states as documents in AWS's form."""
