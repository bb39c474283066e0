#include "bootimage/flags/flag_table.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bootimage {
namespace {

absl::Status apply_flag(std::span<const Flag> table, absl::string_view argument) {
  const absl::string_view body = argument.substr(2);
  const std::size_t equals = body.find('=');
  const absl::string_view name = body.substr(0, equals);
  const bool has_value = equals != absl::string_view::npos;
  const auto flag = std::ranges::find(table, name, &Flag::name);
  if (name.empty() || flag == table.end()) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": no such flag"));
  }
  if (flag->metavar.empty() && has_value) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": takes no value"));
  }
  if (!flag->metavar.empty() && !has_value) {
    return absl::InvalidArgumentError(
        absl::StrCat(argument, ": wants a value: --", name, "=", flag->metavar));
  }
  const absl::Status status = flag->set(has_value ? body.substr(equals + 1) : "");
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": wants ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace

std::function<absl::Status(absl::string_view)> set_true(bool* target) {
  return [target](absl::string_view) {
    *target = true;
    return absl::OkStatus();
  };
}

std::function<absl::Status(absl::string_view)> set_text(std::string* target) {
  return [target](absl::string_view value) {
    if (value.empty()) return absl::InvalidArgumentError("a text that is not empty");
    *target = std::string(value);
    return absl::OkStatus();
  };
}

absl::StatusOr<std::vector<std::string>> parse_flags(std::span<const Flag> table,
                                                     std::span<const std::string> arguments) {
  std::vector<std::string> positional;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      positional.insert(positional.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                        arguments.end());
      break;
    }
    if (absl::StartsWith(argument, "--")) {
      if (absl::Status status = apply_flag(table, argument); !status.ok()) return status;
    } else if (absl::StartsWith(argument, "-")) {
      return absl::InvalidArgumentError(absl::StrCat(argument, ": no such flag"));
    } else {
      positional.push_back(argument);
    }
  }
  return positional;
}

std::string flag_help(std::span<const Flag> table) {
  std::string text;
  for (const Flag& flag : table) {
    if (flag.help.empty()) continue;
    const std::string shown = flag.metavar.empty()
                                  ? absl::StrCat("--", flag.name)
                                  : absl::StrCat("--", flag.name, "=", flag.metavar);
    absl::StrAppendFormat(&text, "  %-18s %s\n", shown, flag.help);
  }
  return text;
}

}  // namespace bootimage
