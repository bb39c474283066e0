#!/bin/bash
# What bash offers after some words: the script is run as the shell runs it.
set -uo pipefail
kidl="$PWD/$1"
failures=0
eval "$("$kidl" completion bash)"

# offers WANTED WORD...: the words of the command line after `kidl`, split as bash splits them; the
# last is being typed.
offers() {
  local wanted="$1" got
  shift
  COMP_WORDS=(kidl "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _kidl
  got="$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')"
  if [[ "${got% }" != "$wanted" ]]; then
    echo "after 'kidl $*': '${got% }', wanted '$wanted'" >&2
    failures=$((failures + 1))
  fi
}

cd "$(mktemp -d)" || exit 1
mkdir sub
touch one.idl
offers 'compile completion' comp
offers 'explain' exp
offers '' frob
offers '--help bash zsh' completion ''
offers '--format=json --format=text' freeze --format
offers '--root=' freeze --roo
offers 'json' freeze --format = j
offers 'all cxx docs' compile --emit =
offers 'sub' compile --out = s
offers 'one.idl' compile o
offers '--check' freeze --ch

# zsh's is at least a script that zsh's parser takes, where there is a zsh.
if command -v zsh >/dev/null; then
  "$kidl" completion zsh | zsh -n || failures=$((failures + 1))
fi
exit $((failures > 0))
