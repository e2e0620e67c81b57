# shellcheck shell=bash
# What the scripts beside this file share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
artifacts=$root/artifacts
mkdir -p "$artifacts"

# Debian leaves these out of an ordinary user's PATH, and dockerd, iptables and debootstrap live there.
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
