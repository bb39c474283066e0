#include <kj_cxx23.h>

#include <capnp/schema-parser.h>
#include <kj/exception.h>
#include <kj/filesystem.h>

#include <array>
#include <cstddef>
#include <expected>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::string, smoke, "unset", "A flag, to see that the library links.");

namespace {

using ::testing::HasSubstr;

TEST(HostSmoke, LanguageIsCxx23) {
  const std::expected<int, int> value = 3;
  EXPECT_EQ(value.value(), 3);
}

TEST(HostSmoke, AbseilLinks) {
  const absl::StatusOr<int> refused = absl::InvalidArgumentError(absl::StrCat("no ", 7));
  EXPECT_THAT(refused.status().ToString(), HasSubstr("no 7"));
  EXPECT_EQ(absl::GetFlag(FLAGS_smoke), "unset");
  std::string program = "program";
  std::string flag = "--smoke=set";
  std::array<char*, 2> args = {program.data(), flag.data()};
  absl::ParseCommandLine(static_cast<int>(args.size()), args.data());
  EXPECT_EQ(absl::GetFlag(FLAGS_smoke), "set");
}

TEST(HostSmoke, CapnProtoLinks) {
  const auto disk = kj::newDiskFilesystem();
  const capnp::SchemaParser parser;
  const auto failure = kj::runCatchingExceptions([&] {
    parser.parseFromDirectory(disk->getRoot(), kj::Path({"nowhere", "a.capnp"}), nullptr);
  });
  EXPECT_TRUE(failure != nullptr);
}

// What follows shows that the build is really instrumented: a bare one would pass silently.

void write_past_end() {
  std::array<char, 8> bytes{};
  volatile std::size_t index = bytes.size();
  char* volatile base = bytes.data();
  base[index] = 1;
}

void overflow() {
  volatile int largest = 0x7fffffff;
  largest = largest + 1;
}

TEST(HostSmokeDeathTest, AddressSanitizerIsOn) {
  EXPECT_DEATH(write_past_end(), "stack-buffer-overflow");
}

TEST(HostSmokeDeathTest, UndefinedBehaviorSanitizerIsOn) {
  EXPECT_DEATH(overflow(), "signed integer overflow");
}

}  // namespace
