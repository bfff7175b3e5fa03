"""How fast a plan of Terraform is checked, and how much memory that takes: a plan of 5 MB, in a process of its own.

The plan is a kept one of the tests, many times over: each copy is a module with a network and a service of its own.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MODEL = Path("tests/sources/terraform/plans/scenarios/article-repaired.json.gz")
BYTES = 5_000_000
MOST_TIMES_JSON, MOST_TIMES_MEMORY = 6.0, 10.0
_RUNS = 5
_BARE = "import json, sys; json.load(open(sys.argv[1], 'rb'))"


def run() -> bool:
    """(i) Check a plan of 5 MB; whether the limits hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "plan.json")
        path.write_bytes(json.dumps(plan_of(BYTES)).encode())
        size = path.stat().st_size
        command = [sys.executable, "-m", "skerry", "check", str(path), "--region", "eu-west-1", "-q"]
        bare, _ = _best([sys.executable, "-c", _BARE, str(path)])
        ours, memory = _best(command)
        empty, least = _best([*command[:3], "--version"])
    print(f"(i) skerry check of a plan of {size / 1e6:.1f} MB: {ours:.2f} s, json.load in a bare Python", end=" ")
    print(f"{bare:.2f} s: {ours / bare:.1f} times, at most {MOST_TIMES_JSON:.0f} wanted;", end=" ")
    print(f"skerry --version alone {empty:.2f} s")
    print(f"    memory {memory / 1e6:.0f} MB, {memory / size:.1f} times the file,", end=" ")
    print(f"at most {MOST_TIMES_MEMORY:.0f} wanted; skerry --version alone {least / 1e6:.0f} MB")
    return ours <= MOST_TIMES_JSON * bare and memory <= MOST_TIMES_MEMORY * size


def plan_of(size: int) -> Json:
    """A plan of at least so many bytes: copies of the model, each in a module."""
    text = gzip.decompress(MODEL.read_bytes()).decode()
    model: Json = json.loads(text)
    plan: Json = {key: value for key, value in model.items() if key not in ("resource_changes", "configuration")}
    plan |= {"resource_changes": [], "configuration": {"root_module": {"module_calls": {}}}}
    plan["planned_values"] = {"root_module": {"child_modules": []}}
    written = 0
    while written < size:
        name = f"n{len(plan['planned_values']['root_module']['child_modules'])}"
        # Each service is in a cluster of its own.
        model = json.loads(text.replace("demo", f"demo-{name}"))
        module = model["configuration"]["root_module"]
        rows = [row | {"address": f"module.{name}.{row['address']}", "module_address": f"module.{name}"}
                for row in model["resource_changes"]]  # fmt: skip
        values = [{key: row[key] for key in ("address", "mode", "type", "name", "provider_name")}
                  | {"values": row["change"]["after"]} for row in rows]  # fmt: skip
        child = {"address": f"module.{name}", "resources": values}
        plan["resource_changes"] += rows
        plan["planned_values"]["root_module"]["child_modules"].append(child)
        plan["configuration"]["root_module"]["module_calls"][name] = {"source": "./network", "module": module}
        written += len(json.dumps([rows, child, module]))
    return plan


def _best(command: list[str]) -> tuple[float, int]:
    """The least seconds of several runs, and the most bytes of memory that one took."""
    measure = [sys.executable, "-c", _MEASURE, *command]
    with tempfile.TemporaryDirectory() as compiled:
        # As an installed program finds its modules; the first run compiles them.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        runs = [
            json.loads(subprocess.check_output(measure, env=environment))  # noqa: S603 -- no words of others
            for _ in range(_RUNS + 1)
        ]
    return min(seconds for seconds, _ in runs), max(memory for _, memory in runs[1:])


# In a small process of its own: the memory of a child begins with that of its parent.
_MEASURE = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
assert done.returncode in (0, 1), done  # a verdict
seconds = time.perf_counter() - begun
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
