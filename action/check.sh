#!/usr/bin/env bash
# Checks the network of the workspace: text in the log, annotations, a summary of the job, and SARIF.
# An unknown verdict is a warning and no failure; --fail-on=unknown among the arguments makes it one, as skerry lets
# --fail-on go before --allow-unknown.
set -euo pipefail

# One word on each line; empty lines are none.
read_lines() {
    local line
    words=()
    while IFS= read -r line || [[ -n $line ]]; do
        line="${line%$'\r'}"
        if [[ -n $line ]]; then
            words+=("$line")
        fi
    done <<<"$1"
}

read_lines "${SKERRY_ARGUMENTS:-}"
arguments=(${words[@]+"${words[@]}"})
read_lines "${SKERRY_INPUTS:-}"
inputs=(${words[@]+"${words[@]}"})

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
# Names in a result must not act as commands of the workflow: the runner reads each line of the log.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
token="$(cat /proc/sys/kernel/random/uuid)"
echo "::stop-commands::$token"
code=0
skerry check --allow-unknown --color always \
    --write "sarif=$SKERRY_SARIF" --write "github=$folder/annotations" --write "markdown=$folder/summary" \
    ${arguments[@]+"${arguments[@]}"} -- ${inputs[@]+"${inputs[@]}"} || code=$?
echo "::$token::"

if [[ -f $folder/annotations ]]; then
    cat "$folder/annotations"
    cat "$folder/summary" >>"$GITHUB_STEP_SUMMARY"
    echo "sarif=$SKERRY_SARIF" >>"$GITHUB_OUTPUT"
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
