#!/bin/sh
# Tries the service under a systemd that really runs: boots a throw-away copy of this machine's
# Debian in a container (no network), installs the coach there from a bundle, talks to it through
# PulseAudio, stops its microphone, takes the microphone away, and removes the coach again.
# Root, about five minutes, and: apt-get install systemd-container pulseaudio libasound2-plugins
#   ./scripts/pi/try_systemd.sh         the log goes to build/try-systemd.log
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$here/scripts/usage.sh"
take_only_help "$0" "$@"
cd "$here"
[ "$(id -u)" -eq 0 ] || { echo "try_systemd: start this as root" >&2 && exit 2; }
python=${PYTHON:-$here/.venv/bin/python}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
mkdir -p build
"$python" scripts/pi/pack.py --python "$version" --machine "$(uname -m)" --without-debs \
    --output build/trial.tar
scratch=$(mktemp -d)
cleanup() {
    umount "$scratch/root" 2>/dev/null || true
    umount "$scratch" 2>/dev/null || true
    rmdir "$scratch" 2>/dev/null || true
}
trap cleanup EXIT
# A copy that is written to memory only.
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
root="$scratch/root"
mkdir "$root/trial"
tar xf build/trial.tar -C "$root/trial" --strip-components=1
mkdir "$root/trial-recordings"
cp tests/recordings/*.ogg "$root/trial-recordings/"
cp scripts/pi/inside_systemd.sh "$root/trial-run"
rm -f "$root/etc/machine-id" "$root/container_info.json"
systemd-id128 new >"$root/etc/machine-id"
cat >"$root/etc/asound.conf" <<'END'
pcm.!default { type pulse server "unix:/run/trial-pulse/native" }
ctl.!default { type pulse server "unix:/run/trial-pulse/native" }
END
cat >"$root/etc/systemd/system/trial-pulse.service" <<'END'
[Service]
User=daemon
RuntimeDirectory=trial-pulse
Environment=HOME=/run/trial-pulse XDG_RUNTIME_DIR=/run/trial-pulse
ExecStart=/usr/bin/pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 -L "module-native-protocol-unix auth-anonymous=1 socket=/run/trial-pulse/native" -L "module-null-sink sink_name=mic" -L "module-null-sink sink_name=air"
END
cat >"$root/etc/systemd/system/trial.service" <<'END'
[Unit]
After=basic.target
[Service]
Type=oneshot
TimeoutStartSec=900
ExecStart=/bin/sh /trial-run /trial /trial-recordings
StandardOutput=append:/trial-log
StandardError=append:/trial-log
END
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../trial.service "$root/etc/systemd/system/multi-user.target.wants/trial.service"
timeout 900 systemd-nspawn --quiet --directory="$root" --register=no --keep-unit \
    --private-network --link-journal=no --machine=trial --console=read-only --boot \
    </dev/null >build/try-systemd-boot.log 2>&1 || true
cp "$root/trial-log" build/try-systemd.log
cat build/try-systemd.log
grep -q '^.* failures: 0$' build/try-systemd.log
