#!/bin/sh
# Makes the virtual environment in the folder $1 with the first Python >= 3.11 that can make one.
# On Debian, Python may be missing, or split from its venv module: both are then installed, where that is allowed.
set -eu
venv=$1

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# A Python can be new enough and still fail, for want of ensurepip: then the next one is tried.
make_venv() {
    for python in python3.14 python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
        if is_new_enough "$python" && "$python" -m venv --clear "$venv" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

install_python() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -eq 0 ]; then
        set -- env
    elif sudo -n true 2>/dev/null; then
        set -- sudo -n env
    else
        return 1
    fi
    echo "No Python >= 3.11 can make a virtual environment here: installing Debian's python3 and python3-venv."
    # One broken package source makes the update fail, though the others may well serve.
    "$@" apt-get update -qq >/dev/null 2>&1 || true
    # Its output is shown where it fails only.
    output=$("$@" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv 2>&1) ||
        { printf '%s\n' "$output" >&2; return 1; }
}

if is_new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
if make_venv || { install_python && make_venv; }; then
    exit 0
fi
rm -rf "$venv"
cat >&2 <<'MESSAGE'
skerry needs Python 3.11 or newer with its venv module, and could not install it here.
On Debian 12 or Ubuntu 24.04 and newer, run this, then try again:
    sudo apt-get update && sudo apt-get install python3 python3-venv
Elsewhere, put a python3.11 (or newer) on the PATH.
MESSAGE
exit 1
