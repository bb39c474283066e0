#!/bin/bash
# Counts the instructions of generated code in the target's object: a fast call is no longer than by hand, and
# the budgets may only shrink.
set -euo pipefail
listing="$(llvm-objdump-19 --disassemble --demangle --no-show-raw-insn --no-leading-addr "$@")"

# instructions PATTERN: those of the function whose label matches.
instructions() {
  awk -v pattern="$1" '
    /^[0-9a-f]* *<.*>:$/ { inside = $0 ~ pattern; next }
    inside && /^[ \t]/ { sub(/^[ \t]+/, ""); print }' <<<"$listing"
}

# What a caller pays where the stub is inlined: not the frame, not the return, not the trap on failure.
call_length() {
  instructions "$1" | grep -cvE '[(,[:space:]]sp[,)]|^(c\.)?(ret|unimp|jr)'
}

# at_most WHAT COUNT BUDGET
failures=0
at_most() {
  echo "$1: $2 instructions, budget $3"
  if (($2 > $3 || $2 == 0)); then
    echo "  over budget, or not found" >&2
    failures=1
  fi
}

by_hand="$(call_length '<by_hand_call>')"
at_most "a call by hand" "$by_hand" 8
at_most "a generated call, u64 and u32 in, u64 out" "$(call_length '<generated_call>')" "$by_hand"
at_most "a generated system call, capability, number and flags" "$(call_length '<generated_map>')" \
  "$(call_length '<by_hand_map>')"
at_most "a generated system call without parameters" "$(call_length '<generated_now>')" "$(call_length '<by_hand_now>')"
# Endpoint, number, tag (two), words, deadline, three empty slots for capabilities, ecall, branch.
at_most "a generated message that is not answered" "$(call_length '<generated_note>')" 11
at_most "a generated call with a deadline" "$(call_length '<generated_until>')" 12
# Three of them are the details of the ways to refuse; a message that is executed and answered passes none.
at_most "a server's loop, one method" "$(instructions 'PlainServer.*::serve' | wc -l)" 65
if ((failures)); then echo "$listing"; fi
exit "$failures"
