#!/usr/bin/env bash
# Makes sure that the images of samples and tests are there under their public names: those the engine has stay,
# others are pulled, and where no registry can be reached equivalents are made from Debian packages.
# With --podman also gives podman the busybox image.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

busybox=busybox:latest
gcc=gcc:12
protoc=rvolosatovs/protoc:4.1.0

for_podman=false
case "${1:-}" in
    '') ;;
    --podman) for_podman=true ;;
    *) fail "usage: build/images.sh [--podman]" ;;
esac

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

registry=unknown

# A registry that cannot be reached shows by silence just as often as by an error. Only the first answer has to come
# soon ("Pulling from"); the layers after it may take as long as the line needs.
pull() {
    local image=$1 log=$work/pull.log pid
    if [ "$registry" = unreachable ]; then return 1; fi

    say "pulling $image"
    docker pull "$image" >"$log" 2>&1 </dev/null &
    pid=$!
    for _ in $(seq 1 40); do
        if grep -q 'Pulling from' "$log" || ! kill -0 "$pid" 2>/dev/null; then break; fi
        sleep 0.25
    done
    if grep -q 'Pulling from' "$log"; then
        say "the registry has it, downloading"
    else
        kill "$pid" 2>/dev/null || true
    fi
    if wait "$pid"; then return 0; fi

    # With one of these the registry did answer, so that the next image may well be there.
    if ! grep -qiE 'not found|manifest unknown|denied|unauthorized' "$log"; then registry=unreachable; fi
    say "that did not work: $(tail -n 1 "$log" | grep . || echo 'the registry does not answer')"
    return 1
}

can_make() {
    can_install || fail "$1 can neither be pulled nor, without apt-get, be made here; connect to a registry or 'docker load' it, then try again"
}

import() {
    local image=$1
    shift
    docker import --change 'LABEL restricted-runner.substitute=true' \
        --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$@" - "$image" >/dev/null
    say "made $image"
}

make_busybox() {
    say "making $busybox from the Debian package busybox-static"
    provide_busybox
    local rootfs=$work/busybox applet
    mkdir -m 755 "$rootfs"
    mkdir "$rootfs"/{bin,dev,etc,home,proc,root,sys,tmp,usr,var}
    mkdir "$rootfs"/usr/{bin,sbin} "$rootfs"/var/{spool,www}
    chmod 700 "$rootfs/root"
    chmod 1777 "$rootfs/tmp"
    for applet in $("$artifacts/busybox" --list); do ln -s busybox "$rootfs/bin/$applet"; done
    # Last and in place of a link, because busybox lists itself among its applets.
    cp --remove-destination "$artifacts/busybox" "$rootfs/bin/busybox"
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/home:/bin/false' >"$rootfs/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nobody:x:65534:' >"$rootfs/etc/group"

    tar -C "$rootfs" --numeric-owner --owner=0 --group=0 -c . | import "$busybox" --change 'CMD ["sh"]'
}

# gcc and protoc share one file system, since each costs half a minute to put together.
# mmdebstrap and not debootstrap: the same result in two thirds of the time, and it leaves no mounts to clean up.
make_debian_images() {
    say "making $* from Debian packages; this takes about half a minute"
    install_packages mmdebstrap debian-archive-keyring
    local rootfs=$work/debian.tar log=$artifacts/mmdebstrap.log image
    if ! as_root mmdebstrap --variant=minbase --include=gcc,libc6-dev,make,protobuf-compiler,libprotobuf-dev \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        bookworm "$rootfs" 2>&1 </dev/null |
        tee "$log" |
        sed -nu 's/^I: \(\(downloading\|extracting\|installing\|creating\) .*\)/   \1/p'; then
        tail -n 15 "$log" >&2
        fail "mmdebstrap failed; its whole log is in $log"
    fi

    for image in "$@"; do
        case "$image" in
            "$gcc") import "$image" --change 'CMD ["bash"]' <"$rootfs" ;;
            # The public image starts protoc in the same way, by a wrapper.
            "$protoc") import "$image" --change 'ENTRYPOINT ["/usr/bin/protoc", "-I/usr/include"]' <"$rootfs" ;;
        esac
    done
}

step "Images"
to_make=()
for image in "$busybox" "$gcc" "$protoc"; do
    if docker image inspect "$image" >/dev/null 2>&1; then
        say "$image is there"
    elif ! pull "$image"; then
        can_make "$image"
        if [ "$image" = "$busybox" ]; then make_busybox; else to_make+=("$image"); fi
    fi
done
if [ ${#to_make[@]} -gt 0 ]; then make_debian_images "${to_make[@]}"; fi

if $for_podman; then
    step "Images for podman"
    # Compared by id, since a busybox that was made here may have been replaced by a pulled one since.
    id=$(docker image inspect --format '{{.Id}}' "$busybox")
    if [ "$(podman image inspect --format '{{.Id}}' "$busybox" 2>/dev/null)" = "${id#sha256:}" ]; then
        say "$busybox is there"
    else
        docker save "$busybox" | podman load -q >/dev/null
        # Podman files it under localhost/; the public name is what other programs spell out.
        podman tag "$busybox" "docker.io/library/$busybox"
        say "copied $busybox from docker"
    fi
fi
