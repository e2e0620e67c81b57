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
for project in RestrictedRunner.Tests RestrictedRunner.EngineTests RestrictedRunner.PackageTests RestrictedRunner.OldestMSBuildTests; do
    step "Tests: $project"
    # One that fails does not keep the others from telling what they know.
    dotnet test --project "tests/$project" -c Release --results-directory "$results" \
        --report-xunit-trx --report-xunit-trx-filename "$project.trx" ||
        complaints+=("$project: tests failed or the test run broke off")
    [ -s "$results/$project.trx" ] || complaints+=("$project: no results were written")
done

# A trx file may be one single line. It counts a skipped test as not executed.
counts=$({ grep -oh '<Counters [^>]*>' "$results"/*.trx 2>/dev/null || true; } | awk '
    function count(name) {
        if (!match($0, " " name "=\"[0-9]+\"")) return 0
        return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0
    }
    {
        passed += count("passed")
        failed += count("failed") + count("error") + count("timeout") + count("aborted")
        skipped += count("total") - count("executed")
    }
    END { print passed + 0, failed + 0, skipped + 0 }')
read -r passed failed skipped <<<"$counts"
if [ "$passed" = 0 ]; then complaints+=("no test passed"); fi

step "Result"
for complaint in ${complaints[@]+"${complaints[@]}"}; do say "$complaint"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ ${#complaints[@]} = 0 ]
