// Records of the real system's calls and messages, in words.
#include "gen/tool/decode.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gen/compiler.h"
#include "gen/tool/record.h"

namespace kidl::tool {
namespace {

const System& real_system() {
  static const auto* const kCompiled = [] {
    std::vector<std::string> files = {"gen/testdata/bounded.idl", "gen/testdata/probe.idl"};
    for (const auto& entry : std::filesystem::recursive_directory_iterator("idl")) {
      if (entry.path().extension() == ".idl") files.push_back(entry.path().string());
    }
    return new absl::StatusOr<Compiled>(compile_files("/usr/bin/capnp", ".", files));
  }();
  return *kCompiled->value().system;
}

// The line, then what is wrong, each after "; ".
std::string decoded(const System& system, const std::string& line) {
  const absl::StatusOr<Record> record = parse_record(line);
  EXPECT_TRUE(record.ok()) << record.status() << line;
  if (!record.ok()) return "";
  const Decoded result = decode(system, *record);
  return absl::StrCat(result.text, result.wrong.empty() ? "" : "; ",
                      absl::StrJoin(result.wrong, "; "));
}

std::string decoded(const std::string& line) { return decoded(real_system(), line); }

TEST(DecodeTest, Requests) {
  EXPECT_EQ(decoded("request tag=01020202 words=f4240,4"),
            "Timed.sleepUntil(deadline = 1000000 (0xf4240), class = sender)");
  EXPECT_EQ(decoded("request tag=01020042 words=1,0 capabilities=9"),
            "Timed.register(deadline = 1, class = idle, notification = slot 9)");
  EXPECT_EQ(decoded("request tag=01020300"), "Timed.statistics()");
  EXPECT_EQ(
      decoded("request tag=7ffe0106 words=1,ffffffffffffffff,fffffffffffffffe,"
              "fffffffffffffffd,ff,ffff"),
      "Probe.narrow(flag = true, tiny = -1, small = -2, large = -3, byte = 255, half = 65535)");
  EXPECT_EQ(decoded("request tag=7ffe0204 words=40,fffffffffffffff0,2,3"),
            "Probe.ranged(count = 64, big = 4294967280 (0xfffffff0), level = high, "
            "options = loud|slow)");
}

TEST(DecodeTest, BadRequests) {
  EXPECT_EQ(decoded("request tag=01020202 words=1,5"),
            "Timed.sleepUntil(deadline = 1, class = 5); 'class': it is no TimerClass");
  EXPECT_EQ(decoded("request tag=01020201 words=1"),
            "Timed.sleepUntil(deadline = 1, class = ?); the message has 1 words, the method 2; "
            "'class': word 1 is not recorded");
  EXPECT_EQ(decoded("request tag=01020342"),
            "Timed.statistics(); the message has 2 words, the method 0; "
            "the message has 1 capabilities, the method 0");
  EXPECT_EQ(decoded("request tag=0102ff00"),
            "a message with tag 0x0102ff00; Timed has no method 255");
  EXPECT_EQ(decoded("request tag=7abc0000"),
            "a message with tag 0x7abc0000; no service has the number 0x7abc");
  EXPECT_EQ(decoded("request words=1"), "; there is no tag");
  EXPECT_EQ(decoded("request tag=7ffe0106 words=2,80,8000,80000000,100,10000"),
            "Probe.narrow(flag = 2, tiny = 128, small = 32768, large = 2147483648, byte = 256, "
            "half = 65536 (0x10000)); 'flag': it is neither 0 nor 1; 'tiny': bits are set beyond "
            "its 8; 'small': bits are set beyond its 16; 'large': bits are set beyond its 32; "
            "'byte': bits are set beyond its 8; 'half': bits are set beyond its 16");
  EXPECT_EQ(decoded("request tag=7ffe0204 words=41,fffffff0,3,4"),
            "Probe.ranged(count = 65, big = 4294967280 (0xfffffff0), level = 3, options = 0x4); "
            "'count': it is outside 1 to 64; 'big': bits are set beyond its 32; 'level': it is no "
            "Level; 'options': a bit is none of Option's");
}

TEST(DecodeTest, Answers) {
  EXPECT_EQ(decoded("answer tag=01020202 status=0 words=5"), "Timed.sleepUntil -> (wokeAt = 5)");
  EXPECT_EQ(decoded("answer tag=01020101 status=3"), "Timed.cancel -> notFound (3)");
  EXPECT_EQ(decoded(R"({"kind":"answer","tag":"01020202","status":-22,"detail":516})"),
            "Timed.sleepUntil -> einval (-22), badEnum of 'class'");
  EXPECT_EQ(decoded(R"({"kind":"answer","tag":"01020202","status":-32})"),
            "Timed.sleepUntil -> epipe (-32)");
  EXPECT_EQ(decoded("answer tag=01020101 status=63"),
            "Timed.cancel -> 99; no error of Timed is 99");
  EXPECT_EQ(decoded(R"({"kind":"answer","tag":"01020101","status":-2,"detail":255})"),
            "Timed.cancel -> -2; no error of the transport is -2; no detail is 255");
  EXPECT_EQ(decoded(R"({"kind":"answer","tag":"01020101","status":-22,"detail":1540})"),
            "Timed.cancel -> einval (-22), badEnum; there is no argument 6");
  EXPECT_EQ(decoded("answer tag=01020202"), "Timed.sleepUntil -> ?; there is no status");
  EXPECT_EQ(decoded("answer tag=7ffe0301 status=0"),
            "Probe.note -> (); the method is one way: it is not answered");
}

TEST(DecodeTest, SystemCalls) {
  EXPECT_EQ(decoded("call a7=28 t0=5 a0=2 a1=10000 a2=3"),
            "Vmo.map(task = slot 2, address = 65536 (0x10000), access = read|write) on slot 5");
  EXPECT_EQ(decoded("call a7=e"), "Self.now()");
  EXPECT_EQ(decoded("return of=28 a6=0 a7=0"), "Vmo.map -> ()");
  EXPECT_EQ(decoded("return of=Self.now a6=0 a7=0 a0=7"), "Self.now -> (time = 7)");
  EXPECT_EQ(decoded("return of=28 a6=ffffffffffffffea a7=207"),
            "Vmo.map -> einval (-22), badAlignment of 'address'");
}

TEST(DecodeTest, BadSystemCalls) {
  EXPECT_EQ(decoded("call a0=1"), "a system call; a7, the call's number, is not recorded");
  EXPECT_EQ(decoded("call a7=ffff"), "a system call; no system call has the number 65535");
  EXPECT_EQ(decoded("call a7=28 a0=2 a2=8"),
            "Vmo.map(task = slot 2, address = ?, access = 0x8) on slot ?; 'address': a1 is not "
            "recorded; 'access': a bit is none of Access's; t0, the invoked capability, is not "
            "recorded");
  EXPECT_EQ(decoded("return a6=0"),
            "a system call's return; 'of', the call's number or name, is not there");
  EXPECT_EQ(decoded("return of=Vmo.frob a6=0"),
            "a system call's return; no system call is Vmo.frob");
  EXPECT_EQ(decoded("return of=28"), "Vmo.map -> ?; a6, the status, is not recorded");
}

// A call of an endpoint has a message in it.
TEST(DecodeTest, MessagesInSystemCalls) {
  EXPECT_EQ(decoded("call a7=1 t0=9 a6=01020202 a0=f4240 a1=4 a2=0 a3=0 a4=0 a5=0"),
            "Endpoint.call() on slot 9: Timed.sleepUntil(deadline = 1000000 (0xf4240), "
            "class = sender)");
  EXPECT_EQ(decoded("call a7=2 t0=9 a6=01020042 a0=1 a1=0 t1=64 t2=c t3=0 t4=0"),
            "Endpoint.callWith(deadline = 100) on slot 9: Timed.register(deadline = 1, class = "
            "idle, notification = slot 12)");
  EXPECT_EQ(decoded("return of=1 tag=01020202 a6=0 a0=5 t0=1"),
            "Endpoint.call -> Timed.sleepUntil -> (wokeAt = 5)");
  EXPECT_EQ(decoded("return of=1 tag=01020101 a6=3"),
            "Endpoint.call -> Timed.cancel -> notFound (3)");
  EXPECT_EQ(decoded("return of=4 a6=0 a0=3 t0=7 t1=20 t2=01020101 t3=101"),
            "Endpoint.receive -> (badge = 7, identity = 32, info = 257): Timed.cancel(id = 3)");
  EXPECT_EQ(decoded("return of=4 a6=0 a0=3 t0=0 t1=0 t2=0 t3=0"),
            "Endpoint.receive -> (badge = 0, identity = 0, info = 0): a signal, bits 3");
  EXPECT_EQ(decoded("return of=1 a6=3"), "Endpoint.call -> the service's error 3");
  // Whose words they are is not told: they are not shown.
  EXPECT_EQ(decoded("return of=1 a6=0 a0=5 t0=1"), "Endpoint.call -> (shape = 1)");
}

// Heads, then tails: docs/adr/0005-wire-of-bounded-values.md.
TEST(DecodeTest, BoundedValues) {
  EXPECT_EQ(decoded("request tag=01040902 words=5,6f6c6c6568"),
            "Partner.reverse(text = \"hello\")");
  EXPECT_EQ(decoded("answer tag=01040902 status=0 words=0"), "Partner.reverse -> (text = \"\")");
  EXPECT_EQ(decoded("request tag=01040902 words=14,6f6c6c6568"),
            "Partner.reverse(text = ?); 'text' is cut");
  EXPECT_EQ(decoded("request tag=01040902 words=191,0"),
            "Partner.reverse(text = ?); 'text' is longer than 400");
  EXPECT_EQ(
      decoded("request tag=01040900"),
      "Partner.reverse(text = ?); the message has 0 words, the method 1 to 52; 'text': word 0 "
      "is not recorded");
}

TEST(DecodeTest, ContentIsWrittenAsAnIdlWritesIt) {
  EXPECT_EQ(decoded("request tag=7ff10104 words=3,2,636261,ff01"),
            R"(Bounded.long(name = "abc", data = 0x"01 ff"))");
  EXPECT_EQ(decoded("request tag=7ff10209 words=3,2,1,1,1,1,10001,5ffff,7,2,5,9"),
            "Bounded.lists(flags = [true, false, true], small = [-1, 5], wide = [7], "
            "grades = [high], options = [loud|long], colours = [9])");
  EXPECT_EQ(decoded("request tag=7ff10303 words=7,fffffffe00000001,2"),
            "Bounded.structs(before = 7, point = (x = 1, y = -2), after = high)");
  EXPECT_EQ(decoded("request tag=7ff10504 words=2,3,fffffffe00000001,0"),
            "Bounded.points(points = [(x = 1, y = -2), (x = 0, y = 0)], ranged = 3)");
  EXPECT_EQ(decoded("answer tag=7ff10504 status=0 words=1,100000001"),
            "Bounded.points -> (points = [(x = 1, y = 1)])");
  EXPECT_EQ(decoded("call a7=37 t0=1 a0=3 a1=636261"), "BootInfo.print(text = \"abc\") on slot 1");
  EXPECT_EQ(decoded("return of=3a a6=0 a7=0 a0=2 a1=6968"),
            "BootInfo.commandLine -> (text = \"hi\")");
}

// Zeros are defaults; each field as a register of its type would have it.
TEST(DecodeTest, StructsHaveDefaultsAndNestedOnes) {
  const std::string before =
      "Bounded.everything(all = (flag = false, other = false, i8 = 0, i16 = 0, i32 = 0, i64 = 0, "
      "u8 = 0, u16 = 0, u32 = 0, u64 = 0, grade = low, colour = red, options = none, "
      "at = (x = 0, y = 0), ranged = ";
  const std::string after =
      ", preset = 300, yes = true, signed = -5, best = high, to = (x = 0, y = 0)))";
  EXPECT_EQ(decoded("request tag=7ff10407 words=0,0,0,0,0,0,0,0"), before + "3" + after);
  EXPECT_EQ(decoded("request tag=7ff10407 words=0,0,300,0,0,0,0,0"),
            before + "0" + after + "; 'all.ranged': it is outside 3 to 9");
  EXPECT_EQ(decoded("request tag=7ff10b02 words=0,9"),
            "Bounded.older(what = (count = 0, kind = middle), after = 9)");
  EXPECT_EQ(decoded("request tag=7ff10b04 words=2,9,300000005,46"),
            "Bounded.older(what = (count = 5, kind = high) and 1 newer words, after = 9)");
}

TEST(DecodeTest, BadContent) {
  EXPECT_EQ(decoded("request tag=7ff10303 words=7,0,3"),
            "Bounded.structs(before = 7, point = (x = 0, y = 0), after = 3); "
            "'after': it is no Grade");
  EXPECT_EQ(decoded("request tag=7ff10303 words=7"),
            "Bounded.structs(before = 7, point = ?, after = ?); 'point' is cut; "
            "'after': word 2 is not recorded");
  EXPECT_EQ(decoded("request tag=7ff10207 words=1,0,0,1,0,0,2,3"),
            "Bounded.lists(flags = [2], small = [], wide = [], grades = [3], options = [], "
            "colours = []); 'flags[0]': it is neither 0 nor 1; 'grades[0]': it is no Grade");
  EXPECT_EQ(decoded("request tag=7ff10207 words=0,1,0,0,0,0,10001,0"),
            "Bounded.lists(flags = [], small = [1], wide = [], grades = [], options = [], "
            "colours = []); 'small': its last word is not filled with zeros");
  EXPECT_EQ(decoded("request tag=7ff10207 words=0,0,1,0,0,0,7,1"),
            "Bounded.lists(flags = [], small = [], wide = [7], grades = [], options = [], "
            "colours = []); the padding word is not zero");
  EXPECT_EQ(decoded("request tag=7ff10207 words=0,0,0,0,0,0,0,0"),
            "Bounded.lists(flags = [], small = [], wide = [], grades = [], options = [], "
            "colours = []); the message has 8 words, its values 6");
  EXPECT_EQ(decoded("request tag=7ff10502 words=5,3"),
            "Bounded.points(points = ?, ranged = 3); 'points' is cut");
}

TEST(DecodeTest, AnOptionalCapabilityMayBeAbsent) {
  EXPECT_EQ(decoded("request tag=7ff10e81 words=1 capabilities=5,6"),
            "Bounded.listen(bell = slot 5, loud = true, listener = slot 6)");
  EXPECT_EQ(decoded("request tag=7ff10e41 words=1 capabilities=5"),
            "Bounded.listen(bell = slot 5, loud = true, listener = none)");
  EXPECT_EQ(decoded("request tag=7ff10e01 words=1"),
            "Bounded.listen(bell = ?, loud = true, listener = none); the message has 0 "
            "capabilities, the method 1 to 2; 'bell': capability 0 is not recorded");
  EXPECT_EQ(decoded("return of=2 tag=7ff11001 a6=0 a0=4 t0=1"),
            "Endpoint.callWith -> Bounded.find -> (listener = none, count = 4)");
  EXPECT_EQ(decoded("return of=2 tag=7ff11001 a6=0 a0=4 t0=41"),
            "Endpoint.callWith -> Bounded.find -> (listener = slot 0, count = 4)");
}

TEST(DecodeTest, AMethodsOwnErrors) {
  EXPECT_EQ(decoded("answer tag=7fee0201 status=1"), "Options.patient -> other (1)");
  EXPECT_EQ(decoded("answer tag=7fee0201 status=2"),
            "Options.patient -> 2; no error of Options.patient is 2");
  EXPECT_EQ(decoded("answer tag=7fee0001 status=2"), "Options.quick -> badValue (2)");
}

TEST(DecodeTest, SecretsInTextsAndStructsAreNotShown) {
  EXPECT_EQ(decoded("request tag=7fee0402 words=3,636261"), "Options.old(secret = <hidden>)");
  EXPECT_EQ(decoded("request tag=7fee0402 words=9,636261"),
            "Options.old(secret = <hidden>); 'secret' is longer than 8");
  EXPECT_EQ(decoded("request tag=7fee0402 words=3,636261636261"),
            "Options.old(secret = <hidden>); 'secret': its last word is not filled with zeros");
  EXPECT_EQ(decoded("request tag=7fee0601 words=4d200000007"),
            "Options.enter(who = (user = 7, pin = <hidden>))");
}

// A service whose only parameter and result are secrets.
std::unique_ptr<System> secret_system() {
  auto system = std::make_unique<System>();
  system->files.push_back(std::make_unique<File>());
  File& file = *system->files.back();
  file.interfaces.push_back(std::make_unique<Interface>());
  Interface& vault = *file.interfaces.back();
  vault.name = "Vault";
  vault.service_number = 0x7f01;
  Parameter secret;
  secret.name = "key";
  secret.type.kind = Kind::kUint16;
  secret.sensitive = true;
  secret.range = Range{1, 10};
  Method open;
  open.interface = &vault;
  open.name = "open";
  open.parameters = {secret};
  open.results = {secret};
  open.in = open.out = kidl::Layout{true, 1, 1};
  vault.methods.push_back(open);
  return system;
}

TEST(DecodeTest, SensitiveValuesAreNeverShown) {
  const auto system = secret_system();
  EXPECT_EQ(decoded(*system, "request tag=7f010001 words=5"), "Vault.open(key = <hidden>)");
  EXPECT_EQ(decoded(*system, "answer tag=7f010001 status=0 words=5"),
            "Vault.open -> (key = <hidden>)");
  for (const char* line :
       {"request tag=7f010001 words=abcde", "answer tag=7f010001 status=0 words=abcde",
        "request tag=7f010002 words=abcde,abcde", "request tag=7f020001 words=abcde"}) {
    const std::string text = decoded(*system, line);
    EXPECT_FALSE(absl::StrContains(text, "abcde") || absl::StrContains(text, "703710")) << text;
    EXPECT_TRUE(absl::StrContains(text, "; ")) << text;  // and still it is told that it is wrong
  }
}

}  // namespace
}  // namespace kidl::tool
