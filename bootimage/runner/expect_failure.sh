#!/bin/bash
# expect_failure.sh TEXT... -- COMMAND...: succeeds when the command ends with status 1 and has said
# every TEXT.
set -uo pipefail

texts=()
while [[ "$1" != -- ]]; do
  texts+=("$1")
  shift
done
shift
said="$("$@" 2>&1)"
status=$?
printf '%s\n' "$said"
if [[ $status != 1 ]]; then
  echo "expect_failure: wanted status 1, got $status" >&2
  exit 1
fi
for text in "${texts[@]}"; do
  if [[ "$said" != *"$text"* ]]; then
    echo "expect_failure: it failed, but never said: $text" >&2
    exit 1
  fi
done
