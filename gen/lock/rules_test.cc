// Every rule of the lock: its bad sample breaks what was released, by that rule alone; its good
// sample does not.
#include "gen/lock/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/compiler.h"
#include "gen/diagnostics.h"
#include "gen/testing.h"

namespace kidl {
namespace {

// A lock of these lines, sorted here so that tests can say them in any order.
Lock lock(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  std::string text =
      absl::StrCat("# kidl lock 1: ", lines.size(),
                   " elements. Written by `bazel run //idl:freeze`, never by hand.\n");
  for (const std::string& each : lines) absl::StrAppend(&text, each, "\n");
  absl::StatusOr<Lock> parsed = parse_lock(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status() << text;
  return parsed.ok() ? *std::move(parsed) : Lock{};
}

Lock lock_of_sample(absl::string_view sample) {
  const Compiled compiled = testing::compile_sample(sample_files(sample));
  EXPECT_EQ(compiled.messages(), "") << sample;
  for (const auto& file : compiled.system->files) {
    if (file->path == "sample.idl") return lock_of(*file);
  }
  ADD_FAILURE() << "no sample.idl";
  return {};
}

std::vector<Explanation> with_samples() {
  std::vector<Explanation> result;
  for (const Explanation& each : explanations()) {
    if (phase_of(each.code) == Phase::kLock && !each.released.empty()) result.push_back(each);
  }
  return result;
}

class EachRule : public ::testing::TestWithParam<Explanation> {};

TEST_P(EachRule, BadSampleBreaksItAlone) {
  const std::vector<Change> changes =
      compare(lock_of_sample(GetParam().released), lock_of_sample(GetParam().bad));
  EXPECT_TRUE(breaks(changes)) << render(changes);
  for (const Change& each : changes) {
    if (each.breaks()) EXPECT_EQ(*each.rule, GetParam().code) << render(changes);
  }
}

TEST_P(EachRule, GoodSampleBreaksNothing) {
  const std::vector<Change> changes =
      compare(lock_of_sample(GetParam().released), lock_of_sample(GetParam().good));
  EXPECT_FALSE(breaks(changes)) << render(changes);
}

TEST_P(EachRule, SaysWhatToDoInstead) {
  const std::vector<Change> changes =
      compare(lock_of_sample(GetParam().released), lock_of_sample(GetParam().bad));
  const std::string text = render(changes);
  EXPECT_NE(text.find(absl::StrCat("[", code_name(GetParam().code), "]")), std::string::npos);
  EXPECT_NE(text.find(absl::StrCat("  Instead: ", GetParam().advice, "\n")), std::string::npos)
      << text;
}

INSTANTIATE_TEST_SUITE_P(Rules, EachRule, ::testing::ValuesIn(with_samples()),
                         [](const auto& info) { return code_name(info.param.code); });

TEST(RulesTest, EveryRuleHasAdvice) {
  for (const Explanation& each : explanations()) {
    if (phase_of(each.code) != Phase::kLock) continue;
    EXPECT_FALSE(each.advice.empty()) << code_name(each.code);
  }
}

TEST(RulesTest, NothingChangedIsNoChange) {
  const Lock same = lock({"* file namespace=a", "A enum unknown=refused"});
  EXPECT_TRUE(compare(same, same).empty());
}

TEST(RulesTest, TheLockHasWhatIsDeprecated) {
  const Lock lock = lock_of_sample(
      "interface I $K.service(0x7f01) {\n  # I.\n  m @0 () -> () $K.deprecated(\"Use n.\");  # M.\n"
      "  n @1 () -> ();  # N.\n  o @2 () -> () $K.deprecated(\"Gone.\") $K.removed;  # O.\n}\n");
  EXPECT_EQ(lock.find("I.m")->get("deprecated"), "yes");
  EXPECT_EQ(lock.find("I.n")->get("deprecated"), "");
  EXPECT_EQ(lock.find("I.o")->get("deprecated"), "");
}

TEST(RulesTest, AnAdditionHasItsArticle) {
  const std::string text = render(compare(
      lock({"A enum unknown=accepted"}),
      lock({"A enum unknown=accepted", "A.x enumerant value=0", "B struct extensible=no"})));
  EXPECT_NE(text.find("A.x: an enumerant more\n"), std::string::npos) << text;
  EXPECT_NE(text.find("B: a struct more\n"), std::string::npos) << text;
}

TEST(RulesTest, TheLockHasEachSince) {
  const Lock lock = lock_of_sample(
      "enum E {\n  a @0;\n  b @1 $K.since(\"0.2 beta\");\n}\n"
      "struct S {\n  a @0 :UInt8 $K.since(\"3\");\n}\n"
      "interface I $K.service(0x7f01) $K.since(\"4\") {\n  # I.\n"
      "  m @0 () -> () $K.since(\"5\");\n  # M.\n}\n");
  EXPECT_EQ(lock.find("E.a")->get("since"), "");
  EXPECT_EQ(lock.find("E.b")->get("since"), "\"0.2%20beta\"");
  EXPECT_EQ(lock.find("S.a")->get("since"), "\"3\"");
  EXPECT_EQ(lock.find("I")->get("since"), "\"4\"");
  EXPECT_EQ(lock.find("I.m")->get("since"), "\"5\"");
}

struct Case {
  const char* name;
  std::vector<std::string> before;
  std::vector<std::string> after;
  const char* expected;  // the codes, "fine" for each compatible change; by path
};

std::string verdict(const std::vector<Change>& changes) {
  std::string result;
  for (const Change& each : changes) {
    absl::StrAppend(&result, result.empty() ? "" : " ",
                    each.breaks() ? code_name(*each.rule) : "fine");
  }
  return result;
}

class EachCase : public ::testing::TestWithParam<Case> {};

TEST_P(EachCase, IsJudged) {
  const std::vector<Change> changes = compare(lock(GetParam().before), lock(GetParam().after));
  EXPECT_EQ(verdict(changes), GetParam().expected) << render(changes);
}

const char kLog[] = "Log interface service=0x7f01";
const char kNote[] = "Log.note method ordinal=0";

INSTANTIATE_TEST_SUITE_P(
    Cases, EachCase,
    ::testing::Values(
        Case{"MethodAdded", {kLog}, {kLog, kNote}, "fine"},
        Case{
            "SinceIsFree",
            {kLog, "Log.note method ordinal=0 since=\"1\""},
            {"Log interface service=0x7f01 since=\"0.2\"", "Log.note method ordinal=0 since=\"2\""},
            "fine fine"},
        // With all that belongs to it, told once.
        Case{"InterfaceAdded", {}, {kLog, kNote, "Log.note(a) parameter index=0"}, "fine"},
        Case{"InterfaceRemoved", {kLog, kNote, "Log.$r right bit=0"}, {}, "KIDL0210"},
        Case{"KindChanged", {"A enum unknown=refused"}, {"A struct extensible=no"}, "KIDL0210"},
        Case{"Tombstone",
             {kLog, "Log.note method ordinal=0 deprecated=yes", "Log.note(a) parameter index=0"},
             {kLog, "Log.note method ordinal=0 removed=yes"},
             "fine"},
        Case{"TombstoneAtOnce",
             {kLog, kNote, "Log.note(a) parameter index=0"},
             {kLog, "Log.note method ordinal=0 removed=yes"},
             "KIDL0233"},
        Case{"Deprecated",
             {kLog, kNote},
             {kLog, "Log.note method ordinal=0 deprecated=yes"},
             "fine"},
        Case{"TombstoneRevived",
             {kLog, "Log.note method ordinal=0 removed=yes"},
             {kLog, kNote, "Log.note(a) parameter index=0"},
             "KIDL0232"},
        Case{"MethodRenamed", {kLog, kNote}, {kLog, "Log.tell method ordinal=0"}, "KIDL0211"},
        Case{"MethodReplaced",
             {kLog, kNote, "Log.note(a) parameter index=0"},
             {kLog, "Log.tell method ordinal=0", "Log.tell(b) parameter index=0"},
             "KIDL0211"},
        Case{"EnumerantOnFlexible",
             {"A enum unknown=accepted"},
             {"A enum unknown=accepted", "A.x enumerant value=0"},
             "fine"},
        Case{"BecameStrict",
             {"A enum unknown=accepted"},
             {"A enum unknown=refused", "A.x enumerant value=0"},
             "KIDL0229 fine"},
        Case{"BitMoved",
             {"A enum flags=yes unknown=accepted", "A.x enumerant bit=0"},
             {"A enum flags=yes unknown=accepted", "A.x enumerant bit=1"},
             "KIDL0223"},
        Case{"FieldAppended",
             {"S struct extensible=yes", "S.a field index=0"},
             {"S struct extensible=yes", "S.a field index=0", "S.b field index=1"},
             "fine"},
        Case{"FieldInserted",
             {"S struct extensible=yes", "S.b field index=0"},
             {"S struct extensible=yes", "S.a field index=0", "S.b field index=1"},
             "KIDL0226 KIDL0227"},
        Case{"FieldRenamed",
             {"S struct extensible=yes", "S.a field index=0"},
             {"S struct extensible=yes", "S.b field index=0"},
             "KIDL0225"},
        Case{"FieldWidened",
             {"S struct extensible=yes", "S.a field index=0 max=4"},
             {"S struct extensible=yes", "S.a field index=0 max=5"},
             "KIDL0216"},
        Case{"ParameterRenamed",
             {kLog, kNote, "Log.note(a) parameter index=0 type=UInt8"},
             {kLog, kNote, "Log.note(b) parameter index=0 type=UInt8"},
             "fine"},
        Case{"ParameterRemoved",
             {kLog, kNote, "Log.note(a) parameter index=0 type=UInt8"},
             {kLog, kNote},
             "KIDL0213"},
        Case{"ParameterReplaced",
             {kLog, kNote, "Log.note(a) parameter index=0 type=UInt8"},
             {kLog, kNote, "Log.note(b) parameter index=0 type=UInt16"},
             "KIDL0213"},
        Case{"ResultAdded",
             {kLog, kNote},
             {kLog, kNote, "Log.note->a result index=0 type=UInt8"},
             "KIDL0213"},
        Case{"ParameterLonger",
             {kLog, kNote, "Log.note(a) parameter index=0 max=4"},
             {kLog, kNote, "Log.note(a) parameter index=0 max=5"},
             "fine"},
        Case{"ParameterShorter",
             {kLog, kNote, "Log.note(a) parameter index=0 max=4"},
             {kLog, kNote, "Log.note(a) parameter index=0 max=3"},
             "KIDL0216"},
        Case{"RangeGiven",
             {kLog, kNote, "Log.note(a) parameter index=0"},
             {kLog, kNote, "Log.note(a) parameter index=0 range=0..255"},
             "KIDL0216"},
        Case{"RangeTaken",
             {kLog, kNote, "Log.note(a) parameter index=0 range=0..255"},
             {kLog, kNote, "Log.note(a) parameter index=0"},
             "fine"},
        Case{"RangeShifted",
             {kLog, kNote, "Log.note(a) parameter index=0 range=1..4"},
             {kLog, kNote, "Log.note(a) parameter index=0 range=2..5"},
             "KIDL0216"},
        Case{"ResultLonger",
             {kLog, kNote, "Log.note->a result index=0 max=4"},
             {kLog, kNote, "Log.note->a result index=0 max=5"},
             "KIDL0216"},
        Case{"ResultShorter",
             {kLog, kNote, "Log.note->a result index=0 max=4"},
             {kLog, kNote, "Log.note->a result index=0 max=3"},
             "fine"},
        Case{"OptionalNoMore",
             {kLog, kNote, "Log.note(a) parameter index=0 optional=yes"},
             {kLog, kNote, "Log.note(a) parameter index=0"},
             "KIDL0229"},
        Case{"OptionalNow",
             {kLog, kNote, "Log.note(a) parameter index=0"},
             {kLog, kNote, "Log.note(a) parameter index=0 optional=yes"},
             "fine"},
        Case{"ResultOptionalNow",
             {kLog, kNote, "Log.note->a result index=0"},
             {kLog, kNote, "Log.note->a result index=0 optional=yes"},
             "KIDL0229"},
        // In registers another bound moves what is behind it.
        Case{"LongerInRegisters",
             {kLog, kNote, "Log.note(a) parameter index=0 length=8"},
             {kLog, kNote, "Log.note(a) parameter index=0 length=16"},
             "KIDL0216"},
        Case{"FieldsDefault",
             {"S struct extensible=yes", "S.a field index=0 bit=0 default=1"},
             {"S struct extensible=yes", "S.a field index=0 bit=0"},
             "KIDL0229"},
        Case{"NeedsMore",
             {kLog, "Log.note method ordinal=0 need=read"},
             {kLog, "Log.note method ordinal=0 need=read,write"},
             "KIDL0217"},
        Case{"NeedsLess",
             {kLog, "Log.note method ordinal=0 need=read,write"},
             {kLog, "Log.note method ordinal=0 need=write"},
             "fine"},
        Case{"NeedsAnother",
             {kLog, "Log.note method ordinal=0 need=read"},
             {kLog, "Log.note method ordinal=0 need=write"},
             "KIDL0217"},
        Case{"ResultWithFewerRights",
             {kLog, kNote, "Log.note->a result index=0 rights=read,write"},
             {kLog, kNote, "Log.note->a result index=0 rights=read"},
             "KIDL0218"},
        Case{"ResultWithMoreRights",
             {kLog, kNote, "Log.note->a result index=0 rights=read"},
             {kLog, kNote, "Log.note->a result index=0 rights=read,write"},
             "fine"},
        Case{"RightRemoved", {kLog, "Log.$r right bit=0"}, {kLog}, "KIDL0218"},
        Case{"RightAppended",
             {kLog, "Log.$r right bit=0"},
             {kLog, "Log.$r right bit=0", "Log.$w right bit=1"},
             "fine"},
        Case{"ServiceNumber", {kLog}, {"Log interface service=0x7f02"}, "KIDL0220"},
        Case{"ObjectType", {"V interface object=8"}, {"V interface object=9"}, "KIDL0220"},
        Case{"ErrorsGiven", {kLog}, {"Log interface service=0x7f01 errors=E"}, "KIDL0221"},
        Case{"MalformedAnswer",
             {"Log interface service=0x7f01 malformed=1"},
             {"Log interface service=0x7f01 malformed=2"},
             "KIDL0221"},
        Case{"Receives",
             {kLog, kNote},
             {kLog, "Log.note method ordinal=0 receives=yes"},
             "KIDL0229"},
        Case{"ConstantsType",
             {"c constant type=UInt8 value=1"},
             {"c constant type=UInt16 value=1"},
             "KIDL0228"},
        // Somebody adds an attribute to lock_of and forgets its rule.
        Case{"UnknownAttribute",
             {kLog, "Log.note method ordinal=0 colour=red"},
             {kLog, "Log.note method ordinal=0 colour=green"},
             "KIDL0229"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RulesTest, IsRenderedWithBothLines) {
  const std::vector<Change> changes =
      compare(lock({kLog, kNote, "Log.note(a) parameter index=0 type=UInt8"}),
              lock({kLog, "Log.note method ordinal=0 need=read", "Log.tell method ordinal=1",
                    "Log.note(a) parameter index=0 type=UInt8"}));
  EXPECT_EQ(render(changes),
            "breaking: Log.note: it needs other rights: need none, now read [KIDL0217]\n"
            "  - Log.note method ordinal=0\n"
            "  + Log.note method ordinal=0 need=read\n"
            "  Instead: ask for no more than before; a method that needs more is a new method\n"
            "compatible: Log.tell: a method more\n"
            "  + Log.tell method ordinal=1\n");
  EXPECT_EQ(
      render_json("x.idl", changes),
      R"({"file":"x.idl","element":"Log.note","breaking":true,"code":"KIDL0217","message":"it needs )"
      R"(other rights: need none, now read","old":"Log.note method ordinal=0","new":"Log.note method )"
      R"(ordinal=0 need=read","advice":"ask for no more than before; a method that needs more is a )"
      R"(new method"})"
      "\n"
      R"({"file":"x.idl","element":"Log.tell","breaking":false,"code":"","message":"a method more",)"
      R"("old":"","new":"Log.tell method ordinal=1","advice":""})"
      "\n");
}

}  // namespace
}  // namespace kidl
