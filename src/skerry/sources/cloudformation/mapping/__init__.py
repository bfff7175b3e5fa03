"""From resources of templates to documents in the form of AWS's answers: one module for each family of types."""
