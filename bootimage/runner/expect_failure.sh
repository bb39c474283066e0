#!/bin/bash
# expect_failure.sh TEXT COMMAND...: succeeds when the command ends with status 1 and has said TEXT.
set -uo pipefail

text="$1"
shift
said="$("$@" 2>&1)"
status=$?
printf '%s\n' "$said"
if [[ $status != 1 ]]; then
  echo "expect_failure: wanted status 1, got $status" >&2
  exit 1
fi
if [[ "$said" != *"$text"* ]]; then
  echo "expect_failure: it failed, but never said: $text" >&2
  exit 1
fi
