#!/usr/bin/env bash
# Ends builds from outside at random moments (Ctrl+C, kill, kill -9; during pull, creation, run and removal; one step and
# several at once) and checks that nothing is left and no build claims success. A quarter of an hour for the default 208.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export RESTRICTED_RUNNER_INTERRUPTS=${1:-208}
export RESTRICTED_RUNNER_REQUIRE_ENGINE=1

ensure_dotnet
"$root/build/engine.sh"
"$root/build/images.sh"
"$root/build/pack.sh"

step "Interrupts: $RESTRICTED_RUNNER_INTERRUPTS builds"
cd "$root"
status=0
dotnet test --project tests/RestrictedRunner.PackageTests -c Release -- --filter-method '*.Nothing_is_left_of_many_builds_that_are_ended_at_any_moment' || status=$?
cat "$artifacts/interrupts.txt"
exit "$status"
