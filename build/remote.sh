#!/usr/bin/env bash
# What tests need of other machines, from Debian packages and on the loopback only. May be run again.
#
#   build/remote.sh          in artifacts/remote/bin the programs of a server of the Remote Execution API and of its
#                            clients, which tests start; and an engine that does not see this machine's files
#   build/remote.sh --engine that engine alone, which needs no download
#   build/remote.sh --stop   ends it
#
# The engine is a second one of this machine's programs, in namespaces of its own: for mounts, so that the repository and
# the folders of temporary files and of the user are empty there; for the network and for processes. It is reached by
# the socket artifacts/remote/engine/docker.sock, by TCP, and by ssh, whose far end is in the same namespaces. Ports and
# process numbers are in files beside the socket. All of it ends with the one process that holds the namespaces.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

remote=$artifacts/remote
os=$remote/root
engine=$remote/engine
busybox=busybox:latest
context=restricted-runner-remote

# Nothing of the newer suite is installed: each of its programs is started by the loader that it was built for.
unpack_buildbox() {
    local source loader libraries program
    if [ ! -e "$os/ready" ]; then
        source=$(debian_mirror)
        say "unpacking buildbox of Debian sid; this takes about 20 seconds"
        as_root rm -rf "$os"
        # The clock may be far from the archive's.
        as_root mmdebstrap --mode=root --variant=extract --aptopt='Acquire::Check-Valid-Until "false"' \
            --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --include=buildbox \
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
            sid "$os" "deb [trusted=yes] $source sid main" >"$artifacts/remote.log" 2>&1 </dev/null || {
            tail -n 15 "$artifacts/remote.log" >&2
            fail "mmdebstrap could not bring buildbox of Debian's suite sid from $source; its whole log is in $artifacts/remote.log. Try again when the mirror answers: sid changes by the hour. Or copy artifacts/remote/root of another checkout here"
        }
        as_root touch "$os/ready"
    fi
    loader=$(echo "$os"/usr/lib*/ld-linux-*.so.*)
    libraries=$(echo "$os"/usr/lib/*-linux-gnu*)
    mkdir -p "$remote/bin"
    for program in buildbox-casd buildbox-fuse buildbox-run-bubblewrap buildbox-run-hosttools bwrap casupload casdownload recc trexe; do
        printf '#!/bin/sh\nexec "%s" --library-path "%s" --argv0 %s "%s" "$@"\n' "$loader" "$libraries" "$program" "$os/usr/bin/$program" >"$remote/bin/$program.new"
        chmod 755 "$remote/bin/$program.new"
        mv "$remote/bin/$program.new" "$remote/bin/$program"
    done
    say "the programs of buildbox are in ${remote#"$root"/}/bin"
}

# Whether the process of that file is there, and is what this checkout started: numbers are used again.
runs() {
    local pid
    pid=$(cat "$engine/$1.pid" 2>/dev/null) && is_live "$pid" "$2" && grep -qF "$engine" "/proc/$pid/cmdline"
}

# Starts a program that outlives this script and the terminal, and notes its process number.
launch() {
    local name=$1
    shift
    # shellcheck disable=SC2016
    as_root sh -c 'log=$1; shift; setsid nohup "$@" >"$log" 2>&1 </dev/null & echo $!' sh "$engine/$name.log" "$@" >"$engine/$name.pid"
}

# The first process of the engine's namespaces: dockerd.
first_process() { tr -d ' ' <"/proc/$(cat "$engine/machine.pid")/task/$(cat "$engine/machine.pid")/children"; }

on_engine() { env -u DOCKER_HOST -u DOCKER_CONTEXT docker --host "unix://$engine/docker.sock" "$@"; }

start_dockerd() {
    if runs machine unshare; then return 0; fi
    rm -f "$engine/docker.sock"
    echo '{}' >"$engine/daemon.json"
    # shellcheck disable=SC2016
    launch machine unshare --mount --net --uts --pid --fork --kill-child --mount-proc --propagation private sh -euc '
        engine=$1 group=$2 busybox=$3
        shift 3
        "$busybox" hostname remote-engine
        "$busybox" ip link set lo up
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir -p /run/remote /run/sshd
        mount --bind "$engine" /run/remote
        for folder in "$@"; do
            mkdir -p "$folder"
            mount -t tmpfs -o mode=1777 tmpfs "$folder"
        done
        exec env -i PATH=/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/sbin:/bin HOME=/root dockerd --config-file /run/remote/daemon.json \
            --host unix:///run/docker.sock --host unix:///run/remote/docker.sock --group "$group" \
            --data-root /run/remote/data --exec-root /run/docker --pidfile /run/docker.pid --shutdown-timeout 2
        ' sh "$engine" "$(id -g)" "$artifacts/busybox" "$HOME" "${TMPDIR:-/tmp}" /tmp /var/tmp "$root"
}

wait_for_dockerd() {
    for _ in $(seq 1 300); do
        if on_engine version >/dev/null 2>&1; then return 0; fi
        runs machine unshare || break
        sleep 0.1
    done
    tail -n 15 "$engine/machine.log" >&2
    fail "the remote engine does not answer; its log is $engine/machine.log"
}

load_image() {
    local id
    docker image inspect "$busybox" >/dev/null 2>&1 || "$root/build/images.sh"
    id=$(docker image inspect --format '{{.Id}}' "$busybox")
    if [ "$(on_engine image inspect --format '{{.Id}}' "$busybox" 2>/dev/null)" != "$id" ]; then
        docker save "$busybox" | on_engine load -q >/dev/null
    fi
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Starts a server on a port that is free, below those that the system gives to clients.
serve() {
    local name=$1 program=$2 port
    shift 2
    if runs "$name" "$program"; then return 0; fi
    for _ in $(seq 1 20); do
        port=$((20000 + RANDOM % 12000))
        if listens "$port"; then continue; fi
        "$@" "$port"
        for _ in $(seq 1 100); do
            runs "$name" "$program" || break
            if listens "$port"; then
                echo "$port" >"$engine/$name.port"
                return 0
            fi
            sleep 0.05
        done
    done
    tail -n 15 "$engine/$name.log" >&2
    fail "$name of the remote engine does not listen; its log is $engine/$name.log"
}

start_tcp() {
    # Who has nothing to say any more still waits for the answer: a client without standard input hangs up its half at once.
    launch tcp socat -t 86400 "TCP-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr,nodelay" "UNIX-CONNECT:$engine/docker.sock"
}

start_ssh() {
    local ssh=$engine/ssh key
    mkdir -p "$ssh"
    for key in host-key key; do
        if [ ! -e "$ssh/$key" ]; then ssh-keygen -q -t ed25519 -N '' -C restricted-runner-tests -f "$ssh/$key"; fi
    done
    cp "$ssh/key.pub" "$ssh/authorized-keys"
    printf '[127.0.0.1]:%s %s\n' "$1" "$(cut -d ' ' -f 1,2 "$ssh/host-key.pub")" >"$ssh/known-hosts"
    cat >"$ssh/server" <<SERVER
ListenAddress 127.0.0.1:$1
HostKey /run/remote/ssh/host-key
AuthorizedKeysFile /run/remote/ssh/authorized-keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxSessions 100
MaxStartups 100
SERVER
    cat >"$ssh/client" <<CLIENT
Host *
    IdentityFile "$ssh/key"
    IdentitiesOnly yes
    UserKnownHostsFile "$ssh/known-hosts"
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    BatchMode yes
CLIENT
    # Another user's key is one that ssh refuses to use.
    if [ "$(id -u)" = 0 ]; then chown root "$ssh/host-key"; fi
    # The last word is for those who look for this process.
    # shellcheck disable=SC2016
    launch ssh nsenter --mount --pid --uts --target "$(first_process)" sh -c 'exec "$(command -v sshd)" -D -e -f /run/remote/ssh/server' sh "$engine"
}

# Docker's client takes ssh from PATH, and contexts from a folder that a variable names.
describe() {
    local user
    user=$(id -un)
    mkdir -p "$engine/path" "$engine/docker-config"
    printf '#!/bin/sh\nexec "%s" -F "%s" "$@"\n' "$(command -v ssh)" "$engine/ssh/client" >"$engine/path/ssh"
    chmod 755 "$engine/path/ssh"
    echo "$user" >"$engine/ssh.user"
    client docker-tcp "DOCKER_HOST=tcp://127.0.0.1:$(cat "$engine/tcp.port")"
    client docker-ssh "DOCKER_HOST=ssh://$user@127.0.0.1:$(cat "$engine/ssh.port") PATH=$engine/path:\$PATH"
    describe_context "$context" "tcp://127.0.0.1:$(cat "$engine/tcp.port")"
    describe_context "$context-ssh" "ssh://$user@127.0.0.1:$(cat "$engine/ssh.port")"
}

# Of bash, which hands on variables whose names are no words of a shell.
client() {
    printf '#!/bin/bash\nunset DOCKER_CONTEXT\nexport %s\nexec "%s" "$@"\n' "$2" "$(command -v docker)" >"$engine/$1.new"
    chmod 755 "$engine/$1.new"
    mv "$engine/$1.new" "$engine/$1"
}

describe_context() {
    local way=update
    docker --config "$engine/docker-config" context inspect "$1" >/dev/null 2>&1 || way=create
    docker --config "$engine/docker-config" context "$way" "$1" --docker "host=$2" >/dev/null 2>&1
}

start() {
    step "Servers and an engine of other machines"
    can_install || fail "install nginx, openssh-server, socat, docker-registry and mmdebstrap by hand, then try again"
    install_packages_without_services nginx openssh-server openssh-client socat docker-registry mmdebstrap debian-archive-keyring
    mkdir -p "$engine"
    if [ "$1" = servers ]; then unpack_buildbox; fi
    provide_busybox
    start_dockerd
    wait_for_dockerd
    load_image
    serve tcp socat start_tcp
    serve ssh nsenter start_ssh
    describe
    say "an engine $(on_engine version --format '{{.Server.Version}}') that does not see this machine's files: tcp://127.0.0.1:$(cat "$engine/tcp.port"), ssh://$(cat "$engine/ssh.user")@127.0.0.1:$(cat "$engine/ssh.port")"
}

end() {
    local name=$1 program=$2 pid end=$3
    if runs "$name" "$program"; then
        pid=$(cat "$engine/$name.pid")
        as_root kill "$end"
        for _ in $(seq 1 150); do
            is_live "$pid" "$program" || break
            sleep 0.1
        done
        if is_live "$pid" "$program"; then as_root kill -9 "$pid"; fi
    fi
    rm -f "$engine/$name.pid" "$engine/$name.port"
}

stop() {
    step "Ending the engine of another machine"
    if runs tcp socat; then end tcp socat "$(cat "$engine/tcp.pid")"; fi
    if runs machine unshare; then
        # It stops its containers before it ends, and all else that is in its namespaces ends with it.
        end machine unshare "$(first_process)"
        say "ended"
    fi
    rm -f "$engine"/*.pid "$engine"/*.port
}

case "${1:-}" in
    '') start servers ;;
    --engine) start engine ;;
    --stop) stop ;;
    *) fail "usage: build/remote.sh [--engine | --stop]" ;;
esac
