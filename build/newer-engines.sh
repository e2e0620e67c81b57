#!/usr/bin/env bash
# Brings up the newest engines that Debian has, beside the one of this machine and without installing anything into it:
# docker with both image stores and both runtimes, podman, and docker's client on podman's socket. May be run again.
# Each is a client in artifacts/engines/clients. With --stop ends them.
#
# Their programs are those of Debian's suite sid, unpacked into a folder. Each engine is started with that folder as its
# root, in namespaces of its own for mounts and network; only the repository and the folder of temporary files are
# shared, for what is mounted into containers. A process number in a file is what ends it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

engines=$artifacts/engines
os=$engines/root
clients=$engines/clients
shared=${TMPDIR:-/tmp}
busybox=busybox:latest
dockers=(docker-runc docker-crun docker-containerd-runc docker-containerd-crun)

folder_of() { printf '%s\n' "$engines/$1"; }

# The programs, and what the scripts and settings of their packages would have made.
unpack() {
    local source
    if [ -e "$os/ready" ]; then return 0; fi
    can_install || fail "the newer engines come from Debian packages, and there is no apt-get"
    install_packages mmdebstrap debian-archive-keyring
    provide_busybox
    source=$(debian_mirror)
    say "unpacking docker and podman of Debian sid; this takes about half a minute"
    as_root rm -rf "$os"
    # The clock may be far from the archive's. There is no need for what is essential to a whole system, nor to set up
    # what is unpacked.
    as_root mmdebstrap --mode=root --variant=extract --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --include=docker.io,docker-cli,containerd,runc,crun,podman,conmon,netavark,iptables,catatonit,tini \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        sid "$os" "deb [trusted=yes] $source sid main" >"$artifacts/newer-engines.log" 2>&1 </dev/null || {
        tail -n 15 "$artifacts/newer-engines.log" >&2
        fail "mmdebstrap failed; its whole log is in $artifacts/newer-engines.log"
    }
    as_root sh -euc '
        cd "$1"
        for folder in bin sbin lib lib64; do ln -sfn usr/$folder $folder; done
        install -m 755 "$2" usr/bin/busybox
        ln -s busybox usr/bin/sh
        for name in iptables ip6tables; do
            for end in "" -save -restore; do ln -sf xtables-nft-multi usr/sbin/$name$end; done
        done
        echo root:x:0:0:root:/root:/bin/sh >etc/passwd
        echo root:x:0: >etc/group
        mkdir -p root run proc sys .old var/tmp
        touch ready' sh "$os" "$artifacts/busybox"
}

# Starts a program as in a machine of its own, and prints its process number.
# pivot_root and not only chroot: runc refuses to work in a root that is no mount point.
# The second hierarchy of control groups of a hybrid machine is hidden, because crun would refuse to work with both.
launch() {
    local log=$1
    shift
    # shellcheck disable=SC2016
    as_root sh -c 'log=$1; shift; setsid nohup "$@" >"$log" 2>&1 </dev/null & echo $!' sh "$log" \
        unshare --mount --net --propagation private sh -euc '
            root=$1; shared=$2; own=$3; shift 3
            mount --bind "$root" "$root"
            for folder in /proc /sys /dev "$shared" "$own"; do
                mkdir -p "$root$folder"
                mount --rbind "$folder" "$root$folder"
            done
            mount -t tmpfs tmpfs "$root/run"
            "$root/bin/busybox" ip link set lo up
            if [ -d /sys/fs/cgroup/unified ]; then umount "$root/sys/fs/cgroup/unified"; fi
            cd "$root"
            pivot_root . .old
            exec /bin/busybox env -i PATH=/usr/sbin:/usr/bin HOME=/root /bin/busybox sh -c "umount -l /.old; exec \"\$@\"" sh "$@"
        ' sh "$os" "$shared" "$root" "$@"
}

# Whether the process of that file is there, and the program that it was.
runs() {
    local file
    file=$(folder_of "$1")/$2.pid
    [ -s "$file" ] && is_live "$(cat "$file")" "$2"
}

# Of bash, which hands on variables whose names are no words of a shell.
client() {
    cat >"$clients/$1.new"
    chmod 755 "$clients/$1.new"
    mv "$clients/$1.new" "$clients/$1"
}

answers() { "$clients/$1" version >/dev/null 2>&1; }

wait_for() {
    local name=$1 program=$2
    for _ in $(seq 1 300); do
        if answers "$name"; then return 0; fi
        runs "$name" "$program" || break
        sleep 0.1
    done
    tail -n 15 "$(folder_of "$name")/log" >&2
    fail "$name does not answer; its log is $(folder_of "$name")/log"
}

start_docker() {
    local name=$1 folder store=false
    folder=$(folder_of "$name")
    mkdir -p "$folder"
    client "$name" <<CLIENT
#!/bin/bash
export DOCKER_HOST=unix://$folder/socket
exec $os/usr/bin/docker "\$@"
CLIENT
    if runs "$name" dockerd; then return 0; fi
    case "$name" in *-containerd-*) store=true ;; esac
    printf '{"features": {"containerd-snapshotter": %s}, "runtimes": {"crun": {"path": "/usr/bin/crun"}}, "default-runtime": "%s"}\n' \
        "$store" "${name##*-}" >"$folder/daemon.json"
    launch "$folder/log" dockerd --config-file "$folder/daemon.json" --host "unix://$folder/socket" --group "$(id -g)" \
        --data-root "$folder/data" --exec-root /run/docker --pidfile /run/docker.pid >"$folder/dockerd.pid"
}

# Podman has no daemon: a process that does nothing holds the namespaces, and the client enters them.
start_podman() {
    local folder conf
    folder=$(folder_of podman-crun)
    mkdir -p "$folder"
    conf="CONTAINERS_CONF=$folder/containers.conf CONTAINERS_STORAGE_CONF=$folder/storage.conf PODMAN_IGNORE_CGROUPSV1_WARNING=1"
    cat >"$folder/containers.conf" <<'CONF'
[engine]
cgroup_manager = "cgroupfs"
runtime = "crun"
events_logger = "file"
database_backend = "sqlite"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[network]
firewall_driver = "iptables"
CONF
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/data"\nrunroot = "/run/storage"\n' "$folder" >"$folder/storage.conf"
    client podman-crun <<CLIENT
#!/bin/bash
export $conf PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec nsenter --mount --net --wdns="\$PWD" --target "\$(cat $folder/sleep.pid)" podman "\$@"
CLIENT
    # Docker's client takes nothing from its environment but where the engine is. Neither its name nor its text has the
    # word podman, by which the runner knows that program.
    client docker-compat <<CLIENT
#!/bin/bash
export DOCKER_HOST=unix://$engines/compat/socket
exec $os/usr/bin/docker "\$@"
CLIENT
    if ! runs podman-crun sleep; then
        # Busybox takes the word that it is called by for the program.
        ln -sf busybox "$os/usr/bin/sleep"
        launch "$folder/log" sleep 2147483647 >"$folder/sleep.pid"
    fi
    wait_for podman-crun sleep
    mkdir -p "$engines/compat"
    if ! runs compat podman; then
        as_root sh -c 'log=$1; shift; setsid nohup "$@" >"$log" 2>&1 </dev/null & echo $!' sh "$engines/compat/log" \
            "$clients/podman-crun" system service --time=0 "unix://$engines/compat/socket" >"$engines/compat/podman.pid"
    fi
}

load() {
    "$clients/$1" image inspect "$busybox" >/dev/null 2>&1 && return 0
    "$clients/$1" load -q -i "$engines/busybox.tar" >/dev/null
    # Podman files it under localhost/; the public name is what other programs spell out.
    case "$1" in podman-*) "$clients/$1" tag "$busybox" "docker.io/library/$busybox" ;; esac
}

end() {
    local file=$1 program=$2 pid
    [ -s "$file" ] || return 0
    pid=$(cat "$file")
    if is_live "$pid" "$program"; then
        as_root kill "$pid"
        for _ in $(seq 1 150); do
            is_live "$pid" "$program" || break
            sleep 0.1
        done
        if is_live "$pid" "$program"; then as_root kill -9 "$pid"; fi
        say "ended $program (process $pid)"
    fi
    rm -f "$file"
}

start() {
    step "Newer engines"
    mkdir -p "$clients"
    unpack
    for name in "${dockers[@]}"; do start_docker "$name"; done
    start_podman
    docker image inspect "$busybox" >/dev/null 2>&1 || "$root/build/images.sh"
    docker save "$busybox" >"$engines/busybox.tar"
    for name in "${dockers[@]}"; do
        wait_for "$name" dockerd
        load "$name"
        say "$name: docker $("$clients/$name" version --format '{{.Server.Version}}')"
    done
    load podman-crun
    say "podman-crun: podman $("$clients/podman-crun" version --format '{{.Client.Version}}')"
    "$clients/docker-compat" image inspect "$busybox" >/dev/null || fail "docker-compat does not answer; its log is $engines/compat/log"
    say "docker-compat: docker $("$clients/docker-compat" version --format '{{.Client.Version}}') on the same"
}

stop() {
    local name
    step "Ending the newer engines"
    if runs podman-crun sleep; then "$clients/podman-crun" rm --all --force --time 0 >/dev/null || true; fi
    end "$engines/compat/podman.pid" podman
    end "$(folder_of podman-crun)/sleep.pid" sleep
    for name in "${dockers[@]}"; do end "$(folder_of "$name")/dockerd.pid" dockerd; done
    rm -rf "$clients"
}

case "${1:-}" in
    '') start ;;
    --stop) stop ;;
    *) fail "usage: build/newer-engines.sh [--stop]" ;;
esac
