"""Terraform with AWS's real provider, out of a filesystem mirror, against the embedded AWS over HTTP.

The environment variable ``SKERRY_TEST_TERRAFORM_MIRROR`` names the folder of the mirror.
https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.terraforming import TerraformError

SETTING = "SKERRY_TEST_TERRAFORM_MIRROR"
WHY = "no mirror with the AWS provider"
_PROVIDER = "registry.terraform.io/hashicorp/aws"
_UNCHECKED = """provider "aws" {
  access_key                  = "embedded"
  secret_key                  = "embedded"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}
"""
"""What there is no account for; the rest of the provider's block is the plan's own."""


def why_not() -> str | None:
    """Why the real provider cannot be run here; None where it can."""
    mirror = os.environ.get(SETTING)
    if not mirror:
        return f"{WHY}: {SETTING} is not set"
    if not (Path(mirror) / _PROVIDER).is_dir():
        return f"{WHY}: {mirror} has no {_PROVIDER}"
    return None if shutil.which("terraform") else "the program terraform is not on the path"


class RealTerraform:
    """A root module in a folder, initialised with the real provider; ``url`` is AWS."""

    def __init__(self, folder: Path, text: str, url: str) -> None:
        self._folder = folder
        self._url = url
        mirror = json.dumps(os.environ[SETTING])
        (folder / "cli.tfrc").write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n", encoding="utf-8"
        )
        (folder / "provider_override.tf").write_text(_UNCHECKED, encoding="utf-8")
        self.write(text)
        self._run("init", "-backend=false")

    def write(self, text: str) -> None:
        """Replace the root module; its state stays."""
        (self._folder / "main.tf").write_text(text, encoding="utf-8")

    def plan(self, *, refresh: bool = True) -> list[dict[str, Any]]:
        """The changes that Terraform plans, with refreshed state unless not asked for; reading alone is no change."""
        self._run("plan", "-out=plan", f"-refresh={str(refresh).lower()}")
        rows: list[dict[str, Any]] = json.loads(self._run("show", "-json", "plan")).get("resource_changes", [])
        return [row for row in rows if row["change"]["actions"] not in (["no-op"], ["read"])]

    def shown(self) -> str:
        """The plan that was made last, as JSON."""
        return self._run("show", "-json", "plan")

    def apply(self) -> None:
        """Apply the plan that was made last."""
        self._run("apply", "plan")

    def _run(self, *words: str) -> str:
        colour = () if words[0] == "show" else ("-no-color",)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_CLI_CONFIG_FILE": str(self._folder / "cli.tfrc"),
            "AWS_ENDPOINT_URL": self._url,
        }
        command = ["terraform", words[0], *colour, *words[1:]]
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise TerraformError(done.stderr or done.stdout)
        return done.stdout
