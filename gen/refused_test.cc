// What the language refuses beyond the one sample that each code has in explanations*.cc.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gen/diagnostics.h"
#include "gen/testing.h"

namespace kidl {
namespace {

using testing::compile_sample;

struct Refused {
  const char* name;
  Code code;
  const char* sample;
};

class AlsoRefused : public ::testing::TestWithParam<Refused> {};

TEST_P(AlsoRefused, WithItsCode) {
  const Compiled compiled = compile_sample(sample_files(GetParam().sample));
  EXPECT_TRUE(compiled.diagnostics.has(GetParam().code)) << compiled.messages();
}

constexpr Refused kAlsoRefused[] = {
    {"TwoFilesBecomeOneOfTests", Code::kOutputTwice,
     "interface A $K.service(0x7f01) {\n  # A.\n}\n=== sample_message.idl\nenum E {\n  a @0;\n}\n"},
    {"DefaultAboveItsRange", Code::kDefaultOutside,
     "struct S {\n  a @0 :UInt64 = 10 $K.range((min = 0, max = 9));\n}\n"},
    {"MintedWithoutShare", Code::kNoShare,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (v :V.Vmo $K.rights(\"map\") "
     "$K.pass(\"mint\")) -> ();  # M.\n}\n"},
    {"MethodOfAServiceOfAnotherFile", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> ();  # M.\n}\n=== other.idl\n"
     "using S = import \"/sample.idl\";\n"
     "interface B extends(S.A) $K.service(0x7f02) {\n  # B.\n  m @0 () -> ();  # M.\n}\n"},
    {"TextParameter", Code::kNoMax,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (name :Text) -> ();  # M.\n}\n"},
    {"ListOfTexts", Code::kNotOnWire,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (n :List(Text) $K.max(2)) -> ();  # "
     "M.\n}\n"},
    {"ListOfLists", Code::kNotOnWire,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> (n :List(List(UInt8)) $K.max(2));  # "
     "M.\n}\n"},
    {"ListOfVoid", Code::kNotOnWire,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (n :List(Void) $K.max(2)) -> ();  # "
     "M.\n}\n"},
    {"StructWithAText", Code::kNotOnWire,
     "struct S {\n  a @0 :Text $K.max(4);\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :S) -> ();  # M.\n}\n"},
    {"StructInAStructWithAText", Code::kNotOnWire,
     "struct T {\n  s @0 :S;\n}\nstruct S {\n  a @0 :Text $K.max(4);\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :T) -> ();  # M.\n}\n"},
    {"ExtensibleInAList", Code::kNotOnWire,
     "struct S $K.extensible {\n  a @0 :UInt8;\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :List(S) $K.max(2)) -> ();  # M.\n}\n"},
    {"ExtensibleInAStruct", Code::kNotOnWire,
     "struct S $K.extensible {\n  a @0 :UInt8;\n}\nstruct T {\n  s @0 :S;\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :T) -> ();  # M.\n}\n"},
    {"StructInASystemCall", Code::kNotOnWire,
     "struct S {\n  a @0 :UInt8;\n}\n"
     "interface A $K.ambient {\n  # A.\n  m @0 (s :S) -> () $K.number(900);  # M.\n}\n"},
    {"ListOfStructsInASystemCall", Code::kNotOnWire,
     "struct S {\n  a @0 :UInt8;\n}\n"
     "interface A $K.ambient {\n  # A.\n  m @0 () -> (s :List(S) $K.max(1)) $K.number(900);  # "
     "M.\n}\n"},
    {"MaxOfZero", Code::kEmptyRange,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (name :Text $K.max(0)) -> ();  # M.\n}\n"},
    {"DefaultOfAResult", Code::kDefault,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> (n :UInt8 = 0);  # M.\n}\n"},
    {"RangeOfASignedField", Code::kRangeType,
     "struct S {\n  a @0 :Int8 $K.range((min = 0, max = 1));\n}\n"},
    {"SinceOfAnEnumerant", Code::kNoDoc, "enum E {\n  a @0 $K.since(\"\");\n}\n"},
    {"SinceOfAField", Code::kNoDoc, "struct S {\n  a @0 :UInt8 $K.since(\"\");\n}\n"},
    {"SinceOfAnInterface", Code::kNoDoc,
     "interface I $K.service(0x7f01) $K.since(\"\") {\n  # I.\n}\n"},
    {"FlexibleFlags", Code::kMisplaced, "enum E $K.flags $K.flexible {\n  a @0;\n}\n"},
    {"TextTooLongForASystemCall", Code::kTooManyWords,
     "interface A $K.ambient {\n  # A.\n  m @0 (t :Text $K.max(41)) -> () $K.number(900);  # "
     "M.\n}\n"},
    {"HugeMax", Code::kTooManyWords,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (t :Data $K.max(0xffffffff), u "
     ":List(UInt64) "
     "$K.max(0xffffffff)) -> ();  # M.\n}\n"},
    {"SeventeenFlagsInAField", Code::kFieldType,
     "enum E $K.flags {\n  a @0; b @1; c @2; d @3; e @4; f @5; g @6; h @7; i @8; j @9; k @10; l "
     "@11;\n"
     "  m @12; n @13; o @14; p @15; q @16;\n}\nstruct S {\n  e @0 :E;\n}\n"},
    {"VoidParameter", Code::kNotOnWire,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :Void) -> ();  # M.\n}\n"},
    {"AnyPointerParameter", Code::kAnyPointer,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :AnyPointer) -> ();  # M.\n}\n"},
    {"FloatConstant", Code::kFloat, "const half :Float64 = 0.5;\n"},
    {"IndirectRecursion", Code::kRecursion,
     "struct A {\n  b @0 :B;\n}\nstruct B {\n  a @0 :A;\n}\n"},
    {"Group", Code::kUnion, "struct A {\n  g :group {\n    a @0 :UInt8;\n  }\n}\n"},
    {"GenericInterface", Code::kGeneric, "interface A(T) $K.service(0x7f01) {\n  # A.\n}\n"},
    {"GenericMethod", Code::kGeneric,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 [T] (x :T) -> ();  # M.\n}\n"},
    {"NamedResults", Code::kNamedParameters,
     "struct S {\n  a @0 :UInt8;\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> S;  # M.\n}\n"},
    {"SuperclassClash", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> ();  # M.\n}\n"
     "interface B extends(A) $K.service(0x7f02) {\n  # B.\n  m @0 () -> ();  # M.\n}\n"},
    {"ReservedFunction", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n  replySlot @0 () -> ();  # M.\n}\n"},
    {"ReservedNamespace", Code::kClash, "interface Sample $K.service(0x7f01) {\n  # A.\n}\n"},
    {"FunctionsNamespace", Code::kClash,
     "enum Level {\n  a @0;\n}\ninterface ValidLevel $K.service(0x7f01) {\n  # A.\n}\n"},
    {"ServersFunctionsNamespace", Code::kClash,
     "interface Clock $K.service(0x7f01) {\n  # A.\n}\n"
     "interface ServeClock $K.service(0x7f02) {\n  # A.\n}\n"},
    {"ParametersOfOneName", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n"
     "  m @0 (quotaKiB :UInt8, quotaKib :UInt8) -> ();  # M.\n}\n"},
    {"ResultsOfOneName", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n"
     "  m @0 () -> (quotaKiB :UInt8, quotaKib :UInt8);  # M.\n}\n"},
    {"FieldsOfOneName", Code::kClash,
     "struct S {\n  quotaKiB @0 :UInt8;\n  quotaKib @1 :UInt8;\n}\n"},
    {"NestedType", Code::kClash,
     "struct Outer {\n  enum Inner {\n    a @0;\n  }\n}\nstruct OuterInner {\n  a @0 :UInt8;\n}\n"},
    {"ClientType", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n}\nstruct AClient {\n  a @0 :UInt8;\n}\n"},
    {"TypeOfAnotherFile", Code::kClash,
     "struct A {\n  a @0 :UInt8;\n}\n=== other.idl\nstruct A {\n  a @0 :UInt8;\n}\n"},
    {"ServiceNamedAsAResult", Code::kClash,
     "interface AskResult $K.service(0x7f01) {\n  # A.\n  ask @0 () -> (a :UInt8, b :UInt8);  # "
     "M.\n}\n"},
    {"AnswersOutsideEnum", Code::kAnswers,
     "enum S {\n  ok @0;\n}\ninterface A $K.service(0x7f01) $K.errors(\"S\")\n"
     "    $K.answers((badValue = 9)) {\n  # A.\n}\n"},
    {"NineRights", Code::kRightsList,
     "interface Vmo $K.object((type = 8, rights = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", "
     "\"g\", \"h\", \"i\"])) "
     "{\n  # A.\n}\n"},
    {"RightWithoutName", Code::kRightsList,
     "interface Vmo $K.object((type = 8, rights = [\"Not A Name\"])) {\n  # A.\n}\n"},
    {"UnknownNeed", Code::kUnknownRight,
     "interface Vmo $K.object((type = 8, rights = [\"read\"])) {\n  # A.\n"
     "  m @0 () -> () $K.number(900) $K.need(\"write\");  # M.\n}\n"},
    {"NeedWithoutCapability", Code::kMisplaced,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(900) $K.need(\"write\");  # "
     "M.\n}\n"},
    {"NumberOnService", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.number(900);  # M.\n}\n"},
    {"OneWaySystemCall", Code::kMisplaced,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(900) $K.oneWay;  # M.\n}\n"},
    {"ErrorsOnObject", Code::kMisplaced, "interface A $K.ambient $K.errors(\"E\") {\n  # A.\n}\n"},
    {"MaxOnNumber", Code::kMisplaced, "struct S {\n  a @0 :UInt8 $K.max(2);\n}\n"},
    {"RangeOnResult", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n"
     "  m @0 () -> (x :UInt8 $K.range((min = 0, max = 1)));  # M.\n}\n"},
    {"RegisterOnService", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (x :UInt8 $K.register(\"t1\")) -> ();  # "
     "M.\n}\n"},
    {"RangeOnEnum", Code::kRangeType,
     "enum E {\n  a @0;\n}\ninterface A $K.service(0x7f01) {\n  # A.\n"
     "  m @0 (x :E $K.range((min = 0, max = 1))) -> ();  # M.\n}\n"},
    {"RangeOnSigned", Code::kRangeType,
     "interface A $K.service(0x7f01) {\n  # A.\n"
     "  m @0 (x :Int32 $K.range((min = 0, max = 1))) -> ();  # M.\n}\n"},
    {"NumberZero", Code::kNoNumber,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(0);  # M.\n}\n"},
    {"SevenWordsOfSystemCall", Code::kTooManyWords,
     "interface A $K.ambient {\n  # A.\n  m @0 (a :UInt8, b :UInt8, c :UInt8, d :UInt8, e :UInt8, "
     "f :UInt8,\n"
     "        g :UInt8) -> () $K.number(900);  # M.\n}\n"},
    {"OneByteTooMany", Code::kTooManyWords,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> (d :Data $K.max(953));  # M.\n}\n"},
    {"NumberRegister", Code::kUnknownRegister,
     "interface A $K.ambient {\n  # A.\n  m @0 (x :UInt8 $K.register(\"a7\")) -> () "
     "$K.number(900);  # M.\n}\n"},
    {"InvokedRegister", Code::kRegisterTwice,
     "interface Vmo $K.object((type = 8, rights = [\"read\"])) {\n  # A.\n"
     "  m @0 (x :UInt8 $K.register(\"t0\")) -> () $K.number(900);  # M.\n}\n"},
    {"StatusRegister", Code::kRegisterTwice,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> (x :UInt8 $K.register(\"a6\")) "
     "$K.number(900);  # M.\n}\n"},
    {"DeferredSystemCall", Code::kDeferred,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(900) $K.deferred;  # M.\n}\n"},
    {"AmbientCapability", Code::kNotAnObject,
     "interface A $K.ambient {\n  # A.\n  m @0 (x :A) -> () $K.number(900);  # M.\n}\n"},
    {"FastWithACapability", Code::kFast,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (n :N.Notification) -> () $K.fast;  # "
     "M.\n}\n"},
    {"FastWithAStruct", Code::kFast,
     "struct S {\n  a @0 :UInt8;\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (s :S) -> () $K.fast;  # M.\n}\n"},
    {"FastWithSevenWords", Code::kFast,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (a :UInt8, b :UInt8, c :UInt8, d :UInt8, e "
     ":UInt8, "
     "f :UInt8,\n      g :UInt8) -> () $K.fast;  # M.\n}\n"},
    {"FastAndDeferred", Code::kFast,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.fast $K.deferred;  # M.\n}\n"},
    {"FastAndOneWay", Code::kFast,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.fast $K.oneWay;  # M.\n}\n"},
    {"FastWithADeadline", Code::kFast,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.fast $K.deadline(5);  # "
     "M.\n}\n"},
    {"FastSystemCall", Code::kMisplaced,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(900) $K.fast;  # M.\n}\n"},
    {"PassedSomehow", Code::kPass,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (n :N.Notification $K.pass(\"steal\")) -> "
     "();  # "
     "M.\n}\n"},
    {"LentOneWay", Code::kPass,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (v :V.Vmo $K.rights(\"share\") $K.lend) -> "
     "() $K.oneWay;  # "
     "M.\n}\n"},
    {"LentForLater", Code::kPass,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (v :V.Vmo $K.rights(\"share\") $K.lend) -> "
     "() $K.deferred;  # "
     "M.\n}\n"},
    {"LentAndMoved", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (v :V.Vmo $K.lend $K.pass(\"move\")) -> (); "
     " # "
     "M.\n}\n"},
    {"LentResult", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> (v :V.Vmo $K.lend);  # M.\n}\n"},
    {"PassInASystemCall", Code::kMisplaced,
     "interface A $K.ambient {\n  # A.\n  m @0 (v :V.Vmo $K.pass(\"move\")) -> () $K.number(900);  "
     "# "
     "M.\n}\n"},
    {"ExtendsTwo", Code::kExtends,
     "interface A $K.service(0x7f01) {\n  # A.\n}\ninterface B $K.service(0x7f02) {\n  # B.\n}\n"
     "interface C extends(A, B) $K.service(0x7f03) {\n  # C.\n}\n"},
    {"ExtendsInACircle", Code::kExtends,
     "interface A extends(B) $K.service(0x7f01) {\n  # A.\n}\n"
     "interface B extends(A) $K.service(0x7f02) {\n  # B.\n}\n"},
    {"ExtendsItself", Code::kExtends, "interface A extends(A) $K.service(0x7f01) {\n  # A.\n}\n"},
    {"ExtendsWhatIsBelow", Code::kExtends,
     "interface A extends(B) $K.service(0x7f01) {\n  # A.\n}\n"
     "interface B $K.service(0x7f02) {\n  # B.\n}\n"},
    {"GrandparentsName", Code::kClash,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> ();  # M.\n}\n"
     "interface B extends(A) $K.service(0x7f02) {\n  # B.\n}\n"
     "interface C extends(B) $K.service(0x7f03) {\n  # C.\n  m @0 () -> ();  # M.\n}\n"},
    {"DeadlineOfZero", Code::kEmptyRange,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.deadline(0);  # M.\n}\n"},
    {"DeadlineOneWay", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.oneWay $K.deadline(5);  # "
     "M.\n}\n"},
    {"EventWithResults", Code::kOneWayResults,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> (x :UInt8) $K.event;  # M.\n}\n"},
    {"EventAndOneWay", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.event $K.oneWay;  # M.\n}\n"},
    {"EventLater", Code::kDeferred,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.event $K.deferred;  # M.\n}\n"},
    {"MethodErrorsUnknown", Code::kNoErrorsEnum,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.errors(\"E\");  # M.\n}\n"},
    {"MethodErrorsNotOk", Code::kErrorsNotOk,
     "enum E {\n  bad @0;\n}\n"
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.errors(\"E\");  # M.\n}\n"},
    {"DeprecatedForNothing", Code::kNoDoc,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 () -> () $K.deprecated(\"\");  # M.\n}\n"},
    {"StrictAndFlexible", Code::kMisplaced, "enum E $K.strict $K.flexible {\n  a @0;\n}\n"},
    {"RemovedNumberGivenAgain", Code::kNumberTwice,
     "interface A $K.ambient {\n  # A.\n  m @0 () -> () $K.number(900) $K.removed;  # M.\n"
     "  n @1 () -> () $K.number(900);  # N.\n}\n"},
    {"ServiceInASystemCall", Code::kNotAnObject,
     "interface A $K.service(0x7f01) {\n  # A.\n}\n"
     "interface B $K.ambient {\n  # B.\n  m @0 (x :A) -> () $K.number(900);  # M.\n}\n"},
    {"OptionalNumber", Code::kMisplaced,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (x :UInt8 $K.optional) -> ();  # M.\n}\n"},
    {"UnknownRightOfAService", Code::kUnknownRight,
     "interface A $K.service(0x7f01) {\n  # A.\n  m @0 (x :A $K.rights(\"signal\")) -> ();  # "
     "M.\n}\n"},
    {"ConstantList", Code::kTooLong,
     "struct S {\n  a @0 :List(UInt8) $K.max(1);\n}\nconst c :List(S) = [(a = [1]), (a = [1, "
     "2])];\n"},
    {"DataConstant", Code::kFieldType, "const c :Data = \"x\";\n"},
};

TEST(RefusedTest, MessagesAreAsInTheGoldenFile) {
  std::string all;
  for (const Refused& each : kAlsoRefused) {
    absl::StrAppend(&all, "# ", each.name, "\n",
                    compile_sample(sample_files(each.sample)).messages(), "\n");
  }
  const char* const update = std::getenv("KIDL_UPDATE_GOLDEN");
  if (update != nullptr) std::ofstream(absl::StrCat(update, "/refused.txt")) << all;
  std::ifstream stream("gen/golden/refused.txt");
  const std::string golden(std::istreambuf_iterator<char>(stream), {});
  const std::vector<std::string> expected = absl::StrSplit(golden, "\n\n");
  const std::vector<std::string> actual = absl::StrSplit(all, "\n\n");
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t each = 0; each < actual.size(); ++each) EXPECT_EQ(expected[each], actual[each]);
}

INSTANTIATE_TEST_SUITE_P(Samples, AlsoRefused, ::testing::ValuesIn(kAlsoRefused),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kidl
