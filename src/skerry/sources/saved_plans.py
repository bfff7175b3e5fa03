"""Plans that Terraform has saved: https://developer.hashicorp.com/terraform/cli/commands/plan#out-filename."""


def is_saved_plan(content: bytes) -> bool:
    """Return whether a file is a ZIP, as each saved plan is."""
    return content.startswith(b"PK\x03\x04")
