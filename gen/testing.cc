#include "gen/testing.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace kidl::testing {

Folder::Folder() : path_(absl::StrCat(::testing::TempDir(), "/kidl.XXXXXX")) {
  if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "no folder " << path_;
  std::filesystem::create_directory_symlink(std::filesystem::current_path() / "idl",
                                            std::filesystem::path(path_) / "idl");
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

void Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(std::filesystem::path(path_) / name, std::ios::binary) << text;
}

Compiled Folder::compile(const std::vector<std::string>& files) const {
  absl::StatusOr<Compiled> compiled = compile_files("/usr/bin/capnp", path_, files);
  if (!compiled.ok()) {
    ADD_FAILURE() << compiled.status();
    return {};
  }
  return *std::move(compiled);
}

Compiled compile_sample(const std::vector<SampleFile>& sample, bool transport) {
  const Folder folder;
  std::vector<std::string> files;
  for (const SampleFile& each : sample) {
    folder.write(each.path, each.text);
    files.push_back(each.path);
  }
  if (transport) {
    files.insert(files.end(), {"idl/kernel/endpoint.idl", "idl/kernel/reply.idl"});
  }
  return folder.compile(files);
}

std::string messages_of(absl::string_view sample) {
  return compile_sample(sample_files(sample)).messages();
}

}  // namespace kidl::testing
