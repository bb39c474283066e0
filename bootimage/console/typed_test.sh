#!/bin/bash
# typed_test.sh QEMU [FLAGS]: types to the machine, and sees what the one program that may read it heard.
set -euo pipefail

qemu="$1"
shift
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mkfifo "$scratch/keys"

said() { tr -d '\r' <"$scratch/log" | grep -qxF "$1"; }
fail() {
  echo "typed_test: $1"
  tail -n 20 "$scratch/said"
  exit 1
}

# Started in the runfiles' folder of the workspace; the image's files are beside it.
TEST_SRCDIR="${PWD%/*}" "$qemu" --log="$scratch/log" --timeout=40 "$@" \
  <"$scratch/keys" >"$scratch/said" 2>&1 &
machine=$!
exec 3>"$scratch/keys"

# Before that the firmware may clear the UART's FIFO.
for _ in {1..400}; do
  said "listener: type" 2>/dev/null && break
  sleep 0.1
done
said "listener: type" || fail "nobody asked for keys"

printf 'a line\r' >&3
for _ in {1..100}; do
  said "listener: heard a line" && break
  sleep 0.1
done
# More than the UART's FIFO holds, and more than one read gives.
long="$(printf 'x%.0s' {1..100})"
printf '%s\r\003\033[A\177\r\004' "$long" >&3
wait "$machine" || fail "the machine failed"

said "stranger: denied" || fail "whoever has no grant may read"
said "listener: heard a line" || fail "a line was not heard"
said "listener: heard $long" || fail "a long line was not heard whole"
said "listener: heard <3><27>[A<127>" || fail "control bytes did not come as they were"
said "listener: lost 0" || fail "bytes were lost"
