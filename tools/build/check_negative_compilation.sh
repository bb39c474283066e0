#!/bin/bash
# Judges a negative compilation test: check_negative_compilation ERROR_REGEX AS_IS OFF, where the
# files hold the compiler's exit status on line 1 and then what it said.
set -uo pipefail

error="$1" as_is="$2" off="$3"

if [[ "$(head -n 1 "$off")" != 0 ]]; then
  echo "With -DNC_OFF the file must compile, but:"
  cat "$off"
  exit 1
fi
if [[ "$(head -n 1 "$as_is")" == 0 ]]; then
  echo "The file compiled; it must not."
  exit 1
fi
if ! grep 'error: ' "$as_is" | grep -Eq -- "$error"; then
  echo "No error matches: $error"
  cat "$as_is"
  exit 1
fi
