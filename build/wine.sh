#!/usr/bin/env bash
# Runs Windows programs on Linux by Wine, among them the tests of the package's Windows side. May be run again.
#
#   build/wine.sh --set-up                           Wine of Debian's suite trixie, in artifacts/wine
#   build/wine.sh FOLDER PROGRAM.exe [ARGUMENT...]   runs a program that is in the folder, in that folder
#   build/wine.sh --fast-tests [ARGUMENT...]         builds and runs the tests that need no engine
#   build/wine.sh --build-tests                      builds the tests of the package in MSBuild for Windows
#   build/wine.sh --tests [ARGUMENT...]              runs them, with this machine's engine
#
# Wine's programs are in a folder that is the root of what runs there. This repository and the given folder have the same
# paths in it, so that Z:\a\b is /a/b here too. Each run has namespaces of its own for mounts and processes: what it
# mounts and starts ends with it, also when it is killed. Its network is this machine's.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

wine=$artifacts/wine
os=$wine/root
# Windows' drive C: and the registry. Kept from run to run.
prefix=$wine/prefix

usage() { fail "usage: build/wine.sh --set-up | FOLDER PROGRAM.exe [ARGUMENT...] | --fast-tests [ARGUMENT...] | --build-tests | --tests [ARGUMENT...]"; }

# Half of a root or of a prefix never has its name.
set_up() {
    step "Wine"
    mkdir -p "$wine"
    if [ ! -e "$os" ]; then make_root; fi
    if [ ! -e "$prefix" ]; then
        say "making drive C:"
        as_root rm -rf "$prefix.new"
        (in_wine "$prefix.new" "$wine" wineboot.exe --init) >"$artifacts/wine-prefix.log" 2>&1 || {
            tail -n 15 "$artifacts/wine-prefix.log" >&2
            fail "Wine does not start; its whole log is in $artifacts/wine-prefix.log"
        }
        as_root mv "$prefix.new" "$prefix"
    fi
    say "$(as_root chroot "$os" /usr/lib/wine/wineserver --version 2>&1) is in ${wine#"$root"/}"
}

make_root() {
    local source
    can_install ||
        fail "Wine comes from Debian packages, and there is no apt-get; elsewhere run 'dotnet publish -r win-x64 --self-contained' and start the program with a Wine 10 of your own"
    install_packages mmdebstrap debian-archive-keyring
    source=$(debian_mirror)
    say "unpacking Wine of Debian trixie; this takes about a minute"
    as_root rm -rf "$os.new"
    # The clock may be far from the archive's.
    as_root mmdebstrap --mode=root --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --include=wine64 \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        trixie "$os.new" "deb [trusted=yes] $source trixie main" >"$artifacts/wine-root.log" 2>&1 </dev/null || {
        tail -n 15 "$artifacts/wine-root.log" >&2
        fail "mmdebstrap failed; its whole log is in $artifacts/wine-root.log"
    }
    as_root mv "$os.new" "$os"
}

# Becomes a Windows program: with that prefix, in that folder. The program's own variables are those whose names begin
# with RESTRICTED_RUNNER_; they are handed on in the environment and not as words, which everybody can read.
in_wine() {
    local command=(unshare --mount --pid --propagation private bash -c "$outside" bash "$inside" "$os" "$root" "$@")
    if [ "$(id -u)" = 0 ]; then exec "${command[@]}"; fi
    exec sudo "--preserve-env=$(compgen -e | grep '^RESTRICTED_RUNNER_' | paste -sd , || true)" "${command[@]}"
}

# Starts the first process of the run, and nothing else, because its first child is that. Only a wait is broken off by a
# signal, so that the child is in the background.
# shellcheck disable=SC2016
outside='
    set -euo pipefail
    exec 3<&0
    setpriv --pdeathsig KILL bash -c "$1" bash "${@:2}" <&3 3<&- &
    child=$!
    signal=
    trap "signal=2; kill -TERM $child" INT
    trap "signal=15; kill -TERM $child" TERM HUP
    status=0
    wait $child || status=$?
    if [ -n "$signal" ]; then
        wait $child || true
        exit $((128 + signal))
    fi
    exit $status'

# The kernel ends all processes of the run with this one. Runs take turns, because the programs of a prefix share one
# wineserver, which knows only the processes of its own run.
# shellcheck disable=SC2016
inside='
    set -euo pipefail
    os=$1 repository=$2 prefix=$3 folder=$4
    shift 4
    end() {
        chroot "$os" /usr/lib/wine/wineserver -k 2>/dev/null || true
        exit "$1"
    }
    trap "end 143" TERM
    mkdir -p "$prefix"
    exec 3<&0 9>"${prefix%/*}/lock"
    flock 9 & wait $!
    mount -t tmpfs tmpfs "$os/tmp"
    for shared in "$repository" "$folder"; do
        mkdir -p "$os$shared"
        mount --bind "$shared" "$os$shared"
    done
    mount -t proc proc "$os/proc"
    mount --rbind /dev "$os/dev"
    for name in $(compgen -e); do
        case "$name" in RESTRICTED_RUNNER_*) ;; *) unset "$name" ;; esac
    done
    # Wine asks for the last of these without a desktop too.
    export HOME=/root PATH=/usr/sbin:/usr/bin LANG=C.UTF-8 WINEPREFIX=$prefix WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp
    rm -rf "$prefix"/drive_c/users/*/AppData/Local/Temp/*
    chroot "$os" bash -c "cd \"\$1\" && shift && exec /usr/lib/wine/wine64 \"\$@\"" bash "$folder" "$@" <&3 3<&- &
    status=0
    wait $! || status=$?
    end "$status"'

run() {
    local folder program=$2
    folder=$(cd "$1" && pwd) || fail "there is no folder $1"
    [ -e "$folder/$program" ] || fail "there is no $program in $folder"
    [ -e "$prefix" ] || fail "Wine is not there; run build/wine.sh --set-up"
    shift 2
    in_wine "$prefix" "$folder" "$program" "$@"
}

publish() {
    ensure_dotnet
    step "Windows program of $1"
    # What an earlier build left would run too.
    rm -rf "${wine:?}/$2"
    dotnet publish "$root/tests/$1" -c Release -r win-x64 --self-contained -o "$wine/$2" --nologo -v:quiet
}

# Those two make processes and links of Linux, and wait for them.
fast_tests() {
    publish RestrictedRunner.Tests fast
    step "Tests that need no engine, under Wine"
    run "$wine/fast" RestrictedRunner.Tests.exe -parallelMode none -noColor -noLogo -trait- Tier=Long -class- '*ManyProcesses*' -class- '*BuildLink*' "$@"
}

build_tests() {
    publish RestrictedRunner.WindowsTests windows-tests
    publish RestrictedRunner.WindowsClient client
    step "The client on Linux"
    dotnet build "$root/tests/RestrictedRunner.WindowsClient" -c Release --nologo -v:quiet
}

# The client's Linux side runs them, and is there as long as they are.
tests() {
    [ -e "$wine/windows-tests" ] || fail "the tests are not built; run build/wine.sh --build-tests"
    exec dotnet exec "$root/tests/RestrictedRunner.WindowsClient/bin/Release/net10.0/docker.dll" \
        "$os" "$prefix/drive_c" "$root" \
        "$root/build/wine.sh" "$wine/windows-tests" RestrictedRunner.WindowsTests.exe -noColor -noLogo "$@"
}

case "${1:-}" in
    --set-up) set_up ;;
    --build-tests) build_tests ;;
    --tests) tests "${@:2}" ;;
    --fast-tests) fast_tests "${@:2}" ;;
    -* | '') usage ;;
    *)
        [ $# -ge 2 ] || usage
        run "$@"
        ;;
esac
