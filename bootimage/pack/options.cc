#include "bootimage/pack/options.h"

#include <algorithm>

#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bootimage/bundle_format.h"
#include "bootimage/flags/flag_table.h"

namespace bootimage {
namespace {

struct Switches {
  bool list = false;
  bool verify = false;
  bool help = false;
};

absl::StatusOr<PackOptions::Image> parse_image(absl::string_view argument) {
  const std::size_t equals = argument.find('=');
  const absl::string_view name = argument.substr(0, equals);
  if (equals == absl::string_view::npos || equals + 1 == argument.size()) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": wants name=path"));
  }
  if (!bundle::is_file_name({name.data(), name.size()})) {
    return absl::InvalidArgumentError(
        absl::StrCat(argument, ": wants a name of 1 to 31 characters of [A-Za-z0-9_.-]"));
  }
  return PackOptions::Image{.name = std::string(name),
                            .path = std::string(argument.substr(equals + 1))};
}

std::vector<Flag> flag_table(PackOptions* options, Switches* switches) {
  const auto set_stack = [options](absl::string_view value) {
    std::uint64_t& stack = options->init_stack;
    if (!absl::SimpleAtoi(value, &stack) || stack == 0 || stack > bundle::kMaxStackSize ||
        !bundle::is_page_multiple(stack)) {
      return absl::InvalidArgumentError("a multiple of 4096, up to 1048576");
    }
    return absl::OkStatus();
  };
  const auto add_spare = [options](absl::string_view value) {
    const auto parsed = parse_image(value);
    if (parsed.ok()) options->spares.push_back(*parsed);
    return parsed.status();
  };
  return {
      {"out", "FILE", "the bundle to write", set_text(&options->out)},
      {"init", "ELF", "the first task", set_text(&options->init)},
      {"init-stack", "BYTES", "stack that the first task asks for (65536)", set_stack},
      {"names", "FILE", "names of images, a line each: the bundle holds these, in this order",
       set_text(&options->names)},
      {"spare", "NAME=ELF", "an image that is taken if --names has it; may be given again",
       add_spare},
      {"list", "", "list a bundle's files, and where they lie", set_true(&switches->list)},
      {"verify", "", "check a bundle, the CRC of each file too", set_true(&switches->verify)},
      {"help", "", "show this", set_true(&switches->help)},
  };
}

absl::Status add_image(absl::string_view argument, PackOptions& options) {
  const auto parsed = parse_image(argument);
  if (!parsed.ok()) return parsed.status();
  bool taken = parsed->name == kFirstTaskName;
  for (const PackOptions::Image& image : options.images)
    taken = taken || image.name == parsed->name;
  if (taken) return absl::InvalidArgumentError(absl::StrCat(argument, ": that name is taken"));
  if (options.images.size() + 1 >= bundle::kMaxFiles) {
    return absl::InvalidArgumentError(absl::StrCat(argument, ": wants at most 63 images"));
  }
  options.images.push_back(*parsed);
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
  if (options.names.empty() && !options.spares.empty()) {
    return absl::InvalidArgumentError("--spare wants --names=FILE beside it");
  }
  return options;
}

absl::StatusOr<std::vector<PackOptions::Image>> images_named(const PackOptions& options,
                                                             absl::string_view names) {
  using Image = PackOptions::Image;
  const auto find = [](const std::vector<Image>& among, absl::string_view name) {
    return std::ranges::find(among, name, &Image::name);
  };
  std::vector<Image> result;
  for (absl::string_view name : absl::StrSplit(names, '\n', absl::SkipEmpty())) {
    auto image = find(options.images, name);
    if (image == options.images.end()) {
      image = find(options.spares, name);
      if (image == options.spares.end()) {
        return absl::NotFoundError(absl::StrCat(
            options.names, ": the manifest names '", name,
            "', and there is no server of that name; give the image one, or mend the manifest"));
      }
    }
    result.push_back(*image);
  }
  for (const Image& image : options.images) {
    if (find(result, image.name) != result.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(options.names, ": the image has a server '", image.name,
                     "', which the manifest does not name; take it away, or name it there"));
  }
  return result;
}

std::string pack_usage() {
  PackOptions options;
  Switches switches;
  return absl::StrCat(
      "usage: pack --out=FILE --init=ELF [--init-stack=BYTES] [--names=FILE] [name=ELF ...]\n"
      "       pack --list BUNDLE\n"
      "       pack --verify BUNDLE\n",
      flag_help(flag_table(&options, &switches)));
}

}  // namespace bootimage
