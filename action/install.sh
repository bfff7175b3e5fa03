#!/usr/bin/env bash
# Installs skerry as this action's commit has it, apart from the workflow's own Python packages.
set -euo pipefail
folder="$RUNNER_TEMP/skerry"
"${SKERRY_PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip --disable-pip-version-check install --quiet "$GITHUB_ACTION_PATH[terraform]"
echo "$folder/bin" >>"$GITHUB_PATH"
