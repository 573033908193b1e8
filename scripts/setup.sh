# Sourced by scripts/coach and scripts/test: a virtual environment in the checkout, with exactly
# the packages of a lock file, and the system's libraries that they need. POSIX shell.

# What somebody has set for other Pythons, and for pip to install elsewhere. Where pip gets its
# packages from, and through which proxy, stays.
unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN PIP_PYTHON
export PIP_USER=0

say() { printf '%s\n' "setup: $*" >&2; }

find_python() {
    for python in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if command -v "$python" >/dev/null 2>&1 &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    say "Python 3.11 or newer is needed, and none was found. Install python3 and start again."
    exit 1
}

apt_install() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Please install these yourself (there is no apt-get here): $*"
        return 1
    fi
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "Please install these as root: apt-get install $*"
            return 1
        fi
        sudo=sudo
    fi
    say "installing with apt: $*"
    # One broken source of many fails the update, not what the others bring. A new machine often
    # updates itself at first, and keeps apt-get waiting.
    # shellcheck disable=SC2016 # the inner shell's "$@"
    if $sudo env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq
        exec apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"' \
        sh "$@" >&2; then return; fi
    say "apt-get could not install $*; why stands above. Is there a network? Then start again."
    return 1
}

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }

# What the Python packages need of the system, and is not there. PortAudio is not in sounddevice's
# Linux wheels; without it there is no live session. Vosk's library for aarch64 needs libatomic.
missing_packages() {
    has_library libportaudio.so.2 || echo libportaudio2
    [ "$(uname -m)" != aarch64 ] || has_library libatomic.so.1 || echo libatomic1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install python3-venv || exit 1
    fi
    say "making a virtual environment in $venv"
    if why=$("$python" -m venv --clear "$venv" 2>&1); then return; fi
    printf '%s\n' "$why" | tail -n 1 >&2
    say "the virtual environment could not be made; why stands above. May you write there, is there" \
        "room on the disk, and no colon in the folder's path? Then start again."
    exit 1
}

# Whether an environment was made to its end; pip comes last.
is_whole() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
        "$1" -m pip --version >/dev/null 2>&1
}

# Whether two lock files pin what is in both in the same way: then either leaves alone what the other
# brought.
agree() {
    awk '/^[A-Za-z0-9]/ {
            sub(/ *\\$/, "")
            name = $0
            sub(/[[=].*/, "", name)
            names[name]
            pins[FILENAME == ARGV[1], name] = pins[FILENAME == ARGV[1], name] "\n" $0
        }
        END {
            for (name in names)
                if ((0, name) in pins && (1, name) in pins && pins[0, name] != pins[1, name]) exit 1
        }' "$1" "$2"
}

# Two that set up the same checkout would write over each other's packages. The lock is a folder that
# is there anyway; it lasts as long as a pip that has outlived whoever started it.
alone_in() {
    exec 9<"$1"
    if ! command -v flock >/dev/null 2>&1; then return; fi
    taken=0
    flock --nonblock --conflict-exit-code 75 9 2>/dev/null || taken=$?
    [ "$taken" -eq 75 ] || return 0 # also where the disk knows no locks
    say "waiting for another set-up of $1"
    flock 9
}

# The system's Python may have been replaced since, and with it what the environment stands on; a newer
# one under the same name starts, and finds no packages.
is_set_up() { cmp -s "$1/$2" "$stamp" && "$venv/bin/python" -c 'import pip' 2>/dev/null; }

# set_up CHECKOUT LOCKFILE: leaves the environment's folder in $venv.
set_up() {
    venv="$1/.venv"
    stamp="$venv/installed-$2"
    if is_set_up "$@"; then return; fi
    alone_in "$1"
    if is_set_up "$@"; then # by another one, meanwhile
        exec 9<&-
        return
    fi
    is_whole "$venv/bin/python" || make_venv # first: without it nothing can be gone on with
    missing=$(missing_packages)
    # shellcheck disable=SC2086 # names without blanks
    [ -z "$missing" ] || apt_install $missing ||
        say "going on without $missing: only recordings can be played, if at all"
    for other in "$venv"/installed-*; do
        # What this lock brings may be other versions than theirs.
        [ ! -e "$other" ] || agree "$other" "$1/$2" || rm -f "$other"
    done
    say "installing the Python packages of $2"
    # Compiling all of them takes as long as the rest; Python does so for those that it uses.
    compile=--no-compile
    [ -z "${PYTHONDONTWRITEBYTECODE:-}" ] || compile=--compile
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        "$compile" --requirement "$1/$2"; then
        say "pip could not install the packages of $2; why stands above. It fetches them from" \
            "pypi.org: is there a network, and room on the disk? Then start again."
        exit 1
    fi
    cp "$1/$2" "$stamp"
    exec 9<&-
}
