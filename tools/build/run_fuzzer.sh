#!/bin/bash
# run_fuzzer PROGRAM SECONDS MAX_LEN DICTIONARY|none [CORPUS_FILE...]: fuzzes for a while, starting
# from the corpus. Fails on the first finding and prints the input that caused it. FUZZ_SECONDS of
# the environment takes the place of SECONDS.
set -uo pipefail

program="$1" seconds="$2" max_len="$3" dictionary="$4"
shift 4
seconds="${FUZZ_SECONDS:-$seconds}"
if [[ ! "$seconds" =~ ^[1-9][0-9]*$ ]]; then
  echo "run_fuzzer: FUZZ_SECONDS is '$seconds'; it is a number of seconds from 1" >&2
  exit 2
fi
# Bazel would kill it, and what that means nobody would know. It starts and ends in less than this.
margin=10
if ((seconds + margin > ${TEST_TIMEOUT:-seconds + margin})); then
  echo "run_fuzzer: $seconds seconds do not fit the test's ${TEST_TIMEOUT}; give --test_timeout=$((seconds + margin))" >&2
  exit 2
fi

corpus="$TEST_TMPDIR/corpus"
found="${TEST_UNDECLARED_OUTPUTS_DIR:-$TEST_TMPDIR}"
mkdir -p "$corpus"
for file in "$@"; do
  cp -L "$file" "$corpus/$(sha1sum <"$file" | cut -c1-40)"
done

options=(-max_total_time="$seconds" -max_len="$max_len" -timeout=10 -rss_limit_mb=2048)
options+=(-print_final_stats=1 -artifact_prefix="$found/")
[[ "$dictionary" == none ]] || options+=(-dict="$dictionary")

# The corpus as it is comes first: an old finding is a plain failure, however short the run.
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
"$program" "${options[@]}" "$corpus" 2>&1 | tail -n 60
status="${PIPESTATUS[0]}"
for artifact in "$found"/{crash,leak,timeout,oom}-*; do
  [[ -f "$artifact" ]] || continue
  echo "input: $(basename "$artifact")"
  od -A x -t x1z "$artifact" | head -n 64
done
exit "$status"
