#!/usr/bin/env bash
# Everything that CI checks, on a machine that has nothing but the .NET SDK. Last line: N passed, M failed, K skipped.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ensure_dotnet
"$root/build/engine.sh" --test
if [ -e "$artifacts/containers.conf" ]; then export CONTAINERS_CONF=$artifacts/containers.conf; fi
"$root/build/images.sh" --podman
"$root/build/pack.sh"

cd "$root"
complaints=()

step "Format"
if dotnet format RestrictedRunner.Build.sln --verify-no-changes; then
    say "as .editorconfig wants it"
else
    complaints+=("the format is not what .editorconfig says: run 'dotnet format'")
fi

# The engine is there by now: a test that skips itself for want of one hides something.
export RESTRICTED_RUNNER_REQUIRE_ENGINE=1
results=$artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
for project in RestrictedRunner.Tests RestrictedRunner.EngineTests RestrictedRunner.PackageTests RestrictedRunner.OldestMSBuildTests; do
    step "Tests: $project"
    # One that fails does not keep the others from telling what they know.
    DOTNET_CLI_UI_LANGUAGE=en dotnet test --project "tests/$project" -c Release --results-directory "$results" \
        --report-xunit-trx --report-xunit-trx-filename "$project.trx" | tee "$results/$project.log" ||
        complaints+=("$project: tests failed or the test run broke off")
    grep -q '^  total: [1-9]' "$results/$project.log" || complaints+=("$project: no summary was printed")
done

# From what was printed: a trx file was once seen to end in the middle, without a word and with exit code 0. The last of
# each counts, because the output of a failed test may hold such lines too.
counts=$(awk '
    FNR == 1 { add() }
    /^  (succeeded|failed|skipped): [0-9]+$/ { last[$1] = $2 }
    function add() {
        passed += last["succeeded:"]
        failed += last["failed:"]
        skipped += last["skipped:"]
        delete last
    }
    END { add(); print passed + 0, failed + 0, skipped + 0 }' "$results"/*.log)
read -r passed failed skipped <<<"$counts"
if [ "$passed" = 0 ]; then complaints+=("no test passed"); fi

step "Result"
for complaint in ${complaints[@]+"${complaints[@]}"}; do say "$complaint"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ ${#complaints[@]} = 0 ]
