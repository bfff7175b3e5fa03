"""Frozen records of AWS's answers under AWS's own names, and the World, which indexes them."""
