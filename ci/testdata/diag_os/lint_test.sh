#!/bin/bash
# lint_test.sh TIDY_TEST: that test must fail, and say which check found what in which file.
set -uo pipefail

if said="$("$1" 2>&1)"; then
  echo "it passed; it must not"
  exit 1
fi
for text in "ci/testdata/diag_os/lint.cc:4:1: " "[modernize-use-using," "clang-tidy: ci/testdata/diag_os/lint.cc"; do
  if [[ "$said" != *"$text"* ]]; then
    echo "it did not say $text, but: $said"
    exit 1
  fi
done
