#!/usr/bin/env bash
# Brings up the newest engines that Debian has, beside the one of this machine and without installing anything into it:
# docker with both image stores and both runtimes, podman, and docker's client on podman's socket. May be run again.
# Each is a client in artifacts/engines/clients; one docker and one podman that do not see this machine's files are
# clients in artifacts/engines/remote-clients. With --stop ends them.
#
# Their programs are those of Debian's suite sid, unpacked into a folder. Each engine is started with that folder as its
# root, in namespaces of its own for mounts and network; only the repository and the folder of temporary files are
# shared, for what is mounted into containers, and with the last two not even these. A process number in a file is what
# ends it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

engines=$artifacts/engines
os=$engines/root
shared=("${TMPDIR:-/tmp}" "$root")
busybox=busybox:latest
dockers=(docker-runc docker-crun docker-containerd-runc docker-containerd-crun)

folder_of() { printf '%s\n' "$engines/$1"; }
client_of() {
    case "$1" in
        *-remote) printf '%s\n' "$engines/remote-clients/$1" ;;
        *) printf '%s\n' "$engines/clients/$1" ;;
    esac
}

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

# Starts a program as in a machine of its own, which sees the shared folders, and prints its process number.
# pivot_root and not only chroot: runc refuses to work in a root that is no mount point.
# The second hierarchy of control groups of a hybrid machine is hidden, because crun would refuse to work with both.
launch() {
    local log=$1
    shift
    # shellcheck disable=SC2016
    as_root sh -c 'log=$1; shift; setsid nohup "$@" >"$log" 2>&1 </dev/null & echo $!' sh "$log" \
        unshare --mount --net --propagation private sh -euc '
            root=$1; shift
            mount --bind "$root" "$root"
            while [ "$1" != -- ]; do
                mkdir -p "$root$1"
                mount --rbind "$1" "$root$1"
                shift
            done
            shift
            mount -t tmpfs tmpfs "$root/run"
            "$root/bin/busybox" ip link set lo up
            if [ -d /sys/fs/cgroup/unified ]; then umount "$root/sys/fs/cgroup/unified"; fi
            cd "$root"
            pivot_root . .old
            exec /bin/busybox env -i PATH=/usr/sbin:/usr/bin HOME=/root /bin/busybox sh -c "umount -l /.old; exec \"\$@\"" sh "$@"
        ' sh "$os" /proc /sys /dev "${shared[@]}" -- "$@"
}

# Whether the process of that file is there, and the program that it was.
runs() {
    local file
    file=$(folder_of "$1")/$2.pid
    [ -s "$file" ] && is_live "$(cat "$file")" "$2"
}

# Of bash, which hands on variables whose names are no words of a shell.
client() {
    local file
    file=$(client_of "$1")
    mkdir -p "${file%/*}"
    cat >"$file.new"
    chmod 755 "$file.new"
    mv "$file.new" "$file"
}

answers() { "$(client_of "$1")" version >/dev/null 2>&1; }

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
    local name=$1 folder store=false runtime=runc
    folder=$(folder_of "$name")
    mkdir -p "$folder"
    client "$name" <<CLIENT
#!/bin/bash
export DOCKER_HOST=unix://$folder/socket
exec $os/usr/bin/docker "\$@"
CLIENT
    if runs "$name" dockerd; then return 0; fi
    case "$name" in *-containerd-*) store=true ;; esac
    case "$name" in *-crun) runtime=crun ;; esac
    printf '{"features": {"containerd-snapshotter": %s}, "runtimes": {"crun": {"path": "/usr/bin/crun"}}, "default-runtime": "%s"}\n' \
        "$store" "$runtime" >"$folder/daemon.json"
    launch "$folder/log" dockerd --config-file "$folder/daemon.json" --host "unix://$folder/socket" --group "$(id -g)" \
        --data-root "$folder/data" --exec-root /run/docker --pidfile /run/docker.pid >"$folder/dockerd.pid"
}

settings_of_podman() {
    local folder=$1
    mkdir -p "$folder"
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
    printf 'CONTAINERS_CONF=%s CONTAINERS_STORAGE_CONF=%s PODMAN_IGNORE_CGROUPSV1_WARNING=1\n' "$folder/containers.conf" "$folder/storage.conf"
}

# Podman has no daemon: a process that does nothing holds the namespaces, and the client enters them.
start_podman() {
    local folder conf
    folder=$(folder_of podman-crun)
    conf=$(settings_of_podman "$folder")
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
            "$(client_of podman-crun)" system service --time=0 "unix://$engines/compat/socket" >"$engines/compat/podman.pid"
    fi
}

# With a service it is an engine for a client elsewhere, which the variable is to tell so.
start_remote_podman() {
    local folder conf
    folder=$(folder_of podman-remote)
    conf=$(settings_of_podman "$folder")
    client podman-remote <<CLIENT
#!/bin/bash
export CONTAINER_HOST=unix://$folder/socket
exec $(echo "$os"/usr/lib*/ld-linux-*.so.*) --library-path $(echo "$os"/usr/lib/*-linux-gnu*) --argv0 podman $os/usr/bin/podman "\$@"
CLIENT
    if runs podman-remote podman; then return 0; fi
    # shellcheck disable=SC2086
    launch "$folder/log" /bin/busybox env $conf podman system service --time=0 "unix://$folder/socket" >"$folder/podman.pid"
}

# Those that see no folder of this machine but the one that their socket is in.
start_remote() {
    local shared=("$(folder_of docker-remote)")
    mkdir -p "${shared[0]}"
    start_docker docker-remote
    shared=("$(folder_of podman-remote)")
    mkdir -p "${shared[0]}"
    start_remote_podman
}

load() {
    local client
    client=$(client_of "$1")
    "$client" image inspect "$busybox" >/dev/null 2>&1 && return 0
    "$client" load -q -i "$engines/busybox.tar" >/dev/null
    # Podman files it under localhost/; the public name is what other programs spell out.
    case "$1" in podman-*) "$client" tag "$busybox" "docker.io/library/$busybox" ;; esac
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
    mkdir -p "$engines"
    unpack
    for name in "${dockers[@]}"; do start_docker "$name"; done
    start_podman
    start_remote
    docker image inspect "$busybox" >/dev/null 2>&1 || "$root/build/images.sh"
    docker save "$busybox" >"$engines/busybox.tar"
    for name in "${dockers[@]}"; do
        wait_for "$name" dockerd
        load "$name"
        say "$name: docker $("$(client_of "$name")" version --format '{{.Server.Version}}')"
    done
    load podman-crun
    say "podman-crun: podman $("$(client_of podman-crun)" version --format '{{.Client.Version}}')"
    wait_for docker-remote dockerd
    wait_for podman-remote podman
    load docker-remote
    load podman-remote
    say "docker-remote, podman-remote: the same two, which do not see this machine's files"
    "$(client_of docker-compat)" image inspect "$busybox" >/dev/null || fail "docker-compat does not answer; its log is $engines/compat/log"
    say "docker-compat: docker $("$(client_of docker-compat)" version --format '{{.Client.Version}}') on the same"
}

stop() {
    local name
    step "Ending the newer engines"
    if runs podman-crun sleep; then "$(client_of podman-crun)" rm --all --force --time 0 >/dev/null || true; fi
    end "$engines/compat/podman.pid" podman
    end "$(folder_of podman-crun)/sleep.pid" sleep
    end "$(folder_of podman-remote)/podman.pid" podman
    for name in "${dockers[@]}" docker-remote; do end "$(folder_of "$name")/dockerd.pid" dockerd; done
    rm -rf "$engines/clients" "$engines/remote-clients"
}

case "${1:-}" in
    '') start ;;
    --stop) stop ;;
    *) fail "usage: build/newer-engines.sh [--stop]" ;;
esac
