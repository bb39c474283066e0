#include "bootimage/pack/options.h"

#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bootimage/bundle_format.h"
#include "bootimage/flags/flag_table.h"

namespace bootimage {
namespace {

struct Switches {
  bool list = false;
  bool verify = false;
  bool help = false;
};

std::vector<Flag> flag_table(PackOptions* options, Switches* switches) {
  const auto set_stack = [options](absl::string_view value) {
    std::uint64_t& stack = options->init_stack;
    if (!absl::SimpleAtoi(value, &stack) || stack == 0 || stack > bundle::kMaxStackSize ||
        !bundle::is_page_multiple(stack)) {
      return absl::InvalidArgumentError("a multiple of 4096, up to 1048576");
    }
    return absl::OkStatus();
  };
  return {
      {"out", "FILE", "the bundle to write", set_text(&options->out)},
      {"init", "ELF", "the first task", set_text(&options->init)},
      {"init-stack", "BYTES", "stack that the first task asks for (65536)", set_stack},
      {"list", "", "list a bundle's files, and where they lie", set_true(&switches->list)},
      {"verify", "", "check a bundle, the CRC of each file too", set_true(&switches->verify)},
      {"help", "", "show this", set_true(&switches->help)},
  };
}

absl::Status add_image(absl::string_view argument, PackOptions& options) {
  const std::size_t equals = argument.find('=');
  const absl::string_view name = argument.substr(0, equals);
  if (equals == absl::string_view::npos || equals + 1 == argument.size()) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": wants name=path"));
  }
  if (!bundle::is_file_name({name.data(), name.size()})) {
    return absl::InvalidArgumentError(
        absl::StrCat(argument, ": wants a name of 1 to 31 characters of [A-Za-z0-9_.-]"));
  }
  bool taken = name == kFirstTaskName;
  for (const PackOptions::Image& image : options.images) taken = taken || image.name == name;
  if (taken) return absl::InvalidArgumentError(absl::StrCat(argument, ": that name is taken"));
  if (options.images.size() + 1 >= bundle::kMaxFiles) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": wants at most 63 images"));
  }
  options.images.push_back(
      {.name = std::string(name), .path = std::string(argument.substr(equals + 1))});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PackOptions> parse_pack_options(std::span<const std::string> arguments) {
  PackOptions options;
  Switches switches;
  const std::vector<Flag> table = flag_table(&options, &switches);
  const auto positional = parse_flags(table, arguments);
  if (!positional.ok()) return positional.status();
  if (switches.help) {
    options.mode = PackOptions::Mode::kHelp;
    return options;
  }
  if (switches.list || switches.verify) {
    options.mode = switches.list ? PackOptions::Mode::kList : PackOptions::Mode::kVerify;
    if (switches.list && switches.verify) {
      return absl::InvalidArgumentError("--list or --verify, not both");
    }
    if (positional->size() != 1 || !options.out.empty() || !options.init.empty()) {
      return absl::InvalidArgumentError("--list and --verify want one bundle, and nothing else");
    }
    options.bundle = positional->front();
    return options;
  }
  if (options.out.empty()) return absl::InvalidArgumentError("--out=FILE is missing");
  if (options.init.empty()) return absl::InvalidArgumentError("--init=ELF is missing");
  for (const std::string& argument : *positional) {
    if (absl::Status status = add_image(argument, options); !status.ok()) return status;
  }
  return options;
}

std::string pack_usage() {
  PackOptions options;
  Switches switches;
  return absl::StrCat(
      "usage: pack --out=FILE --init=ELF [--init-stack=BYTES] [name=ELF ...]\n"
      "       pack --list BUNDLE\n"
      "       pack --verify BUNDLE\n",
      flag_help(flag_table(&options, &switches)));
}

}  // namespace bootimage
