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

# nginx is the server of a shared cache, as docs/shared-cache.md has it. The image has to be the same everywhere, so it is
# built from a Dockerfile.
command -v nginx >/dev/null || install_packages_without_services nginx-light
shared=$(mktemp -d)
nginx_pid=
remote=
trap '[ -z "$nginx_pid" ] || kill "$nginx_pid"; [ -z "$remote" ] || "$root/build/remote.sh" --stop; rm -rf "$shared"' EXIT
mkdir "$shared/store"
port=$((20000 + RANDOM % 10000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
cat >"$shared/settings" <<SETTINGS
daemon off; master_process off; pid pid; error_log stderr; events { }
http {
  access_log off; root $shared/store; client_body_temp_path body; client_max_body_size 0;
  proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:$port;
    location ~ "^/(ac|cas)/[0-9a-f]{64}\$" { dav_methods PUT; create_full_put_path on; }
  }
}
SETTINGS
nginx -e stderr -p "$shared" -c "$shared/settings" 2>"$shared/log" &
nginx_pid=$!
for _ in $(seq 1 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    sleep 0.05
done

# A colleague's machine has a cache of its own.
export DockerExecCacheUrl=http://127.0.0.1:$port XDG_CACHE_HOME=$shared/first
export DockerExecCachePush=true
build NativeLibrary "a CI job stores what it builds in a shared cache"
unset DockerExecCachePush
export XDG_CACHE_HOME=$shared/second
build NativeLibrary "a second checkout on another machine, which has the results from there"
unset DockerExecCacheUrl

# A second engine of this machine, in namespaces where the samples' files are not.
"$root/build/remote.sh" --engine
remote=started
DOCKER_HOST=tcp://127.0.0.1:$(cat "$artifacts/remote/engine/tcp.port")
export DOCKER_HOST XDG_CACHE_HOME=$shared/third
build StepChain "the three steps once more, on an engine that does not see this machine's files"
unset DOCKER_HOST

step "All four samples were built with steps in containers"
