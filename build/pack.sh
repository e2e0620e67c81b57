#!/usr/bin/env bash
# Packs both packages into artifacts/packages.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step "Packages"
ensure_dotnet
# A package of an older version left here could be restored in place of the new one.
mkdir -p "$artifacts/packages"
rm -f "$artifacts"/packages/RestrictedRunner*.nupkg "$artifacts"/packages/RestrictedRunner*.snupkg

cd "$root"
for project in RestrictedRunner RestrictedRunner.Build; do
    say "packing $project"
    dotnet pack "src/$project" -c Release -o "$artifacts/packages" --nologo
done
for package in "$artifacts"/packages/RestrictedRunner*.nupkg; do say "artifacts/packages/${package##*/}"; done
