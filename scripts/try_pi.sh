#!/bin/sh
# Tries the Raspberry Pi installation without a Raspberry Pi: makes an arm64 Debian, installs the
# coach there from a bundle without a network, replays the whole recorded session, compares it with
# this machine's, and takes the coach away again. Root, some minutes, and these packages:
#   apt-get install debootstrap qemu-user-static
#   ./scripts/try_pi.sh [bookworm|trixie]        the log goes to build/try-pi-RELEASE.log
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$here/scripts/usage.sh"
release=${1-bookworm}
case "$release" in
    bookworm) python=3.11 ;;
    trixie) python=3.13 ;;
    -h | --help)
        print_head "$0"
        exit
        ;;
    *) echo "try_pi: bookworm or trixie, not $release" >&2 && exit 2 ;;
esac
cd "$here"
root="$here/build/arm64-$release"
bundle="$here/build/roller-coach-$release-aarch64.tar"
log="$here/build/try-pi-$release.log"
mkdir -p build && : >"$log"

note() { printf '%s\n' "$(date +%T) $*" | tee -a "$log"; }
inside() { unshare --net --mount --pid --fork --kill-child chroot "$root" /usr/bin/env -i \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
step() {
    what=$1 && shift
    note "== $what"
    started=$(date +%s)
    if "$@" >>"$log" 2>&1; then note "   done in $(($(date +%s) - started)) s"; else
        note "   FAILED after $(($(date +%s) - started)) s:"
        tail -20 "$log"
        exit 1
    fi
}

# Programs for arm64 go through qemu. "F" opens it now, so that it is found inside the chroot too.
register_qemu() {
    where=/proc/sys/fs/binfmt_misc
    [ -e "$where/register" ] || mount -t binfmt_misc none "$where"
    if [ ! -e "$where/qemu-aarch64" ]; then
        printf '%s' ':qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' >"$where/register"
    fi
}
make_debian() {
    if [ -e "$root/made" ]; then return; fi
    rm -rf "$root"
    debootstrap --arch=arm64 --variant=minbase --include=python3 "$release" "$root" \
        http://deb.debian.org/debian
    # Its own packages only: what the coach needs must come out of the bundle.
    touch "$root/made"
}
state_of() { inside sh -c '{ find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache -o -path /bundle \) -prune -o -print; dpkg-query -f "\${Package}\n" -W; } | grep -v -e /etc/.*- -e ld.so.cache -e __pycache__ | LC_ALL=C sort'; }
unpack() { rm -rf "$root/bundle" && mkdir "$root/bundle" && tar xf "$bundle" -C "$root/bundle" --strip-components=1; }
no_network() { [ "$(inside sh -c 'tail -n +3 /proc/net/dev 2>/dev/null | grep -vc lo: || true')" -le 0 ]; }
replay_there() {
    rm -rf "$root/tmp/there.jsonl"
    inside env -C /opt/roller-coach PYTHONPATH=/opt/roller-coach XDG_CACHE_HOME=/tmp/cache \
        venv/bin/python -m skill replay skill/data/sessions/demo.ogg \
        --expect skill/data/sessions/demo.txt --journal /tmp/there.jsonl
}
replay_here() {
    PYTHONPATH="$here" "${PYTHON:-$here/.venv/bin/python}" -m skill replay skill/data/sessions/demo.ogg \
        --expect skill/data/sessions/demo.txt --journal build/here.jsonl --quiet
}
uninstall_leaves_nothing() {
    inside /bundle/scripts/install-pi --uninstall
    state_of >build/after.txt
    diff build/before.txt build/after.txt
}

[ "$(id -u)" -eq 0 ] || { echo "try_pi: start this as root" >&2 && exit 2; }
step "qemu for arm64 programs" register_qemu
step "a fresh Debian $release for arm64" make_debian
if [ -n "${PYTHON-}" ]; then # a developer's own environment
    step "bundle" "$PYTHON" scripts/pi/pack.py --python "$python"
else
    step "bundle" ./scripts/bundle --python "$python"
fi
step "no network inside" no_network
state_of >build/before.txt
unpack
step "rehearsal of the installation" inside /bundle/scripts/install-pi --dry-run
state_of | step "a rehearsal changes nothing" diff build/before.txt -
step "installation" inside /bundle/scripts/install-pi
step "installation again does nothing" inside /bundle/scripts/install-pi
step "the recorded session on arm64, dialogue as expected" replay_there
step "the recorded session here" replay_here
step "journals compared" env PYTHONPATH="$here" "${PYTHON:-$here/.venv/bin/python}" scripts/pi/compare_journals.py build/here.jsonl "$root/tmp/there.jsonl"
step "removal leaves nothing" uninstall_leaves_nothing
note "all as it should be"
tail -n 60 "$log" | grep -e '^journals' -e '^  ' || true
