"""Lay the Terraform module out for a repository of its own, as the Terraform Registry wants it.

The registry takes a repository ``terraform-aws-NAME`` with the module at its root and a tag ``vX.Y.Z``:
https://developer.hashicorp.com/terraform/registry/modules/publish
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = ROOT / "terraform"
NAME = "terraform-aws-fargate-endpoints"
_COPY = re.compile(r'source = "\./terraform-aws-fargate-endpoints(//wrappers)?" # a copy of .*')
_VERSION = re.compile(r"^## \[(\d+\.\d+\.\d+)\]", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars")
_IGNORED = ".terraform/\n.terraform.lock.hcl\n*.tfstate\n*.tfstate.*\n*.tfvars\n"


def lay_out(output: Path, owner: str | None) -> str:
    """Write the module's repository to a new folder; return its version."""
    changelog = (MODULE / "CHANGELOG.md").read_text(encoding="utf-8")
    if (match := _VERSION.search(changelog)) is None:
        raise SystemExit("terraform/CHANGELOG.md has no heading such as ## [0.1.0]: add one for the release")
    shutil.copytree(MODULE, output, ignore=_LEFT_OUT)
    (output / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    if owner:
        for page in output.rglob("README.md"):
            page.write_text(_from_registry(page.read_text(encoding="utf-8"), owner, match[1]), encoding="utf-8")
    return match[1]


def _from_registry(text: str, owner: str, version: str) -> str:
    """Replace the source of a copied folder by that of the registry."""
    address = f"{owner}/{NAME.removeprefix('terraform-aws-')}/aws"

    def source(match: re.Match[str]) -> str:
        if match[1]:
            return f'source = "tfr:///{address}//wrappers?version={version}"'
        return f'source  = "{address}"\n  version = "{version}"'

    return _COPY.sub(source, text)


def main() -> int:
    """Read the command line, write the folder and print the commands that publish it."""
    parser = argparse.ArgumentParser(description="Lay the Terraform module out for a repository of its own.")
    parser.add_argument("--owner", help="namespace in the Terraform Registry; without it READMEs name a copied folder")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build" / NAME, help="folder to write (default: %(default)s)"
    )
    arguments = parser.parse_args()
    shutil.rmtree(arguments.output, ignore_errors=True)
    version = lay_out(arguments.output, arguments.owner)
    print(f"{arguments.output} is {NAME} {version}. To publish it, push it to a repository of that name:")
    print(f"  cd {arguments.output} && git init -b main && git add . && git commit -m 'Release {version}'")
    print(f"  git tag v{version} && git push origin main v{version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
