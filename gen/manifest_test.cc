// What is refused of a manifest, beyond the one sample that each code has in
// explanations_manifest.cc: a good one is spoilt in one way at a time.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gen/diagnostics.h"
#include "gen/testing.h"

namespace kidl {
namespace {

using testing::compile_sample;
using testing::messages_of;

// The base is in a file of its own, as the stock one is.
constexpr char kGood[] = R"(using Stock = import "/stock.idl";
const small :M.Manifest = (base = Stock.first, images = [
  (name = "vault", identity = 0x13, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8,
   service = true, clients = ["guest"], uses = ["timed"], device = entropy),
  # Who may open it.
  (name = "guest", identity = 0x14, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8,
   uses = ["console", "vault", "execd"], grants = [input, memory], spawns = ["child"],
   restart = onFailure, restarts = 2),
  (name = "child", identity = 0x15, quotaKiB = 128, stackKiB = 4, slots = 48, poolPages = 8,
   uses = ["console"], grants = [memory], start = spawned),
]);
=== stock.idl
const first :List(M.Image) = [
  (name = "console", identity = 0x10, quotaKiB = 256, stackKiB = 16, slots = 64, poolPages = 8,
   service = true, grants = [uart]),
  (name = "timed", identity = 0x11, quotaKiB = 512, stackKiB = 16, slots = 2112, poolPages = 8,
   service = true, uses = ["console"]),
  (name = "execd", identity = 0x12, quotaKiB = 2560, stackKiB = 16, slots = 256, poolPages = 24,
   service = true, uses = ["console", "timed"], grants = [spawner]),
];
)";

using Edits = std::vector<std::pair<std::string, std::string>>;  // each text stands there once

struct Spoilt {
  const char* name;
  Code code;
  Edits edits;
};

std::string spoil(const Edits& edits) {
  std::string text = kGood;
  for (const auto& [from, to] : edits) {
    const std::size_t at = text.find(from);
    EXPECT_TRUE(at != std::string::npos && text.find(from, at + 1) == std::string::npos) << from;
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  return text;
}

constexpr char kChild[] = R"("child", identity = 0x15, quotaKiB = 128, stackKiB = 4)";
constexpr char kStart[] = "grants = [memory], start = spawned";
constexpr char kSix[] =
    R"("s1", identity = 0x31, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "s2", identity = 0x32, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "s3", identity = 0x33, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "s4", identity = 0x34, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "s5", identity = 0x35, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "s6", identity = 0x36, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "child", identity = 0x15)";

const std::vector<Spoilt>& cases() {
  static const auto* const kCases = new std::vector<Spoilt>{
      {"NameEmpty", Code::kImageName, {{R"(name = "vault")", R"(name = "")"}}},
      {"NameWithASpace", Code::kImageName, {{R"(name = "child")", R"(name = "a: b")"}}},
      {"NameTooLong", Code::kTooLong, {{R"(name = "timed")", R"(name = "seventeen-letters")"}}},
      {"NameOfInit", Code::kImageName, {{R"(name = "child")", R"(name = "init")"}}},
      {"NameTwice", Code::kImageTwice, {{R"(name = "child")", R"(name = "guest")"}}},
      {"NameOfTheBase", Code::kImageTwice, {{R"(name = "child")", R"(name = "timed")"}}},
      {"GrantTwice", Code::kImageTwice, {{"[input, memory]", "[memory, input, memory]"}}},
      {"UsesTwice", Code::kImageTwice, {{R"("execd"], grants)", R"("execd", "vault"], grants)"}}},
      {"SpawnsTwice", Code::kImageTwice, {{R"(["child"])", R"(["child", "child"])"}}},
      {"ClientsTwice", Code::kImageTwice, {{R"(["guest"])", R"(["guest", "guest"])"}}},
      {"IdentityTwice", Code::kImageTwice, {{"0x15", "0x14"}}},
      {"IdentityOfTheBase", Code::kImageTwice, {{"0x15", "0x10"}}},
      {"IdentityMissing", Code::kIdentity, {{", identity = 0x15", ""}}},
      {"IdentityOfInit", Code::kIdentity, {{"0x15", "0x1"}}},
      {"IdentityTooGreat", Code::kIdentity, {{"0x15", "0x100000000"}}},
      {"StackOfNothing", Code::kImageSize, {{"stackKiB = 4,", "stackKiB = 0,"}}},
      {"StackOfNoPages", Code::kImageSize, {{"stackKiB = 4,", "stackKiB = 6,"}}},
      {"SlotsOfTheStartAlone", Code::kImageSize, {{"slots = 48", "slots = 40"}}},
      {"SlotsTooMany", Code::kImageSize, {{"slots = 2112", "slots = 65537"}}},
      {"PoolTooSmall", Code::kImageSize, {{"poolPages = 24", "poolPages = 2"}}},
      {"QuotaOfNothing", Code::kQuota, {{"quotaKiB = 2560", "quotaKiB = 0"}}},
      {"QuotaOfNoPages", Code::kQuota, {{"quotaKiB = 2560", "quotaKiB = 2561"}}},
      {"QuotaOfLessThanItsParts", Code::kQuota, {{"quotaKiB = 512", "quotaKiB = 176"}}},
      {"QuotaOfMoreThanTheMachine", Code::kQuota, {{"quotaKiB = 2560", "quotaKiB = 262148"}}},
      {"QuotasOfMoreThanTheMachine",
       Code::kQuota,
       {{"quotaKiB = 2560", "quotaKiB = 200000"}, {"quotaKiB = 512", "quotaKiB = 100000"}}},
      {"QuotasOfMoreThanASmallMachine",
       Code::kQuota,
       {{"base = Stock.first", "memoryKiB = 3452, base = Stock.first"}}},
      {"UsesUnknown", Code::kUnknownImage, {{R"(["timed"])", R"(["timer"])"}}},
      {"ClientsUnknown", Code::kUnknownImage, {{R"(["guest"])", R"(["guest", "gust"])"}}},
      {"SpawnsUnknown", Code::kUnknownImage, {{R"(["child"])", R"(["child", "chill"])"}}},
      {"UsesNoService", Code::kNotAllowed, {{"service = true, clients = [\"guest\"], ", ""}}},
      {"UsesAndIsNoClient", Code::kNotAllowed, {{R"(["guest"])", R"(["child"])"}}},
      {"ClientsOfNoService", Code::kNotAllowed, {{"service = true, clients", "clients"}}},
      {"ClientThatUsesItNot", Code::kNotAllowed, {{R"(["guest"])", R"(["guest", "child"])"}}},
      {"SpawnsWhatInitStarts", Code::kNotAllowed, {{R"(["child"])", R"(["vault"])"}}},
      {"SpawnsAndCanAskNobody", Code::kNotAllowed, {{R"(, "execd"])", "]"}}},
      {"InputWithoutConsole",
       Code::kNotAllowed,
       {{R"(["console", "vault", "execd"])", R"(["vault", "execd"])"}}},
      {"UsesItself", Code::kUsesCycle, {{R"(["timed"])", R"(["timed", "vault"])"}}},
      {"CycleOfTwo",
       Code::kUsesCycle,
       {{R"(["timed"])", R"(["guest"])"}, {"restart = onFailure, restarts = 2", "service = true"}}},
      {"CycleOfThreeOfTheBase",
       Code::kUsesCycle,
       {{R"(grants = [uart])", R"(uses = ["execd"])"},
        {R"(["console", "timed"])", R"(["timed"])"}}},
      {"UsesWhatIsStartedLater",
       Code::kStartOrder,
       {{R"(["timed"])", R"(["later"])"},
        {R"((name = "child", identity = 0x15,)",
         R"((name = "later", identity = 0x16, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8,
   service = true),
  (name = "child", identity = 0x15,)"}}},
      {"NoImages",
       Code::kNoConsole,
       {{"= (base = Stock.first,", "= ();\nconst other :M.Manifest = (base = Stock.first,"}}},
      {"ConsoleIsNoService",
       Code::kNoConsole,
       {{"service = true, grants = [uart]", "grants = [uart]"}}},
      {"UartTwice", Code::kDevice, {{"[input, memory]", "[input, memory, uart]"}}},
      {"UartAndWindow", Code::kDevice, {{"[uart]", "[uart, window]"}}},
      {"UartAndDevice", Code::kDevice, {{"[uart]", "[uart], device = entropy"}}},
      {"DeviceTwice", Code::kDevice, {{"restart = onFailure, restarts = 2", "device = entropy"}}},
      {"RestartsOfZero", Code::kRestart, {{"restarts = 2", "restarts = 0"}}},
      {"RestartsOfNoRestart", Code::kRestart, {{"restart = onFailure, ", ""}}},
      {"RestartWithAWindow", Code::kRestart, {{"[input, memory]", "[input, memory, window]"}}},
      {"RestartOfWhatInitDoesNotStart",
       Code::kRestart,
       {{"start = spawned", "start = spawned, restart = always, restarts = 1"}}},
      {"SpawnedService", Code::kSpawned, {{"start = spawned", "start = spawned, service = true"}}},
      {"SpawnedWithAGrant",
       Code::kSpawned,
       {{kStart, "grants = [memory, alarm], start = spawned"}}},
      {"SpawnedWithADevice",
       Code::kSpawned,
       {{"start = spawned", "start = spawned, device = entropy"},
        {R"(["timed"], device = entropy)", R"(["timed"])"}}},
      {"SpawnedByNobody", Code::kSpawned, {{"grants = [spawner]", "grants = [alarm]"}}},
      {"SpawnedWithoutRoom",
       Code::kSpawned,
       {{kChild, absl::StrCat(kSix, ", quotaKiB = 128, stackKiB = 4")},
        {R"(uses = ["console"], grants = [memory], start)",
         R"(uses = ["s1", "s2", "s3", "s4", "s5", "s6", "execd"], start)"}}},
      {"SpawnerOfNoService",
       Code::kSpawner,
       {{R"(service = true, uses = ["console", "timed"])", R"(uses = ["console", "timed"])"}}},
      {"SpawnerWithoutSlots", Code::kSpawner, {{"slots = 256", "slots = 41"}}},
  };
  return *kCases;
}

class SpoiltManifest : public ::testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltManifest, IsRefusedWithTheCode) {
  const Compiled compiled = compile_sample(sample_files(spoil(GetParam().edits)));
  EXPECT_TRUE(compiled.diagnostics.has(GetParam().code)) << compiled.messages();
}

INSTANTIATE_TEST_SUITE_P(Cases, SpoiltManifest, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ManifestTest, TheSampleIsGood) { EXPECT_EQ(messages_of(kGood), ""); }

// Those that are just good: the rules' edges.
TEST(ManifestTest, WhatJustFitsIsGood) {
  const std::vector<Edits> good = {
      {{R"(name = "timed", id)", R"(name = "sixteen-letters_", id)"},
       {R"(["timed"])", R"(["sixteen-letters_"])"},
       {R"(["console", "timed"])", R"(["console"])"}},
      {{"0x15", "0xffffffff"}},
      {{"slots = 48", "slots = 41"}},
      {{"slots = 256", "slots = 42"}},
      {{"slots = 2112", "slots = 65536"}, {"quotaKiB = 512", "quotaKiB = 4144"}},
      {{"poolPages = 24", "poolPages = 3"}},
      {{"quotaKiB = 512", "quotaKiB = 180"}},
      {{"base = Stock.first", "memoryKiB = 3584, base = Stock.first"}},
      {{kChild, absl::StrCat(kSix, ", quotaKiB = 128, stackKiB = 4")},
       {R"(uses = ["console"], grants = [memory], start)",
        R"(uses = ["s1", "s2", "s3", "s4", "s5", "s6", "console", "timed"], start)"}},
      {{"restart = onFailure, restarts = 2", "restart = always, restarts = 255"}},
  };
  for (const Edits& each : good) {
    EXPECT_EQ(messages_of(spoil(each)), "") << each[0].second;
  }
}

// Its rules are told once, where it stands, however many manifests have it as their base.
TEST(ManifestTest, ABaseIsToldOfOnce) {
  const std::string more = "const other :M.Manifest = (base = Stock.first);\n=== stock.idl\n";
  const std::string text = spoil({{"=== stock.idl\n", more}, {"poolPages = 24", "poolPages = 2"}});
  const std::vector<std::string> lines = absl::StrSplit(messages_of(text), '\n');
  ASSERT_EQ(lines.size(), 4U) << messages_of(text);
  EXPECT_TRUE(absl::StartsWith(lines[0], "stock.idl:11:")) << lines[0];
}

TEST(ManifestTest, ImagesOfTheBaseCount) {
  std::string text = "const first :List(M.Image) = [\n";
  for (int each = 0; each < 32; ++each) {
    absl::StrAppend(
        &text, "  (name = \"", each == 0 ? "console" : absl::StrCat("i", each),
        "\", identity = ", 0x10 + each,
        ", quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),\n");
  }
  text += "];\nconst most :M.Manifest = (base = .first);\n";
  EXPECT_EQ(messages_of(text), "");
  EXPECT_EQ(messages_of(text + "const small :M.Manifest = (base = .first, images = [()]);\n"),
            "sample.idl:41:7: error: the manifest has 33 images, those of its base included, more "
            "than 32; take some out [KIDL0115]\n"
            "const small :M.Manifest = (base = .first, images = [()]);\n"
            "      ^\n");
}

TEST(ManifestTest, MessagesAreAsInTheGoldenFile) {
  std::string all;
  for (const Spoilt& each : cases()) {
    absl::StrAppend(&all, "# ", each.name, "\n", messages_of(spoil(each.edits)), "\n");
  }
  const char* const update = std::getenv("KIDL_UPDATE_GOLDEN");
  if (update != nullptr) std::ofstream(absl::StrCat(update, "/manifests.txt")) << all;
  std::ifstream stream("gen/golden/manifests.txt");
  const std::string golden(std::istreambuf_iterator<char>(stream), {});
  const std::vector<std::string> expected = absl::StrSplit(golden, "\n\n");
  const std::vector<std::string> actual = absl::StrSplit(all, "\n\n");
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t each = 0; each < actual.size(); ++each) EXPECT_EQ(expected[each], actual[each]);
}

}  // namespace
}  // namespace kidl
