#!/bin/bash
# run_fuzzer.sh with a program that prints its arguments: how long it is to run, and what is refused.
set -uo pipefail
run_fuzzer="$PWD/$1"
failures=0
scratch="$TEST_TMPDIR/run_fuzzer"
mkdir -p "$scratch"
printf '#!/bin/bash\necho "$@"\n' >"$scratch/fuzzer"
chmod +x "$scratch/fuzzer"

# expect STATUS PATTERN [VARIABLE=VALUE...]
expect() {
  local status="$1" pattern="$2" output got
  shift 2
  output="$(env -u FUZZ_SECONDS TEST_TMPDIR="$scratch" TEST_UNDECLARED_OUTPUTS_DIR="$scratch" TEST_TIMEOUT=60 "$@" \
    "$run_fuzzer" "$scratch/fuzzer" 10 64 none 2>&1)"
  got=$?
  if [[ "$got" != "$status" ]] || ! grep -qE -- "$pattern" <<<"$output"; then
    echo "$*: status $got, wanted $status and /$pattern/: $output" >&2
    failures=$((failures + 1))
  fi
}

expect 0 '-max_total_time=10 -max_len=64'
expect 0 '-max_total_time=50 ' FUZZ_SECONDS=50
expect 0 '-max_total_time=600 ' FUZZ_SECONDS=600 TEST_TIMEOUT=900
expect 2 "51 seconds do not fit the test's 60; give --test_timeout=61" FUZZ_SECONDS=51
for wrong in 0 -1 ten 1.5 '1 2'; do
  expect 2 "FUZZ_SECONDS is '$wrong'; it is a number" FUZZ_SECONDS="$wrong"
done
exit $((failures > 0))
