#!/bin/sh
# Installs skerry as it lies here, with the requirements in the file $2, into the virtual environment in the folder $1.
set -eu
venv=$1
requirements=$2

sh scripts/bootstrap.sh "$venv"
packages=$(grep -c '^[a-zA-Z0-9].*==' "$requirements")
echo "Installing skerry and the $packages packages of $requirements into $venv, once. This takes a minute or two."
# pip checks every download against the hashes in the file. Its warnings are about its own settings and about root:
# only errors are shown.
pip="$venv/bin/python -m pip --disable-pip-version-check install -qq"
$pip --no-compile --require-hashes -r "$requirements"
$pip --no-deps --no-build-isolation -e .
# All processors compile here, where pip uses one. Files of packages that do not compile are no modules.
"$venv/bin/python" -m compileall -q -j 0 "$venv"/lib/python*/site-packages >/dev/null || true
"$venv/bin/python" -m compileall -q -j 0 src
echo "Installed: $venv ($(du -sh "$venv" | cut -f1))."
