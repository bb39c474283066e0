// Parser and help, from the table.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gen/tool/commands.h"

namespace kidl::tool {
namespace {

constexpr absl::string_view kStatus =
    "Exit status: 0; 1 when there were errors; 2 for wrong usage.\n";

std::string usage_line(const Command& command) {
  return absl::StrCat("usage: kidl ", command.name, command.flags.empty() ? "" : " [FLAGS]", " ",
                      command.arguments, "\n");
}

std::string shown(const Flag& flag) {
  return flag.metavar.empty() ? absl::StrCat("--", flag.name)
                              : absl::StrCat("--", flag.name, "=", flag.metavar);
}

absl::Status take_flag(Invocation& invocation, absl::string_view argument) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(absl::StripPrefix(argument, "--"), absl::MaxSplits('=', 1));
  const bool has_value = absl::StrContains(argument, '=');
  const std::span<const Flag> flags = invocation.command->flags;
  const auto flag = std::find_if(flags.begin(), flags.end(),
                                 [&](const Flag& each) { return each.name == parts.first; });
  if (!absl::StartsWith(argument, "--") || flag == flags.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no such flag: ", argument.substr(0, argument.find('='))));
  }
  if (flag->metavar.empty() && has_value) {
    return absl::InvalidArgumentError(absl::StrCat("takes no value: ", argument));
  }
  if (!flag->metavar.empty() && parts.second.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(argument, " needs a value: ", shown(*flag)));
  }
  const std::vector<std::string> allowed = choices(flag->metavar);
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), parts.second) == allowed.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("wrong value: ", argument, "; wants ", shown(*flag)));
  }
  invocation.values[std::string(flag->name)] =
      flag->metavar.empty() ? "true" : std::string(parts.second);
  return absl::OkStatus();
}

}  // namespace

std::string Invocation::get(absl::string_view flag) const {
  const auto found = values.find(flag);
  if (found != values.end()) return found->second;
  for (const Flag& each : command->flags) {
    if (each.name == flag) return std::string(each.preset);
  }
  return "";
}

std::vector<std::string> choices(absl::string_view text) {
  if (!absl::StrContains(text, '|')) return {};
  return absl::StrSplit(text, '|');
}

absl::StatusOr<Invocation> parse(const std::vector<std::string>& arguments) {
  Invocation invocation;
  const std::span<const Command> table = commands();
  const auto command = std::find_if(table.begin(), table.end(), [&](const Command& each) {
    return !arguments.empty() && each.name == arguments[0];
  });
  if (command == table.end()) {
    return absl::InvalidArgumentError(
        arguments.empty() ? "nothing to do"
        : absl::StartsWith(arguments[0], "-")
            ? absl::StrCat("no such flag: ", arguments[0], "; a command comes first")
            : absl::StrCat("no such command: ", arguments[0]));
  }
  invocation.command = &*command;
  bool flags = true;
  for (std::size_t each = 1; each < arguments.size(); ++each) {
    const std::string& argument = arguments[each];
    if (flags && argument == "--") {
      flags = false;
    } else if (!flags && argument != "-" && absl::StartsWith(argument, "-")) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no file's name may begin with '-': the Cap'n Proto compiler takes it for a flag: ",
          argument));
    } else if (argument == "-" || !absl::StartsWith(argument, "-")) {
      invocation.words.push_back(argument);
    } else if (argument == "--help") {
      invocation.values["help"] = "true";
    } else if (absl::Status taken = take_flag(invocation, argument); !taken.ok()) {
      return taken;
    }
  }
  return invocation;
}

std::string help() {
  std::string text = "kidl, the IDL compiler of Tessera.\n\nusage: kidl COMMAND [FLAGS] ...\n\n";
  for (const Command& each : commands()) {
    absl::StrAppend(&text, absl::StrFormat("  %-11s %s\n", each.name, each.summary));
  }
  absl::StrAppend(&text, "\nkidl COMMAND --help tells a command's flags.\n", kStatus);
  return text;
}

std::string help(const Command& command) {
  std::string text = absl::StrCat("kidl ", command.name, ": ", command.summary, ".\n\n",
                                  usage_line(command), "\n", command.details, "\n");
  if (!command.flags.empty()) text += '\n';
  for (const Flag& flag : command.flags) {
    const std::string preset =
        flag.metavar.empty() || flag.preset.empty() ? "" : absl::StrCat(" (", flag.preset, ")");
    absl::StrAppend(&text, absl::StrFormat("  %-19s %s%s\n", shown(flag), flag.help, preset));
  }
  absl::StrAppend(&text, "\n", kStatus);
  return text;
}

int usage_error(const Command* command, absl::string_view message) {
  std::cerr << "kidl: " << message << "\n";
  if (command == nullptr) {
    std::cerr << "usage: kidl COMMAND [FLAGS] ...; see kidl --help\n";
  } else {
    std::cerr << usage_line(*command) << "see kidl " << command->name << " --help\n";
  }
  return kExitUsage;
}

int main(const std::vector<std::string>& arguments) {
  // Under `bazel run` the user's paths start from where the user is.
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory != nullptr && chdir(directory) != 0) {
    std::cerr << "kidl: error: cannot go to " << directory << "\n";
    return kExitErrors;
  }
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "help")) {
    std::cout << help();
    return EXIT_SUCCESS;
  }
  const absl::StatusOr<Invocation> invocation = parse(arguments);
  if (!invocation.ok()) {
    const std::span<const Command> table = commands();
    const auto command = std::find_if(table.begin(), table.end(), [&](const Command& each) {
      return !arguments.empty() && each.name == arguments[0];
    });
    return usage_error(command == table.end() ? nullptr : &*command, invocation.status().message());
  }
  if (invocation->has("help")) {
    std::cout << help(*invocation->command);
    return EXIT_SUCCESS;
  }
  return invocation->command->run(*invocation);
}

}  // namespace kidl::tool
