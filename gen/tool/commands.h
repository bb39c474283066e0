// kidl's subcommands: one table, which the parser, every help text and the shells' completion read.
#ifndef GEN_TOOL_COMMANDS_H_
#define GEN_TOOL_COMMANDS_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kidl::tool {

inline constexpr int kExitErrors = 1;
inline constexpr int kExitUsage = 2;

struct Flag {
  absl::string_view name;     // without the dashes
  absl::string_view metavar;  // "a|b": one of these; empty: a switch
  absl::string_view preset;   // the value without it
  absl::string_view help;
};

struct Invocation;

struct Command {
  absl::string_view name;
  absl::string_view arguments;  // "FILE..."; "bash|zsh": one of these
  absl::string_view summary;    // one line
  absl::string_view details;    // lines; what the summary and the flags do not say
  std::span<const Flag> flags;
  int (*run)(const Invocation&);
};

struct Invocation {
  const Command* command = nullptr;
  std::map<std::string, std::string, std::less<>> values;  // of flags
  std::vector<std::string> words;

  std::string get(absl::string_view flag) const;
  bool has(absl::string_view flag) const { return get(flag) == "true"; }
};

std::span<const Command> commands();

// The words of `metavar` or `arguments` when it is a choice; none otherwise.
std::vector<std::string> choices(absl::string_view text);

// `arguments` without the program's name. The error says what is wrong with them.
absl::StatusOr<Invocation> parse(const std::vector<std::string>& arguments);

std::string help();  // fits a screen of 24 lines and 80 columns
std::string help(const Command& command);
// A script for `shell`: "bash" or "zsh".
std::string completion(absl::string_view shell);

// Wrong usage found by a command itself: says so, and how it is used.
int usage_error(const Command* command, absl::string_view message);

int main(const std::vector<std::string>& arguments);

// The commands, each in its run_*.cc.
int run_compile(const Invocation& invocation);
int run_explain(const Invocation& invocation);
int run_fmt(const Invocation& invocation);
int run_lint(const Invocation& invocation);
int run_freeze(const Invocation& invocation);
int run_diff(const Invocation& invocation);
int run_cat(const Invocation& invocation);
int run_new(const Invocation& invocation);
int run_completion(const Invocation& invocation);

}  // namespace kidl::tool

#endif  // GEN_TOOL_COMMANDS_H_
