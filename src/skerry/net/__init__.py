"""Sets of numbers and of packets, and what verdicts make of each other. Knows nothing of AWS."""
