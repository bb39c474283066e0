// pack: makes a bundle, lists one, checks one. Exit 0 done, 1 refused, 2 wrong flags.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bootimage/pack/options.h"
#include "bootimage/pack/pack.h"

namespace bootimage {
namespace {

absl::StatusOr<ByteVector> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> chars{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": cannot read: ", std::strerror(errno), "; check the path"));
  }
  const auto bytes = std::as_bytes(std::span(chars));
  return ByteVector(bytes.begin(), bytes.end());
}

absl::Status write_file(const std::string& path, const ByteVector& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat(path, ": cannot write: ", std::strerror(errno),
                                         "; check the folder and the space left"));
}

absl::Status run_pack(const PackOptions& options) {
  const auto init = read_file(options.init);
  if (!init.ok()) return init.status();
  std::vector<PackOptions::Image> chosen = options.images;
  if (!options.names.empty()) {
    const auto names = read_file(options.names);
    if (!names.ok()) return names.status();
    const absl::string_view text(reinterpret_cast<const char*>(names->data()), names->size());
    auto named = images_named(options, text);
    if (!named.ok()) return named.status();
    chosen = *std::move(named);
  }
  std::vector<InputImage> images;
  for (const PackOptions::Image& image : chosen) {
    auto bytes = read_file(image.path);
    if (!bytes.ok()) return bytes.status();
    images.push_back({.name = image.name, .path = image.path, .bytes = *std::move(bytes)});
  }
  const InputImage first{.name = std::string(kFirstTaskName), .path = options.init, .bytes = *init};
  const auto made = make_bundle(first, options.init_stack, images);
  if (!made.ok()) return made.status();
  return write_file(options.out, *made);
}

absl::Status run_on_bundle(const PackOptions& options) {
  const auto bytes = read_file(options.bundle);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<std::string> text;
  if (options.mode == PackOptions::Mode::kList) {
    text = list_bundle(*bytes);
  } else {
    const absl::Status status = verify_bundle(*bytes);
    text = status.ok() ? absl::StatusOr<std::string>(options.bundle + ": ok\n") : status;
  }
  if (!text.ok()) {
    return absl::DataLossError(absl::StrCat(options.bundle, ": ", text.status().message()));
  }
  std::fputs(text->c_str(), stdout);
  return absl::OkStatus();
}

int run(const std::vector<std::string>& arguments) {
  const auto options = parse_pack_options(arguments);
  if (!options.ok()) {
    std::fputs(absl::StrCat("pack: ", options.status().message(), "\n", pack_usage()).c_str(),
               stderr);
    return 2;
  }
  if (options->mode == PackOptions::Mode::kHelp) {
    std::fputs(pack_usage().c_str(), stdout);
    return 0;
  }
  const absl::Status status =
      options->mode == PackOptions::Mode::kPack ? run_pack(*options) : run_on_bundle(*options);
  if (status.ok()) return 0;
  std::fputs(absl::StrCat("pack: ", status.message(), "\n").c_str(), stderr);
  return 1;
}

}  // namespace
}  // namespace bootimage

int main(int argc, char** argv) {
  return bootimage::run(std::vector<std::string>(argv + 1, argv + argc));
}
