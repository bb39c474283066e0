// kidl new. Nothing that exists is overwritten, and what does not compile is taken back.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gen/tool/commands.h"
#include "gen/tool/files.h"
#include "gen/tool/scaffold.h"

namespace kidl::tool {
namespace {

namespace fs = std::filesystem;

// Writes all or nothing.
class Writer {
 public:
  explicit Writer(std::string root) : root_(std::move(root)) {}

  absl::Status create(const std::map<std::string, std::string>& files) {
    for (const auto& [path, text] : files) {
      std::error_code none;
      if (fs::exists(join(root_, path), none)) {
        return absl::AlreadyExistsError(
            absl::StrCat(path, " is there already; nothing was written"));
      }
    }
    for (const auto& [path, text] : files) {
      created_.push_back(path);
      if (absl::Status written = write_file(join(root_, path), text); !written.ok()) return written;
    }
    return absl::OkStatus();
  }

  absl::Status replace(const std::string& path, const std::string& before,
                       const std::string& text) {
    replaced_[path] = before;
    return write_file(join(root_, path), text);
  }

  void take_back() const {
    std::error_code none;
    for (const std::string& path : created_) {
      fs::remove(join(root_, path), none);
      fs::remove(fs::path(join(root_, path)).parent_path(), none);  // only when it is empty
    }
    for (const auto& [path, text] : replaced_) write_file(join(root_, path), text).IgnoreError();
  }

 private:
  std::string root_;
  std::vector<std::string> created_;
  std::map<std::string, std::string> replaced_;
};

absl::StatusOr<std::vector<std::string>> system_files(const Invocation& invocation) {
  absl::StatusOr<std::vector<std::string>> files =
      idl_files(invocation.get("root"), invocation.get("idl"));
  if (files.ok()) files->push_back(invocation.get("manifest"));
  return files;
}

// 0 when all of it compiles.
int check(const Invocation& invocation, absl::StatusOr<Compiled>& compiled) {
  const absl::StatusOr<std::vector<std::string>> files = system_files(invocation);
  if (!files.ok()) return fail(files.status());
  compiled = compile(invocation, *files);
  if (!compiled.ok()) return fail(compiled.status());
  return tell(invocation, compiled->diagnostics, compiled->sources);
}

absl::Status write_all(Writer& writer, const Invocation& invocation, const NewService& service,
                       const std::string& manifest) {
  const absl::StatusOr<std::string> added = add_to_manifest(manifest, service);
  if (!added.ok()) return added.status();
  if (absl::Status made = writer.create(service_files(service)); !made.ok()) return made;
  return writer.replace(invocation.get("manifest"), manifest, *added);
}

}  // namespace

int run_new(const Invocation& invocation) {
  if (invocation.words.size() != 2 || invocation.words[0] != "service") {
    return usage_error(invocation.command, "new needs the word service and a name");
  }
  absl::StatusOr<Compiled> compiled;
  if (const int told = check(invocation, compiled); told != 0) return told;
  std::string sources;
  for (const auto& [path, text] : compiled->sources.texts()) absl::StrAppend(&sources, text, "\n");
  const std::string folder(absl::StripSuffix(invocation.get("folder"), "/"));
  const absl::StatusOr<NewService> service =
      plan_service(*compiled->system, sources, invocation.words[1], invocation.get("idl"), folder);
  if (!service.ok()) return fail(service.status());

  const std::string manifest(compiled->sources.text(invocation.get("manifest")));
  Writer writer(invocation.get("root"));
  const absl::Status written = write_all(writer, invocation, *service, manifest);
  absl::StatusOr<Compiled> after;
  const int status = written.ok() ? check(invocation, after) : fail(written);
  if (status != 0) {
    if (written.code() != absl::StatusCode::kAlreadyExists) writer.take_back();
    return status;
  }
  for (const auto& [path, text] : service_files(*service)) std::cout << path << ": written\n";
  std::cout << invocation.get("manifest") << ": " << service->name << " and " << service->client()
            << " added\n"
            << next_steps(*service);
  return EXIT_SUCCESS;
}

}  // namespace kidl::tool
