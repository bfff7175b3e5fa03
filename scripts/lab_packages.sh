#!/bin/sh
# Installs the Debian packages that the lab runs, where that is allowed; elsewhere its tests are skipped, and say so.
set -u

packages=$("$1" scripts/lab_packages.py) || exit 1
# shellcheck disable=SC2086 # several words on purpose
exec sh scripts/debian_packages.sh "the lab's tests" $packages
