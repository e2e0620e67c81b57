#!/usr/bin/env bash
# Measures which lines and branches of src the tests reach, also those in builds that the tests start.
# Takes the options of build/test.sh. The result is in artifacts/coverage. Some tests fail with counters: those of ordinary
# users, who may not write the counters' files, and those that look into the packed assemblies.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ensure_dotnet
cd "$root"
coverage=$artifacts/coverage
rm -rf "$coverage"

# The report names sources by their real paths, which a build for CI leaves out.
export ContinuousIntegrationBuild=false

step "Build with counters"
dotnet build src/RestrictedRunner.Build -c Release --nologo -v:quiet --no-incremental
# In obj, from where the builds below copy them to tests and package.
dotnet build build/coverage.proj -t:Instrument --nologo -v:quiet
trap 'rm -rf src/*/obj/Release' EXIT

status=0
build/test.sh "$@" || status=$?

step "Coverage"
dotnet build build/coverage.proj -t:Report --nologo -v:minimal
exit "$status"
