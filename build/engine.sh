#!/usr/bin/env bash
# Makes sure that a container engine answers; with --test also what the engine tests need beside it, with --newer also
# the newest engines that Debian has (--stop-newer ends them), with --remote also servers and an engine as of other
# machines (--stop-remote ends it).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for_tests=false
newer=false
remote=false
for option in "$@"; do
    case "$option" in
        --test) for_tests=true ;;
        --newer) newer=true ;;
        --stop-newer) exec "$root/build/newer-engines.sh" --stop ;;
        --remote) remote=true ;;
        --stop-remote) exec "$root/build/remote.sh" --stop ;;
        *) fail "usage: build/engine.sh [--test] [--newer] [--remote] | --stop-newer | --stop-remote" ;;
    esac
done

log=/var/log/dockerd.log

trouble=
answers() { trouble=$(docker version 2>&1 >/dev/null); }

# After an unclean end dockerd trusts its pid files too much: it refuses to start, or waits in vain for its containerd,
# when a process of that id exists at all, be it a zombie or another program that got the number since.
remove_leftovers_of_dockerd() {
    local file=/var/run/docker.pid pid try
    if [ -e "$file" ]; then
        pid=$(as_root cat "$file")
        if is_live "$pid" dockerd; then return 0; fi
        say "removing $file: its dockerd (process $pid) is gone"
        as_root rm -f "$file"
    fi

    file=/var/run/docker/containerd/containerd.pid
    if as_root test -e "$file"; then
        pid=$(as_root cat "$file")
        # A new dockerd does not get through to the containerd of its predecessor. Running containers survive its end.
        if is_live "$pid" containerd; then
            say "ending the containerd (process $pid) that the former dockerd left behind"
            as_root kill "$pid"
            for try in $(seq 1 50); do
                is_live "$pid" containerd || break
                [ "$try" -lt 40 ] || as_root kill -9 "$pid" || true
                sleep 0.1
            done
        fi
        as_root rm -f "$file"
    fi
}

started=
start_docker() {
    if [ -d /run/systemd/system ]; then
        say "starting the docker service"
        as_root systemctl start docker ||
            fail "the docker service does not start; see: journalctl -u docker -n 30"
        return 0
    fi

    remove_leftovers_of_dockerd
    if [ -e /var/run/docker.pid ]; then
        say "dockerd is running already (process $(as_root cat /var/run/docker.pid)) and does not answer yet"
        return 0
    fi
    say "starting dockerd, log in $log"
    # In a session of its own, so that it outlives this script and the terminal.
    started=$(as_root sh -c "setsid nohup dockerd >'$log' 2>&1 </dev/null & echo \$!")
}

wait_until_it_answers() {
    local try
    for try in $(seq 1 120); do
        if answers; then return 0; fi
        sleep 0.5
        # By now it has had the time to become dockerd, and to give its socket to the group docker.
        if [ "$try" -ge 6 ]; then
            explain_if_not_ours_to_start
            if [ -n "$started" ] && ! is_live "$started" dockerd; then return 1; fi
        fi
        if [ $((try % 20)) = 0 ]; then say "still waiting for the engine"; fi
    done
    return 1
}

# Starting a daemon would not help these.
explain_if_not_ours_to_start() {
    if [ -n "${DOCKER_HOST:-}${DOCKER_CONTEXT:-}" ]; then
        fail "the engine named by DOCKER_HOST or DOCKER_CONTEXT (${DOCKER_HOST:-$DOCKER_CONTEXT}) does not answer; start it, or unset the variable"
    fi
    case "$trouble" in
        *'permission denied'*)
            fail "a docker daemon is there, but $(id -un) may not talk to it; run 'sudo usermod -aG docker $(id -un)' and log in again"
            ;;
    esac
}

ensure_docker() {
    step "Container engine"
    if answers; then
        say "using the one that is running: $(docker version --format 'engine {{.Server.Version}}')"
        return 0
    fi

    if command -v docker >/dev/null; then explain_if_not_ours_to_start; fi
    case "$(uname -s)" in
        Linux) can_install || fail "no container engine answers; install Docker Engine (Fedora: 'dnf install moby-engine', Arch: 'pacman -S docker'), then 'systemctl start docker'" ;;
        Darwin) fail "no container engine answers; install Docker Desktop or colima ('brew install colima docker'), start it and try again" ;;
        *) fail "no container engine answers; install Docker Desktop, start it and try again" ;;
    esac

    if ! command -v dockerd >/dev/null || ! command -v iptables >/dev/null; then
        install_packages docker.io iptables
    fi
    # Newer Debian releases have the client in a package of its own.
    if ! command -v docker >/dev/null; then install_packages docker-cli; fi

    start_docker
    if ! wait_until_it_answers; then
        if [ -n "$started" ]; then as_root tail -n 15 "$log" >&2; fi
        fail "the docker daemon does not answer: $trouble"
    fi
    say "it answers: $(docker version --format 'engine {{.Server.Version}}')"
}

# Podman's own defaults ask for systemd and for raised limits; containers and plain sandboxes have neither.
ensure_podman_works() {
    local conf=$artifacts/containers.conf probe=$artifacts/podman-probe
    provide_busybox
    mkdir -p "$probe/bin"
    cp "$artifacts/busybox" "$probe/bin/busybox"
    if env -u CONTAINERS_CONF podman run --rm --rootfs "$probe" /bin/busybox true >/dev/null 2>&1 </dev/null; then
        rm -f "$conf"
        say "podman works with its own settings"
    else
        cat >"$conf" <<'CONF'
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
CONF
        CONTAINERS_CONF=$conf podman run --rm --rootfs "$probe" /bin/busybox true </dev/null ||
            fail "podman cannot run a container here, with $conf neither"
        say "podman works with CONTAINERS_CONF=$conf"
    fi
    rm -rf "$probe"
}

# Real ordinary users: one who may use docker and run rootless engines, and one who may not.
ensure_test_users() {
    local user
    for user in rr-tester rr-stranger; do
        if ! id "$user" >/dev/null 2>&1; then
            say "adding the user $user"
            # With numbers for the users of its containers (/etc/subuid), which a --system user does not get.
            as_root useradd --create-home --shell /usr/sbin/nologin --comment 'tests of RestrictedRunner.Build' "$user"
        fi
    done
    as_root usermod --append --groups docker rr-tester
}

ensure_test_tools() {
    step "What the engine tests need: podman, rootlesskit, a registry, htpasswd, ordinary users"
    can_install ||
        fail "install podman, rootlesskit, the registry of the 'distribution' project and htpasswd (apache utils) by hand, then try again"
    install_packages podman runc crun fuse-overlayfs uidmap slirp4netns catatonit rootlesskit docker-registry apache2-utils curl
    ensure_test_users
    ensure_podman_works
}

ensure_docker
if $for_tests; then ensure_test_tools; fi
if $newer; then "$root/build/newer-engines.sh"; fi
if $remote; then "$root/build/remote.sh"; fi
