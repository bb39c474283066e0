#!/bin/bash
# size.sh KERNEL_ELF [--json] [--check=BUDGETS]: how large the kernel is, by section, and each of its
# objects. With --check it fails when a size exceeds its line in BUDGETS ("name bytes", # comments; a
# name that the kernel does not have fails too: a budget that holds nothing is a defect).
#
# An object's size comes from a symbol `tessera_sizeof_<Name>`: the value of an absolute symbol, or
# the size of the symbol itself otherwise. So the table cannot fall behind the code.
set -euo pipefail

json=false budgets=/dev/null elf=""
for arg in "$@"; do
  case "$arg" in
    --json) json=true ;;
    --check=*) budgets="${arg#--check=}" ;;
    --*) elf="" && break ;;
    *) elf="$arg" ;;
  esac
done
if [[ -z "$elf" ]]; then
  echo "usage: bazel run //tools:size [-- --json]" >&2
  exit 2
fi

{
  llvm-readelf-19 --section-headers --wide "$elf" | sed -e 's/^ *\[ *[0-9]*\] */section /'
  llvm-readelf-19 --symbols --wide "$elf" | sed -e 's/^ *[0-9]*: /symbol /'
} | awk -v json="$json" -v budgets="$budgets" '
  function number(hex,    i, value) {
    value = 0
    for (i = 1; i <= length(hex); i++)
      value = value * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
    return value
  }
  # section NAME TYPE ADDRESS OFFSET SIZE ES FLAGS ...: what is in memory has A among the flags.
  $1 == "section" && $8 ~ /A/ {
    size = number($6)
    if ($3 == "NOBITS") kind = "bss"
    else if ($8 ~ /X/) kind = ($2 == ".boot_text") ? "boot" : "text"
    else if ($8 ~ /W/) kind = "data"
    else kind = "rodata"
    total[kind] += size
    all += size
  }
  # symbol VALUE SIZE TYPE BINDING VISIBILITY INDEX NAME
  $1 == "symbol" && $8 ~ /^tessera_sizeof_/ {
    name = substr($8, length("tessera_sizeof_") + 1)
    object[name] = ($7 == "ABS") ? number($2) : $3
    names[++count] = name
  }
  END {
    for (i = 2; i <= count; i++)
      for (j = i; j > 1 && names[j] < names[j - 1]; j--) {
        swap = names[j]; names[j] = names[j - 1]; names[j - 1] = swap
      }
    kinds = split("text boot rodata data bss", kind_name, " ")
    if (json == "true") {
      printf "{\"kernel\": {"
      for (i = 1; i <= kinds; i++) printf "\"%s\": %d, ", kind_name[i], total[kind_name[i]]
      printf "\"total\": %d}, \"objects\": {", all
      for (i = 1; i <= count; i++) printf "%s\"%s\": %d", (i > 1 ? ", " : ""), names[i], object[names[i]]
      print "}}"
    } else {
      print "kernel                  bytes"
      for (i = 1; i <= kinds; i++) printf "  %-16s %10d\n", kind_name[i], total[kind_name[i]]
      printf "  %-16s %10d\n", "total", all
      if (count) print "\nobjects                 bytes"
      for (i = 1; i <= count; i++) printf "  %-16s %10d\n", names[i], object[names[i]]
    }
    while ((getline line < budgets) > 0) {
      sub(/#.*/, "", line)
      if (split(line, budget, " ") < 2) continue
      name = budget[1]
      if (name in total) have = total[name]
      else if (name in object) have = object[name]
      else if (name == "data+bss") have = total["data"] + total["bss"]
      else { print "budget for a thing that is not there: " name; failed = 1; continue }
      if (have > budget[2]) { print "over budget: " name " " have " > " budget[2]; failed = 1 }
    }
    exit failed
  }'
