#!/usr/bin/env bash
# Builds the samples with the packed package, their steps running in containers, and runs what came out.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

ensure_dotnet
"$root/build/engine.sh"
"$root/build/images.sh"
"$root/build/pack.sh"

# A package that was restored once is never looked at again under the same version, so the samples get a package folder
# of their own, and ours are thrown out of it each time.
export NUGET_PACKAGES=$artifacts/nuget
rm -rf "$NUGET_PACKAGES/restrictedrunner" "$NUGET_PACKAGES/restrictedrunner.build"
export RestoreAdditionalProjectSources=$artifacts/packages
# With the results of an earlier demo no container would run.
export XDG_CACHE_HOME=$artifacts/demo-cache
rm -rf "$XDG_CACHE_HOME"
# A node that outlives its build still holds the tasks of the package before.
export MSBUILDDISABLENODEREUSE=1

show() {
    say "\$ $*"
    "$@"
}

build() {
    local sample=$1 what=$2
    step "$sample: $what"
    cd "$root/samples/$sample"
    rm -rf bin obj
    # The terminal logger would hide what the containers print.
    show dotnet build -c Release --nologo --tl:off
}

build HelloDocker "a step of the build runs in a container and prints into the build's log"

build GenerateCode "protoc in a container turns .proto files into C#, which the app compiles"
show dotnet run --no-build -c Release

build NativeLibrary "gcc in a container builds a C library, which the app calls"
show dotnet run --no-build -c Release

build StepChain "three declared steps, each in a container that sees only what it declares, end in code that the app runs"
show dotnet run --no-build -c Release

build StepChain "the same steps once more, after bin and obj were removed: their results come from the cache"

step "All four samples were built with steps in containers"
