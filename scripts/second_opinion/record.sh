#!/bin/sh
# Record the answers of another evaluator of policies: see README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
version=${VERSION:-0.1.173}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/simulate.mjs" "$work"
(cd "$work" && npm install --silent --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
    "@cloud-copilot/iam-simulate@$version")
"$python" "$here/generate.py" "${SEED:-7}" > "$work/cases.json"
(cd "$work" && node simulate.mjs cases.json "$version") > "$work/answered.json"
mv "$work/answered.json" "$root/tests/policy/recorded/cases.json"
