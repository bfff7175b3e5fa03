"""Sources of documents: live accounts, saved answers and snapshots, with their loader and redaction."""
