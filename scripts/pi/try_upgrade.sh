#!/bin/sh
# Upgrades for real, in a folder: installs the coach from a bundle of this checkout, upgrades it to a
# version 99, refuses to go back, and keeps 99 when a version 100 with a damaged model comes. No
# root; some minutes, 2 GB in /tmp, and the packages of the system (scripts/install-pi says which).
#   ./scripts/pi/try_upgrade.sh         the log goes to build/try-upgrade.log
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$here/scripts/usage.sh"
take_only_help "$0" "$@"
cd "$here"
python=${PYTHON:-$here/.venv/bin/python}
version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root
mkdir -p build "$root"
log=build/try-upgrade.log
: >"$log"

note() { printf '%s %s\n' "$(date +%T)" "$*" | tee -a "$log"; }
# make_version NEW: the bundle again, with another version's number.
make_version() {
    sed -i "s/__version__ = .*/__version__ = \"$1\"/" "$scratch/bundle/skill/__init__.py"
    (cd "$scratch/bundle" && find . -type f ! -path ./SHA256SUMS -printf '%P\n' | LC_ALL=C sort |
        xargs -d '\n' sha256sum >SHA256SUMS)
    tar cf "$scratch/$1.tar" -C "$scratch" bundle
}
installed() {
    (cd "$root/opt/roller-coach" && PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME="$scratch" \
        XDG_STATE_HOME="$scratch" venv/bin/python -m skill "$@")
}
upgrade() { installed upgrade "$1" --root "$root" >>"$log" 2>&1; }
is_version() { installed --version | grep -q "version $1\$"; }
# check WHAT COMMAND...
check() {
    what=$1 && shift
    if "$@"; then note "ok: $what"; else
        note "FAILED: $what"
        tail -5 "$log"
        exit 1
    fi
}
install() { ROLLER_COACH_ROOT=$root "$scratch/bundle/scripts/install-pi" >>"$log" 2>&1; }
refused() { ! upgrade "$1"; }
speaks() { installed say "The new one speaks." --output "$scratch/new.wav" >>"$log" 2>&1; }
alone() { [ "$(ls "$root/opt")" = roller-coach ]; }

"$python" scripts/pi/pack.py --python "$version" --machine "$(uname -m)" --without-debs \
    --output "$scratch/first.tar" >>"$log" 2>&1
mkdir "$scratch/bundle"
tar xf "$scratch/first.tar" -C "$scratch/bundle" --strip-components=1
check "this version is installed" install
make_version 99.0.0
check "upgraded to 99.0.0" upgrade "$scratch/99.0.0.tar"
check "99.0.0 is in place" is_version 99.0.0
check "and speaks" speaks
check "the older one is refused" refused "$scratch/first.tar"
printf 'damaged' >"$scratch/bundle/models/ears-en/am/final.mdl"
make_version 100.0.0
check "100.0.0, whose model is damaged, fails its self-test" refused "$scratch/100.0.0.tar"
check "99.0.0 is still in place" is_version 99.0.0
check "and speaks" speaks
check "nothing lies about" alone
grep "^roller-coach: " "$log"
note "all as it should be"
