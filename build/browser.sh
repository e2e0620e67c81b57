#!/usr/bin/env bash
# What the tests of the report's page need: Chromium from Debian's packages, and axe-core from npm in artifacts/axe.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=4.14.1
axe=$artifacts/axe/$version

step "A browser"
if ! command -v chromium >/dev/null; then
    can_install || fail "install Chromium, so that there is a program 'chromium' in PATH, then try again"
    install_packages chromium
fi
if [ ! -e "$axe/axe.min.js" ]; then
    if ! command -v npm >/dev/null; then
        can_install || fail "install npm, then try again"
        install_packages npm
    fi
    folder=$(mktemp -d)
    (cd "$folder" && npm pack --silent "axe-core@$version") >"$artifacts/npm.log" 2>&1 </dev/null || {
        tail -n 15 "$artifacts/npm.log" >&2
        fail "npm could not bring axe-core; its whole log is in $artifacts/npm.log"
    }
    mkdir -p "$axe"
    tar -xzf "$folder/axe-core-$version.tgz" -C "$folder"
    mv "$folder/package/axe.min.js" "$axe/"
    rm -rf "$folder"
fi
say "$(chromium --version 2>/dev/null), axe-core $version"
