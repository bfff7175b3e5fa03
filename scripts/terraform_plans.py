"""Make the kept plans of scenarios again: Terraform plans each network with the stand-in for the provider.

``scripts/terraform_plans.py [NAME…]`` writes tests/sources/terraform/plans/scenarios/NAME.json.gz; without names, all.
Each plan is what ``terraform show -json`` prints, without the parts that skerry does not read. The configuration of a
plan is made of tests/scenarios/NAME/network.json: tests/sources/terraform/scenario_code.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests import terraforming
from tests.sources.terraform.scenario_plans import KEPT, expressible, pack


def main() -> int:
    """Write the plans."""
    codes = expressible()
    for name in sys.argv[1:] or codes:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.tf").write_text(codes[name], encoding="utf-8")
            (KEPT / f"{name}.json.gz").write_bytes(pack(terraforming.plan(Path(folder), {})))
    if not sys.argv[1:]:
        for path in KEPT.glob("*.json.gz"):
            if path.name.removesuffix(".json.gz") not in codes:
                path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
