#!/bin/sh
# Installs Debian packages, where that is allowed; elsewhere the tests that need them are skipped, and say so.
# Its arguments are the purpose and the packages.
set -u

purpose=$1
shift
[ $# -gt 0 ] || exit 0
command -v apt-get >/dev/null || exit 0
packages=$*
if [ "$(id -u)" -eq 0 ]; then
    set -- env
elif sudo -n true 2>/dev/null; then
    set -- sudo -n env
else
    exit 0
fi
echo "Installing the Debian packages of $purpose: $packages"
# One broken package source makes the update fail, though the others may well serve.
"$@" apt-get update -qq >/dev/null 2>&1 || true
# shellcheck disable=SC2086 # several words on purpose
output=$("$@" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages 2>&1) ||
    printf '%s\n' "$output" >&2
