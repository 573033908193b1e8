#!/bin/sh
# The inner half of try_systemd.sh: runs as a service in the booted system, and powers it off.
# Arguments: bundle's folder, folder of recordings.
bundle=$1 recordings=$2
export PULSE_SERVER=unix:/run/trial-pulse/native
state=/var/lib/roller-coach
failures=0

note() { printf '%s %s\n' "$(date +%T)" "$*"; }
# wait_for SECONDS WHAT COMMAND...
wait_for() {
    seconds=$1 what=$2 && shift 2
    for _ in $(seq "$seconds"); do
        if "$@" >/dev/null 2>&1; then note "ok: $what" && return; fi
        sleep 1
    done
    failures=$((failures + 1))
    note "FAILED: $what"
    systemctl status --no-pager roller-coach.service 2>&1 | head -20
    journalctl --no-pager -u roller-coach -u roller-coach-trouble -n 20
}
say_to_it() { paplay --device=mic "$recordings/$1.espeak-steph3.ogg"; }
heard() { grep -q "\"Heard\".*\"phrase\": \"$1\"" $state/last-session.jsonl; }
said() { grep -q "\"Say\".*$1" $state/last-session.jsonl; }
restarts() { [ "$(systemctl show -P NRestarts roller-coach)" -ge "$1" ]; }
failed() { [ "$(systemctl show -P ActiveState roller-coach)" = failed ]; }
gave_up_aloud() { journalctl -u roller-coach-trouble | grep -q "has given up"; }
same_step() { [ "$(cat $state/bookmark.json)" = "$before" ]; }
nothing_left() {
    ! ls -d /opt/roller-coach* /etc/systemd/system/*roller-coach* /etc/udev/rules.d/*roller-coach* \
        /usr/local/bin/roller-coach /var/lib/roller-coach /var/cache/roller-coach 2>/dev/null | grep . &&
        ! id roller-coach 2>/dev/null && ! systemctl is-active --quiet roller-coach
}

systemctl start trial-pulse
wait_for 20 "the sound server is there" pactl info
pactl set-default-sink air && pactl set-default-source mic.monitor
began=$(date +%s)
"$bundle/scripts/install-pi" || failures=$((failures + 1))
note "installed in $(($(date +%s) - began)) s"
wait_for 60 "the service is active: it has told that it hears" systemctl is-active roller-coach
wait_for 60 "it asks to start" said "start rolling"
sleep 12
say_to_it "start rolling"
wait_for 10 "heard start rolling" heard "start rolling"
sleep 8
say_to_it next
wait_for 10 "heard next" heard next
sleep 2
wait_for 5 "fed within the last second or two, with a status" sh -c 'systemctl show -P StatusText roller-coach | grep .'
note "status: $(systemctl show -P StatusText roller-coach); memory: $(systemctl show -P MemoryCurrent roller-coach) bytes"
before=$(cat $state/bookmark.json)
note "bookmark: $before"

note "-- an upgrade to a version that passes its self-test, and cannot run as a service"
cp -R "$bundle" /trial-bad
sed -i 's/__version__ = .*/__version__ = "99.0.0"/' /trial-bad/skill/__init__.py
echo 'raise SystemExit(7)' >/trial-bad/skill/cli/service.py
(cd /trial-bad && find . -type f ! -path ./SHA256SUMS -printf '%P\n' | xargs -d '\n' sha256sum >SHA256SUMS)
tar cf /trial-bad.tar -C / trial-bad
began=$(date +%s)
if roller-coach upgrade /trial-bad.tar; then
    failures=$((failures + 1)) && note "FAILED: it was let in"
else
    note "ok: refused after $(($(date +%s) - began)) s"
fi
wait_for 60 "the old version hears again" systemctl is-active roller-coach
wait_for 5 "it is the old version" sh -c 'roller-coach --version | grep -v 99'
wait_for 30 "it says that it is back" said "We were in"
cp "$bundle/skill/cli/service.py" /trial-bad/skill/cli/service.py
(cd /trial-bad && find . -type f ! -path ./SHA256SUMS -printf '%P\n' | xargs -d '\n' sha256sum >SHA256SUMS)
tar cf /trial-bad.tar -C / trial-bad
if roller-coach upgrade /trial-bad.tar; then note "ok: a good one is let in"; else
    failures=$((failures + 1)) && note "FAILED: a good one is refused"
fi
wait_for 5 "it is the new version" sh -c 'roller-coach --version | grep 99'
wait_for 60 "and it hears" systemctl is-active roller-coach
sleep 15

note "-- frames stop"
began=$(date +%s)
systemctl kill --signal=STOP trial-pulse
wait_for 60 "the watchdog starved, and it was started again" restarts 1
note "restarted after $(($(date +%s) - began)) s: $(journalctl -u roller-coach | grep -i watchdog | tail -1)"
systemctl kill --signal=CONT trial-pulse
wait_for 60 "it hears again" systemctl is-active roller-coach
wait_for 30 "it says that it is back" said "We were in"
wait_for 5 "at the same step" same_step
grep '"Say"' $state/last-session.jsonl | head -3

note "-- no microphone at all"
systemctl stop trial-pulse
wait_for 240 "it gives up after some restarts" failed
wait_for 30 "and says so" gave_up_aloud
journalctl -u roller-coach-trouble --no-pager -o cat | grep "given up"

note "-- and there it is: what the udev rule does, for there is no udev in a container"
systemctl start trial-pulse
wait_for 20 "the sound server is there" pactl info
pactl set-default-sink air && pactl set-default-source mic.monitor
$(sed -n 's/.*RUN+="\([^"]*\)".*/\1/p' "$bundle/scripts/pi/70-roller-coach.rules")
systemctl start --no-block roller-coach
wait_for 60 "it is back, though it gave up a moment ago" systemctl is-active roller-coach

note "-- removal"
"$bundle/scripts/install-pi" --uninstall
wait_for 5 "nothing is left" nothing_left
note "failures: $failures"
systemctl poweroff
