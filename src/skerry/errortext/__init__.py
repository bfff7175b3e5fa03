"""Error texts of ECS and what they mean: cleaned, read, matched with rules, laid beside a diagnosis."""
