# shellcheck shell=bash
# What the scripts beside this file share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
artifacts=$root/artifacts
mkdir -p "$artifacts"

# Debian leaves these out of an ordinary user's PATH, and dockerd and iptables live there.
PATH=$PATH:/usr/sbin:/sbin

step() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
fail() {
    printf '\nerror: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

# Whether the process is that program and alive; a zombie still has its id and its name.
is_live() {
    local pid=$1 program=$2
    case "$(sed -n 's/^\(Name\|State\):\t//p' "/proc/$pid/status" 2>/dev/null | tr '\n' ' ')" in
        "$program Z"* | "$program X"*) return 1 ;;
        "$program "*) return 0 ;;
        *) return 1 ;;
    esac
}

# Installs those of the named Debian packages that are not there yet.
# Installed ones cost no root and no network, so a prepared machine works offline.
install_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    say "installing ${missing[*]}"
    local log=$artifacts/apt.log
    # The lock timeout is for machines whose own unattended upgrades run just now.
    if ! { as_root apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
            install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        fail "could not install ${missing[*]}; the whole log is in $log"
    fi
}

# As install_packages does, for packages whose services the machine is not to start.
install_packages_without_services() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [ -e "$policy" ] || dpkg-query -W "$@" >/dev/null 2>&1; then
        install_packages "$@"
        return 0
    fi
    # Debian's packages ask this program before they start a service.
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1"; chmod 755 "$1"' sh "$policy"
    (install_packages "$@") || status=$?
    as_root rm -f "$policy"
    [ "$status" = 0 ] || exit "$status"
}

# Where this machine gets its Debian packages from.
debian_mirror() {
    { cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true; } |
        sed -n -e 's/^URIs: //p' -e 's/^deb \(\[[^]]*\] \)\?\(http[^ ]*debian\/\?\) .*/\2/p' | head -n 1 | grep . ||
        fail "no source of Debian's packages is in /etc/apt/sources.list.d/debian.sources or /etc/apt/sources.list"
}

# Leaves a static busybox in artifacts/. The Debian package is unpacked, not installed: it would displace the
# machine's own busybox.
provide_busybox() {
    if [ -x "$artifacts/busybox" ]; then return 0; fi
    local folder
    folder=$(mktemp -d)
    (
        cd "$folder"
        apt-get download -q busybox-static || { as_root apt-get update -q && apt-get download -q busybox-static; }
    ) >"$artifacts/apt.log" 2>&1 || { tail -n 15 "$artifacts/apt.log" >&2; fail "could not download the Debian package busybox-static"; }
    dpkg-deb -x "$folder"/busybox-static_*.deb "$folder/content"
    install -m 755 "$folder/content/bin/busybox" "$artifacts/busybox"
    rm -rf "$folder"
}

ensure_dotnet() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
    command -v dotnet >/dev/null ||
        fail "the .NET SDK is missing; install $wanted or a later feature band of it (https://dotnet.microsoft.com/download)"
    # global.json counts in the folder that dotnet starts in.
    (cd "$root" && dotnet --version >/dev/null 2>&1) ||
        fail "global.json asks for .NET SDK $wanted or a later feature band of it, and only these are installed: $(cd / && dotnet --list-sdks | cut -d ' ' -f 1 | tr '\n' ' ')"
}
