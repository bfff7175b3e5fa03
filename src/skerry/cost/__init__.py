"""Prices of AWS, and what parts of a network cost a month: pure arithmetic over a table of prices."""
