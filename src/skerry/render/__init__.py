"""Our values become text: each format is a contract of its own. Knows no verdict's making."""
