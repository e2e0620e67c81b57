#!/usr/bin/env bash
# Passes the tests on a machine that has nothing but the .NET SDK. Last line: N passed, M failed, K skipped.
#
#   build/test.sh           the format, and all tests but the long tier and those on newer engines: what CI runs
#   build/test.sh --fast    the format, and the tests of the code, which need no engine
#   build/test.sh --no-engine
#                           these, and those of the package that need none either: what other systems can run. A test
#                           that needs an engine skips itself where there is none.
#   build/test.sh --all     the long tier too, the engine tests on newer engines, and Windows programs under Wine
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tier=default
case "${1:-}" in
    '') ;;
    --fast) tier=fast ;;
    --no-engine) tier=no-engine ;;
    --all) tier=all ;;
    *) fail "usage: build/test.sh [--fast | --no-engine | --all]" ;;
esac

cd "$root"
ensure_dotnet
results=$artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
complaints=()
phases=()

# Runs a command, notes how long it took, and succeeds if the command does.
phase() {
    local name=$1 start=$SECONDS status=0
    shift
    step "$name"
    "$@" || status=$?
    phases+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
    return "$status"
}

# The compiler server compiles all projects of a run with one warm compiler, whatever the environment says of it.
build() { dotnet build "$1" -c Release --nologo -v:quiet -p:UseSharedCompilation=true; }

# Whatever else 'dotnet format' looks at is an error of the build; its own look at all analyzers takes minutes.
check_format() {
    if [ "$tier" = all ]; then
        dotnet format RestrictedRunner.Build.sln --verify-no-changes
    else
        dotnet format whitespace RestrictedRunner.Build.sln --verify-no-changes
    fi
}

set_up_engines() {
    "$root/build/engine.sh" --test &&
        "$root/build/images.sh" --podman &&
        "$root/build/engine.sh" --remote || return
    if [ "$tier" = all ]; then "$root/build/engine.sh" --newer || return; fi
    trap '"$root/build/engine.sh" --stop-remote' EXIT
}

# The test projects are programs: started directly they cost neither a build nor a host.
run_tests() {
    local project=$1 name=$2
    shift 2
    dotnet exec "tests/$project/bin/Release/net10.0/$project.dll" -noColor -noLogo "$@" \
        -result-xml "$results/$name.xml" </dev/null | tee "$results/$name.log"
}

# As Windows programs. The way of wine.sh to run them is in the place of the options.
run_tests_under_wine() {
    local name=$2 way=$3
    "$root/build/wine.sh" "$way" -result-xml "$results/$name.xml" </dev/null | tee "$results/$name.log"
}

set_up_wine() { "$root/build/wine.sh" --set-up && "$root/build/wine.sh" --build-tests; }

# What fails does not keep the rest from telling what it knows.
test_phase() { test_phase_by run_tests "$@"; }

test_phase_by() {
    local run=$1 project=$2 name=$3
    phase "Tests: $name" "$run" "${@:2}" || complaints+=("$name: tests failed or the test run broke off")
    grep -q "^ *$project  Total: [1-9]" "$results/$name.log" || complaints+=("$name: no summary was printed")
}

if [ "$tier" = fast ]; then
    phase "Build" build tests/RestrictedRunner.Tests || fail "the tests do not build"
else
    if [ "$tier" != no-engine ]; then
        phase "Engines and images" set_up_engines || fail "the engines are not there"
        if [ -e "$artifacts/containers.conf" ]; then export CONTAINERS_CONF=$artifacts/containers.conf; fi
        # The engines are there by now: a test that skips itself for want of one hides something.
        export RESTRICTED_RUNNER_REQUIRE_ENGINE=1
    fi
    phase "Build" build RestrictedRunner.Build.sln || fail "the solution does not build"
    if [ "$tier" = all ]; then
        phase "Browser" "$root/build/browser.sh" || complaints+=("Browser: it could not be set up")
        phase "Bazel" "$root/build/bazel.sh" || complaints+=("Bazel: it could not be set up")
    fi
    phase "Packages" "$root/build/pack.sh" || fail "the packages cannot be made"
fi
phase "Format" check_format || complaints+=("the format is not what .editorconfig says: run 'dotnet format'")

filter=()
if [ "$tier" != all ]; then filter=(-trait- Tier=Long -trait- Tier=Newer); fi
test_phase RestrictedRunner.Tests RestrictedRunner.Tests ${filter[@]+"${filter[@]}"}
case "$tier" in
    fast) projects=() ;;
    no-engine) projects=(RestrictedRunner.PackageTests) ;;
    *) projects=(RestrictedRunner.EngineTests RestrictedRunner.ServerTests RestrictedRunner.PackageTests RestrictedRunner.OldestMSBuildTests) ;;
esac
for project in ${projects[@]+"${projects[@]}"}; do
    # Hundreds of builds that wait for containers, and have .NET compile methods anew meanwhile: with this they take 6 % less.
    if [ "$project" = RestrictedRunner.PackageTests ]; then export DOTNET_TieredPGO=0; fi
    test_phase "$project" "$project" ${filter[@]+"${filter[@]}"}
done
if [ "$tier" = all ]; then
    for client in "$artifacts"/engines/clients/* "$artifacts"/engines/remote-clients/*; do
        RESTRICTED_RUNNER_ENGINES=$client test_phase RestrictedRunner.EngineTests "RestrictedRunner.EngineTests on ${client##*/}" -trait- Tier=Newer
    done
    # Otherwise a hermetic step that is the only one of its project has a container of its own.
    DockerExecWorkers=true test_phase RestrictedRunner.PackageTests "RestrictedRunner.PackageTests in shared containers" -class '*.HermeticStepsTests' -class '*.LinkedInputsTests' \
        -class '*.FolderPermissionsTests' -class '*.FileNamesTests' -class '*.StepErrorsTests' -class '*.DeclaredStepsTests' -class '*.RedStaysRedTests' -class '*.EmptyInputsTests' -class '*.OutsideOutputsTests' -class '*.GoneStepsTests' -class '*.StaleItemsTests'
    # Last, because what is built for Windows is restored for it.
    if phase "Wine" set_up_wine; then
        test_phase_by run_tests_under_wine RestrictedRunner.Tests "RestrictedRunner.Tests under Wine" --fast-tests
        test_phase_by run_tests_under_wine RestrictedRunner.WindowsTests "RestrictedRunner.WindowsTests under Wine" --tests
    else
        complaints+=("Wine: it could not be set up, or the tests for it do not build")
    fi
fi

# From what was printed, since a result file was once seen to end in the middle. The last summary of each counts, because
# the output of a failed test may hold such a line too.
counts=$(awk '
    FNR == 1 { add() }
    /^ *RestrictedRunner[.A-Za-z]*  Total: [0-9]+, Errors: / { last = $0 }
    function number(name) { return match(last, name ": [0-9]+") ? substr(last, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : 0 }
    function add() {
        failed += number("Failed") + number("Errors")
        skipped += number("Skipped")
        passed += number("Total") - number("Failed") - number("Skipped") - number("Not Run")
        last = ""
    }
    END { add(); print passed + 0, failed + 0, skipped + 0 }' "$results"/*.log)
read -r passed failed skipped <<<"$counts"
if [ "$passed" = 0 ]; then complaints+=("no test passed"); fi

step "Phases"
printf '%s\n' "${phases[@]}"

step "The ten slowest classes"
# In seconds of all their tests, of which some run at once.
grep -ho '<test [^>]*>' "$results"/*.xml |
    sed -n 's/.* time="\([0-9.]*\)".* type="\([^"]*\)".*/\2 \1/p' |
    awk '{ time[$1] += $2; cases[$1]++ } END { for (class in time) printf "%7.1f s  %s (%d)\n", time[class], class, cases[class] }' |
    sort -rn | head -n 10 || true

step "Result"
for complaint in ${complaints[@]+"${complaints[@]}"}; do say "$complaint"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ ${#complaints[@]} = 0 ]
