#!/usr/bin/env bash
# Measures the packed package against its peers: whole `dotnet build` processes, in turn, as ratios. Takes ten minutes;
# a part of a title ("steps") measures only those.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ensure_dotnet
"$root/build/engine.sh"
"$root/build/images.sh"
"$root/build/pack.sh"

step "Benchmarks"
dotnet run -c Release --project "$root/tests/RestrictedRunner.Benchmarks" -- "$artifacts"/packages/RestrictedRunner.Build.*.nupkg "$@"
