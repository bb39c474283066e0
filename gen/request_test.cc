// A request that is damaged anywhere is refused with a message, or is another request: kidl neither
// crashes nor hangs.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gen/compiler.h"
#include "gen/diagnostics.h"
#include "gen/emit.h"
#include "gen/front_end.h"
#include "gen/sources.h"
#include "gen/testing.h"

namespace kidl {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

// Small, with a declaration of each kind.
constexpr char kSample[] = R"(@0xd1a7e55e7a00fe77;
# A sample.
using K = import "/idl/kidl.idl";
$K.namespace("sample");
const all :List(Pair) = [(name = "a", level = high), (name = "b", level = low)];
# A constant.
enum Level {
  low @0;
  high @1;
}
struct Pair {
  name @0 :Text $K.max(8);
  level @1 :Level;
}
interface Ambient $K.ambient {
  # Calls.
  ask @0 (a :UInt64, level :Level, n :UInt8 $K.range((min = 1, max = 9))) -> (b :Int32)
      $K.number(200);
  # Asks.
}
)";

class DamagedRequest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("sample.idl", kSample);
    Diagnostics diagnostics;
    const absl::StatusOr<std::string> request =
        run_capnp("/usr/bin/capnp", folder_.path(), {"sample.idl"}, sources_, diagnostics);
    ASSERT_TRUE(request.ok()) << request.status();
    request_ = *request;
    ASSERT_EQ(run(request_), "");
  }

  // Everything that kidl does with a request but for writing files; what it said.
  std::string run(const std::string& request) const {
    const absl::StatusOr<Compiled> compiled = compile_request(request, folder_.path());
    if (!compiled.ok()) {
      EXPECT_NE(compiled.status().message(), "");
      return std::string(compiled.status().message());
    }
    if (!compiled->diagnostics.empty()) return compiled->messages();
    Output output;
    emit_cxx(*compiled->system, output);
    emit_docs(*compiled->system, output);
    return "";
  }

  std::size_t words() const { return request_.size() / kWord; }
  std::string with_word(std::size_t index, std::uint64_t flipped) const {
    std::string result = request_;
    std::uint64_t word = 0;
    std::memcpy(&word, result.data() + index * kWord, kWord);
    word ^= flipped;
    std::memcpy(result.data() + index * kWord, &word, kWord);
    return result;
  }

  Sources sources_;
  testing::Folder folder_;
  std::string request_;
};

TEST_F(DamagedRequest, CutShortAtAnyWordIsRefused) {
  ASSERT_GT(words(), 300U);
  for (std::size_t size = 0; size < words(); ++size) {
    EXPECT_NE(run(request_.substr(0, size * kWord)), "") << size << " words";
    EXPECT_NE(run(request_.substr(0, size * kWord + 3)), "") << size << " words and 3 bytes";
  }
}

TEST_F(DamagedRequest, ABitFlippedInAnyWordDoesNoHarm) {
  std::size_t refused = 0;
  for (std::size_t index = 0; index < words(); ++index) {
    for (const unsigned bit : {0U, 2U, 17U, 32U, 63U, static_cast<unsigned>(index * 7 % 64)}) {
      SCOPED_TRACE(absl::StrCat("word ", index, ", bit ", bit));
      if (!run(with_word(index, std::uint64_t{1} << bit)).empty()) ++refused;
    }
  }
  EXPECT_GT(refused, words());
}

TEST_F(DamagedRequest, AWordTurnedRoundDoesNoHarm) {
  for (std::size_t index = 0; index < words(); ++index) {
    SCOPED_TRACE(absl::StrCat("word ", index));
    run(with_word(index, ~std::uint64_t{0}));
  }
}

TEST_F(DamagedRequest, AFolderIsNoSource) {
  std::filesystem::create_directory(folder_.path() + "/folder.idl");
  Sources sources;
  EXPECT_FALSE(sources.load(folder_.path(), "folder.idl").ok());
}

}  // namespace
}  // namespace kidl
