// A table of command-line flags, and the loop that applies it.
//
// Not absl::ParseCommandLine: that ends the process with status 1 and says nothing of a tool's own
// usage, and it cannot be called twice, as a test does. Flags are `--name=value`, switches
// `--name`;
// `--` ends them; everything else is positional.
#ifndef BOOTIMAGE_FLAGS_FLAG_TABLE_H_
#define BOOTIMAGE_FLAGS_FLAG_TABLE_H_

#include <functional>
#include <span>
#include <string>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bootimage {

struct Flag {
  absl::string_view name;     // without the dashes
  absl::string_view metavar;  // what stands after '=' in the help; empty: a switch
  absl::string_view help;     // one line; empty: not shown, for what a build rule passes
  // Takes the value ("" for a switch) or says in a few words what a good one is.
  std::function<absl::Status(absl::string_view)> set;
};

// Ready-made setters. The targets must outlive the parse.
std::function<absl::Status(absl::string_view)> set_true(bool* target);
std::function<absl::Status(absl::string_view)> set_text(std::string* target);  // not empty

// Applies `arguments` (without the program's name) in their order and answers the positional ones,
// or the first error: "--smp=9: wants 1 to 8".
absl::StatusOr<std::vector<std::string>> parse_flags(std::span<const Flag> table,
                                                     std::span<const std::string> arguments);

// One line a flag, in the order of the table.
std::string flag_help(std::span<const Flag> table);

}  // namespace bootimage

#endif  // BOOTIMAGE_FLAGS_FLAG_TABLE_H_
