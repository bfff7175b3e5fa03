#!/bin/sh
# Installs Debian's Chromium, and fetches axe-core by npm, for the tests of reports in a browser.
set -u

version=4.14.1 # of axe-core, which tests/browser/axe.py names too
folder=build/axe-core
packages=
command -v chromium >/dev/null || packages="chromium fonts-liberation"
command -v npm >/dev/null || [ -e "$folder/$version.js" ] || packages="$packages npm"
# shellcheck disable=SC2086 # several words on purpose
sh scripts/debian_packages.sh "the browser tests" $packages
[ ! -e "$folder/$version.js" ] || exit 0
command -v npm >/dev/null || exit 0
mkdir -p "$folder"
# The package alone, without scripts: nothing of it is run here.
output=$(npm pack "axe-core@$version" --silent --ignore-scripts --pack-destination "$folder" 2>&1) &&
    tar -xzf "$folder/axe-core-$version.tgz" -C "$folder" package/axe.min.js &&
    mv "$folder/package/axe.min.js" "$folder/$version.js" || printf '%s\n' "$output" >&2
rm -rf "$folder/package" "$folder/axe-core-$version.tgz"
