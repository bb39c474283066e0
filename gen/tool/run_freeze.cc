// kidl freeze: holds the locks beside the .idl files against what the files promise now, and writes
// them anew. All or nothing: no lock is written while one of them would break.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gen/diagnostics.h"
#include "gen/json.h"
#include "gen/lock/lock.h"
#include "gen/lock/rules.h"
#include "gen/tool/commands.h"
#include "gen/tool/files.h"

namespace kidl::tool {
namespace {

namespace fs = std::filesystem;

constexpr char kEnding[] = ".lock";

constexpr char kForceMeans[] =
    "Nothing was written. --force writes what breaks, too: every program that was built against "
    "the\n"
    "released files must then be built anew, together with what it talks to.\n";

class Freezer {
 public:
  explicit Freezer(const Invocation& invocation)
      : invocation_(invocation),
        root_(invocation.get("root")),
        json_(invocation.get("format") == "json") {}

  int run() {
    absl::StatusOr<Compiled> compiled = compile(invocation_, invocation_.words);
    if (!compiled.ok()) return fail(compiled.status());
    if (const int told = tell(invocation_, compiled->diagnostics, compiled->sources); told != 0) {
      return told;
    }
    for (const auto& file : compiled->system->files) {
      if (is_named(file->path)) hold(*file);
    }
    look_for_orphans();
    if (invocation_.has("check")) return finish_check();
    if (broken_ && !invocation_.has("force")) {
      std::cerr << kForceMeans;
      return kExitErrors;
    }
    return write();
  }

 private:
  struct Pending {
    std::string path;
    std::string text;
    bool is_current = false;
  };

  bool is_named(const std::string& path) const {
    const std::string under = invocation_.get("under");
    return std::find(invocation_.words.begin(), invocation_.words.end(), path) !=
               invocation_.words.end() &&
           (under.empty() || absl::StartsWith(path, absl::StrCat(under, "/")));
  }

  // Something is wrong with a lock as a whole.
  void tell_of(const std::string& path, Code code, const std::string& message) {
    broken_ = broken_ || code != Code::kLockMissing || invocation_.has("check");
    if (json_) {
      std::cout << "{\"file\":" << json_text(path)
                << ",\"line\":1,\"column\":1,\"code\":" << json_text(code_name(code))
                << ",\"message\":" << json_text(message)
                << ",\"advice\":" << json_text(advice(code)) << "}\n";
    } else {
      std::cerr << path << ": error: " << message << " [" << code_name(code)
                << "]\n  Instead: " << advice(code) << "\n";
    }
  }

  void hold(const File& file) {
    const Lock now = lock_of(file);
    Pending pending{file.path + kEnding, print_lock(now), false};
    const absl::StatusOr<std::string> text = read_file(join(root_, pending.path));
    if (!text.ok()) {
      // The first freeze makes it.
      if (invocation_.has("check")) {
        tell_of(pending.path, Code::kLockMissing,
                absl::StrCat("there is no lock beside ", file.path));
      }
    } else if (const absl::StatusOr<Lock> released = parse_lock(*text); !released.ok()) {
      tell_of(pending.path, Code::kLockDamaged, std::string(released.status().message()));
    } else {
      pending.is_current = *text == pending.text;
      judge(file, compare(*released, now));
    }
    pending_.push_back(std::move(pending));
  }

  void judge(const File& file, const std::vector<Change>& changes) {
    if (changes.empty()) return;
    changed_ = true;
    broken_ = broken_ || breaks(changes);
    if (json_) {
      std::cout << render_json(file.path, changes);
    } else {
      std::cerr << file.path << " has changed since it was frozen:\n" << render(changes);
    }
  }

  void look_for_orphans() {
    std::set<fs::path> folders;
    for (const std::string& each : invocation_.words) {
      if (is_named(each)) folders.insert(fs::path(each).parent_path());
    }
    for (const fs::path& folder : folders) {
      std::error_code error;
      const fs::path full = fs::path(root_) / folder;
      for (fs::directory_iterator each(full.empty() ? "." : full, error);
           !error && each != fs::directory_iterator(); each.increment(error)) {
        const std::string path = (folder / each->path().filename()).string();
        const absl::string_view idl = absl::StripSuffix(path, kEnding);
        if (absl::EndsWith(path, ".idl.lock") && !is_named(std::string(idl))) {
          tell_of(path, Code::kLockOrphan, absl::StrCat("there is no ", idl));
        }
      }
    }
  }

  int finish_check() const {
    if (broken_) return kExitErrors;
    if (changed_ && !json_) {
      std::cerr << "All of it is compatible: `bazel run //idl:freeze` writes it into the locks.\n";
    }
    return EXIT_SUCCESS;
  }

  int write() const {
    for (const Pending& each : pending_) {
      if (each.is_current) continue;
      const absl::Status written = write_file(join(root_, each.path), each.text);
      if (!written.ok()) return fail(written);
      if (!json_) std::cout << each.path << ": written\n";
    }
    return EXIT_SUCCESS;
  }

  const Invocation& invocation_;
  std::string root_;
  bool json_;
  bool broken_ = false;
  bool changed_ = false;
  std::vector<Pending> pending_;
};

}  // namespace

int run_freeze(const Invocation& invocation) {
  if (invocation.words.empty()) {
    return usage_error(invocation.command, "freeze needs the files to lock");
  }
  if (invocation.has("check") && invocation.has("force")) {
    return usage_error(invocation.command, "--check and --force do not go together");
  }
  return Freezer(invocation).run();
}

}  // namespace kidl::tool
