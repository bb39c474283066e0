// Every generated file is what gen/golden has, and gen/golden has no other: what changes in the
// output is seen in review. `bazel run //gen:update_golden` writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gen/compiler.h"
#include "gen/cxx.h"
#include "gen/emit.h"
#include "gen/model.h"
#include "gen/outputs.h"

namespace kidl {
namespace {

constexpr char kGolden[] = "gen/golden/";

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// A service without a page in golden/ is not held: who adds one to a tree of their own need not
// know of golden/. update_golden writes all that there are, and from then on they are held.
bool is_held(const std::string& path) {
  constexpr absl::string_view kServices = "idl/service/";
  return !absl::StartsWith(path, kServices) ||
         std::filesystem::exists(absl::StrCat(kGolden, "docs/", stem(path), ".md"));
}

// Not the manifest, which users edit; testdata/constants.idl is like it.
std::vector<std::string> sources() {
  std::vector<std::string> result = {"gen/testdata/bounded.idl", "gen/testdata/constants.idl",
                                     "gen/testdata/probe.idl"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator("idl")) {
    const std::string path = entry.path().string();
    if (entry.path().extension() == ".idl" && is_held(path)) result.push_back(path);
  }
  return result;
}

const Compiled& compiled() {
  static const auto* const kCompiled =
      new absl::StatusOr<Compiled>(compile_files("/usr/bin/capnp", ".", sources()));
  return kCompiled->value();
}

struct Emitter {
  const char* name;
  std::function<void(const System&, Output&)> emit;
};

class GoldenTest : public ::testing::TestWithParam<Emitter> {};

TEST_P(GoldenTest, IsCurrent) {
  ASSERT_EQ(compiled().messages(), "");
  Output output;
  GetParam().emit(*compiled().system, output);
  EXPECT_FALSE(output.empty());
  for (const auto& [path, content] : output) {
    EXPECT_EQ(read(kGolden + path), content)
        << path << " changed: look at it, then `bazel run //gen:update_golden`";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Emitters, GoldenTest,
    ::testing::Values(Emitter{"Wire", emit_wire}, Emitter{"Constants", emit_constants},
                      Emitter{"Asm", emit_asm}, Emitter{"SystemCalls", emit_syscalls},
                      Emitter{"Client", emit_client}, Emitter{"Server", emit_server},
                      Emitter{"Message", emit_message}, Emitter{"Fake", emit_fake},
                      Emitter{"Reject", emit_reject}, Emitter{"Relay", emit_relay},
                      Emitter{"Fuzz", emit_fuzz}, Emitter{"Decode", emit_decode},
                      Emitter{"CallTable", emit_call_table}, Emitter{"Docs", emit_docs}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(GoldenFolderTest, LinesOfCodeHaveAtMost100Columns) {
  Output output;
  emit_cxx(*compiled().system, output);
  for (const auto& [path, content] : output) {
    for (const absl::string_view line : absl::StrSplit(content, '\n')) {
      EXPECT_LE(line.size(), 100U) << path << ": " << line;
    }
  }
}

// So no value gets from it into a log, whether it is $sensitive or not (docs/kidl.md, "Secrets").
TEST(GoldenFolderTest, GeneratedCodeHasNoWayToPrint) {
  Output output;
  emit_cxx(*compiled().system, output);
  for (const auto& [path, content] : output) {
    for (const char* way :
         {"stream", "<format", "<print", "<cstdio", "stdio.h", "printf", "puts("}) {
      EXPECT_FALSE(absl::StrContains(content, way)) << path << " has " << way;
    }
  }
}

TEST(GoldenFolderTest, HasNothingElse) {
  Output output;
  emit_cxx(*compiled().system, output);
  emit_docs(*compiled().system, output);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kGolden)) {
    const std::string path = entry.path().string().substr(sizeof(kGolden) - 1);
    if (entry.is_directory() || absl::EndsWith(path, ".txt")) continue;  // of the messages
    EXPECT_TRUE(output.contains(path)) << path << " is not generated any more";
  }
}

// What the rule of two files that become one (KIDL0134) knows is all that the emitters write.
TEST(GoldenFolderTest, EveryFileIsForeseen) {
  Output output;
  emit_cxx(*compiled().system, output);
  emit_docs(*compiled().system, output);
  std::set<std::string> written;
  for (const auto& [path, content] : output) written.insert(path);
  std::set<std::string> foreseen(fixed_outputs().begin(), fixed_outputs().end());
  for (const auto& file : compiled().system->files) {
    for (const std::string& path : outputs_of(*file)) foreseen.insert(path);
  }
  EXPECT_EQ(written, foreseen);
}

// The order in which files are named must not matter: Bazel sorts by its own rules.
TEST(GoldenFolderTest, OutputDoesNotDependOnTheOrderOfFiles) {
  std::vector<std::string> reversed = sources();
  std::reverse(reversed.begin(), reversed.end());
  const absl::StatusOr<Compiled> again = compile_files("/usr/bin/capnp", ".", reversed);
  ASSERT_TRUE(again.ok());
  Output first;
  Output second;
  emit_cxx(*compiled().system, first);
  emit_cxx(*again->system, second);
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace kidl
