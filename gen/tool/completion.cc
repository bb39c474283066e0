// Completion scripts, from the table.
#include <cstdlib>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gen/tool/commands.h"

namespace kidl::tool {
namespace {

std::string names() {
  return absl::StrJoin(commands(), " ", [](std::string* out, const Command& each) {
    absl::StrAppend(out, each.name);
  });
}

// "--check --root= --emit=all --emit=cxx --help": what may stand after the command.
std::string flag_words(const Command& command) {
  std::string words;
  for (const Flag& flag : command.flags) {
    const std::string name = absl::StrCat("--", flag.name);
    if (flag.metavar.empty()) {
      absl::StrAppend(&words, name, " ");
    } else if (const std::vector<std::string> all = choices(flag.metavar); !all.empty()) {
      for (const std::string& each : all) absl::StrAppend(&words, name, "=", each, " ");
    } else {
      absl::StrAppend(&words, name, "= ");
    }
  }
  return words + "--help";
}

std::string argument_words(const Command& command) {
  const std::vector<std::string> all = choices(command.arguments);
  if (!all.empty()) return absl::StrJoin(all, " ");
  return absl::StartsWith(command.arguments, "service ") ? "service" : "";
}

bool takes_files(const Command& command) {
  return absl::StrContains(command.arguments, "FILE") ||
         absl::StrContains(command.arguments, "OLD");
}

std::string bash() {
  std::string script = absl::StrCat(
      "# kidl's completion for bash: eval \"$(kidl completion bash)\"\n"
      "_kidl() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\" files=\"\"\n"
      "  # The shell splits at '=': put the flag together again.\n"
      "  if [[ \"$word\" == \"=\" ]]; then word=\"${COMP_WORDS[COMP_CWORD-1]}=\"\n"
      "  elif [[ \"${COMP_WORDS[COMP_CWORD-1]}\" == \"=\" ]]; then\n"
      "    word=\"${COMP_WORDS[COMP_CWORD-2]}=$word\"\n"
      "  fi\n"
      "  if ((COMP_CWORD == 1)); then words=\"",
      names(), " --help\"\n  else\n    case \"${COMP_WORDS[1]}\" in\n");
  for (const Command& each : commands()) {
    absl::StrAppend(&script, "      ", each.name, ") words=\"", flag_words(each),
                    argument_words(each).empty() ? "" : " ", argument_words(each), "\"",
                    takes_files(each) ? "; files=yes" : "", " ;;\n");
  }
  absl::StrAppend(&script,
                  "    esac\n"
                  "  fi\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                  "  if [[ \"$word\" == --*=* ]]; then\n"
                  "    # A flag's value: a path, when it is none of the words.\n"
                  "    if ((${#COMPREPLY[@]} == 0)) || [[ \"${COMPREPLY[0]}\" == *= ]]; then\n"
                  "      COMPREPLY=($(compgen -f -- \"${word#*=}\"))\n"
                  "    else\n"
                  "      COMPREPLY=(\"${COMPREPLY[@]#*=}\")\n"
                  "    fi\n"
                  "  elif [[ -n \"$files\" && \"$word\" != -* ]]; then\n"
                  "    COMPREPLY+=($(compgen -f -- \"$word\"))\n"
                  "  fi\n"
                  "  if [[ \"${COMPREPLY[0]-}\" == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
                  "}\n"
                  "complete -o filenames -F _kidl kidl\n");
  return script;
}

// Within single quotes and a description's brackets.
std::string zsh_text(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"'", "'\\''"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string zsh() {
  std::string script =
      "#compdef kidl\n"
      "# kidl's completion for zsh: eval \"$(kidl completion zsh)\"\n"
      "_kidl() {\n"
      "  local -a commands=(\n";
  for (const Command& each : commands()) {
    absl::StrAppend(&script, "    '", each.name, ":", zsh_text(each.summary), "'\n");
  }
  script +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  case \"$words[2]\" in\n";
  for (const Command& each : commands()) {
    absl::StrAppend(&script, "    ", each.name, ") _arguments");
    for (const Flag& flag : each.flags) {
      absl::StrAppend(&script, " \\\n      '--", flag.name, flag.metavar.empty() ? "" : "=", "[",
                      zsh_text(flag.help), "]");
      const std::vector<std::string> all = choices(flag.metavar);
      if (!all.empty()) {
        absl::StrAppend(&script, ":value:(", absl::StrJoin(all, " "), ")");
      } else if (!flag.metavar.empty()) {
        absl::StrAppend(&script, ":", flag.metavar, ":_files");
      }
      script += "'";
    }
    script += " \\\n      '--help[tells how it is used]'";
    const std::string words = argument_words(each);
    if (!words.empty()) absl::StrAppend(&script, " \\\n      '2:argument:(", words, ")'");
    if (takes_files(each)) script += " \\\n      '*:file:_files'";
    script += " ;;\n";
  }
  script +=
      "  esac\n"
      "}\n"
      "if [[ \"$funcstack[1]\" == _kidl ]]; then _kidl \"$@\"; else compdef _kidl kidl; fi\n";
  return script;
}

}  // namespace

std::string completion(absl::string_view shell) { return shell == "zsh" ? zsh() : bash(); }

int run_completion(const Invocation& invocation) {
  if (invocation.words.size() != 1) {
    return usage_error(invocation.command, "completion needs one shell");
  }
  const std::string& shell = invocation.words[0];
  if (shell != "bash" && shell != "zsh") {
    return usage_error(invocation.command, absl::StrCat("no such shell: ", shell));
  }
  std::cout << completion(shell);
  return EXIT_SUCCESS;
}

}  // namespace kidl::tool
