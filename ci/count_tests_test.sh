#!/bin/bash
# What count_tests.py makes of the events of a run, and of what is missing there.
set -uo pipefail

count="$1"
events="$TEST_TMPDIR/events"
xml="$TEST_TMPDIR/test.xml"

cat >"$xml" <<'END'
<testsuites>
  <testsuite>
    <testcase name="a" status="run"/>
    <testcase name="b" status="run"><failure message="no"/></testcase>
    <testcase name="c" status="notrun"/>
    <testcase name="d" status="run"><skipped/></testcase>
  </testsuite>
</testsuites>
END

result() {  # result LABEL STATUS XML [ATTEMPT]
  printf '{"id":{"testResult":{"label":"%s","run":1,"shard":1,"attempt":%d}},' "$1" "${4:-1}"
  printf '"testResult":{"status":"%s","testActionOutput":[' "$2"
  printf '{"name":"test.xml","uri":"file://%s"}]}}\n' "$3"
}

completed() {  # completed LABEL BODY
  printf '{"id":{"targetCompleted":{"label":"%s"}},%s}\n' "$1" "$2"
}

expect() {  # expect LINE BAZEL_STATUS, with the events on stdin
  local said
  cat >"$events"
  said="$(python3 "$count" "$events" "$2")"
  local status=$?
  local wanted_status=1
  [[ "$1" != *" 0 failed" ]] || wanted_status=0
  if [[ "$said" != "$1" || "$status" != "$wanted_status" ]]; then
    echo "wanted: $1; got: $said, status $status"
    cat "$events"
    exit 1
  fi
}

# A plain test, by its status alone.
result //a:a PASSED /nowhere | expect "1 passed, 0 failed" 0
result //a:a FAILED /nowhere | expect "0 passed, 1 failed" 3
# A GoogleTest, by its cases; those that did not run are not counted.
result //a:a FAILED "$xml" | expect "1 passed, 1 failed" 3
# The last attempt decides.
{ result //a:a FAILED /nowhere 1; result //a:a PASSED /nowhere 2; } | expect "1 passed, 0 failed" 0
# Did not build; was left out as incompatible; built.
completed //a:a '"aborted":{"reason":"ANALYSIS_FAILURE"}' | expect "0 passed, 1 failed" 1
completed //a:a '"completed":{}' | expect "0 passed, 1 failed" 1
{
  completed //a:a '"aborted":{"reason":"SKIPPED"}'
  completed //a:b '"completed":{"success":true}'
  result //a:b PASSED /nowhere
} | expect "1 passed, 0 failed" 0
# Bazel says that the run failed though no test did; no test at all; a line cut off.
result //a:a PASSED /nowhere | expect "1 passed, 1 failed" 1
expect "0 passed, 1 failed" 0 </dev/null
{ result //a:a PASSED /nowhere; printf '{"id":{"tes'; } | expect "1 passed, 0 failed" 0
