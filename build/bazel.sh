#!/usr/bin/env bash
# What the tests beside other users of a cache need, in the long tier: Bazel and gcc from Debian's packages.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step "Bazel"
if ! command -v bazel >/dev/null; then
    can_install || fail "install Bazel 4 to 6, so that there is a program 'bazel' in PATH, then try again"
    install_packages bazel-bootstrap
fi
if ! command -v gcc >/dev/null; then install_packages gcc libc6-dev; fi
say "$(command -v bazel), $(command -v gcc)"
