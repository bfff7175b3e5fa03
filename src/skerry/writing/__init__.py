"""Files, folders, pipes and devices that results are written to."""
