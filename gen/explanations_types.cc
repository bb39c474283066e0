// The codes of types and what else a file declares, with samples as diagnostics.h has them: what is
// wrong, a sample that is refused for it alone, and one that is accepted. diagnostics_test compiles
// them.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
    {Code::kFrontEnd, "Cap'n Proto's own error",
     "The Cap'n Proto compiler refuses the file, for a reason of its own.",
     R"(struct Image {
  size @0 :Uint32;
}
)",
     R"(struct Image {
  size @0 :UInt32;
}
)"},
    {Code::kNoNamespace, "a file without a namespace",
     "What is generated from a file lies in the C++ namespace that the file names.",
     R"(@0xd1a7e55e7affff01;
enum Colour {
  red @0;
}
)",
     R"(@0xd1a7e55e7affff01;
using K = import "/idl/kidl.idl";
$K.namespace("sample");
enum Colour {
  red @0;
}
)"},
    {Code::kTwice, "an annotation given twice",
     "Each annotation stands at most once on a declaration; of two, one would silently be lost.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900) $K.number(901);
  # Nanoseconds.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
  # Nanoseconds.
}
)"},
    {Code::kNoDoc, "no comment",
     "Every interface and every method has a comment, on the line after it or on its own.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);  # Nanoseconds.
}
)"},
    {Code::kForeignAnnotation, "an annotation that is not kidl's",
     "Only the annotations of idl/kidl.idl mean something here.",
     R"(annotation mine(enum) :Void;
enum Colour $mine {
  red @0;
}
)",
     R"(enum Colour {
  red @0;
}
)"},
    {Code::kNoMax, "no maximum length",
     "Nothing that crosses a protection boundary is unbounded: a Text, Data or List says how long "
     "it\n"
     "can be.",
     R"(struct Image {
  name @0 :Text;
}
)",
     R"(struct Image {
  name @0 :Text $K.max(16);
}
)"},
    {Code::kNotOnWire, "a type that messages do not carry",
     "A parameter is a scalar, an enum, a capability, a Text, a Data, a struct of scalars, enums "
     "and "
     "such\n"
     "structs, or a list of scalars, enums or such structs. What has a length of its own stands at "
     "the top:\n"
     "not in a struct, not in a list. Void says nothing. A system call, all in registers, has no "
     "structs.",
     R"(interface Names $K.service(0x7f01) {
  # Names of things.
  set @0 (names :List(Text) $K.max(16)) -> ();
  # Sets them.
}
)",
     R"(interface Names $K.service(0x7f01) {
  # Names of things.
  add @0 (name :Text $K.max(16)) -> ();
  # Adds one.
}
)"},
    {Code::kFloat, "a floating-point number",
     "The kernel and the stubs use no floating-point registers. Say the unit and use an integer.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (seconds :Float64) $K.number(900);
  # The time.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (nanoseconds :UInt64) $K.number(900);
  # The time.
}
)"},
    {Code::kAnyPointer, "a value of any type", "A decoder can check only what has a type.",
     R"(struct Box {
  content @0 :AnyPointer;
}
)",
     R"(struct Box {
  content @0 :UInt64;
}
)"},
    {Code::kRecursion, "a type that contains itself",
     "A value of it could be of any depth, and the kernel does not recurse.",
     R"(struct Tree {
  children @0 :List(Tree) $K.max(2);
}
)",
     R"(struct Node {
  parent @0 :UInt32;
  # An index into the list.
}
struct Tree {
  nodes @0 :List(Node) $K.max(64);
}
)"},
    {Code::kListOfCapabilities, "a list of capabilities",
     "Capabilities travel one by one, at most three in a message.",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (who :List(N.Notification) $K.max(2)) -> ();
  # Adds them.
}
)",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (first :N.Notification $K.rights("signal"), second :N.Notification $K.rights("signal")) -> ();
  # Adds them.
}
)"},
    {Code::kUnion, "a union or a group",
     "The wire has no unions: use an enum that says which, and one scalar, or two methods.",
     R"(struct Shape {
  union {
    radius @0 :UInt32;
    side @1 :UInt32;
  }
}
)",
     R"(enum Kind {
  circle @0;
  square @1;
}
struct Shape {
  kind @0 :Kind;
  size @1 :UInt32;
}
)"},
    {Code::kGeneric, "type parameters", "What travels has one type.",
     R"(struct Pair(T) {
  first @0 :T;
  second @1 :T;
}
)",
     R"(struct Pair {
  first @0 :UInt64;
  second @1 :UInt64;
}
)"},
    {Code::kNamedParameters, "a parameter list by name, or -> stream",
     "Parameters and results are written in parentheses, so that each has its place in a register.",
     R"(struct Point {
  x @0 :UInt32;
  y @1 :UInt32;
}
interface Screen $K.service(0x7f01) {
  # Draws.
  dot @0 Point -> ();
  # One dot.
}
)",
     R"(interface Screen $K.service(0x7f01) {
  # Draws.
  dot @0 (x :UInt32, y :UInt32) -> ();
  # One dot.
}
)"},
    {Code::kCycle, "files that need each other",
     "The header of a file includes those of the objects that its methods name. Put the two "
     "objects\n"
     "into one file, or pass one of them by another method.",
     R"(using Other = import "other.idl";
interface Task $K.object((type = 3, rights = ["manage"])) {
  # A task.
  add @0 (thread :Other.Thread) -> () $K.number(900) $K.need("manage");
  # Adds a thread.
}
=== other.idl
using Sample = import "sample.idl";
interface Thread $K.object((type = 4, rights = ["manage"])) {
  # A thread.
  join @0 (task :Sample.Task) -> () $K.number(901) $K.need("manage");
  # Joins a task.
}
)",
     R"(interface Task $K.object((type = 3, rights = ["manage"])) {
  # A task.
}
=== other.idl
using Sample = import "sample.idl";
interface Thread $K.object((type = 4, rights = ["manage"])) {
  # A thread.
  join @0 (task :Sample.Task) -> () $K.number(901) $K.need("manage");
  # Joins a task.
}
)"},
    {Code::kEmptyEnum, "an enum without enumerants", "No value of it exists.",
     R"(enum Colour {
}
)",
     R"(enum Colour {
  red @0;
}
)"},
    {Code::kTooLong, "a constant longer than its field allows",
     "A constant's texts and lists keep to the $max of the struct that they fill.",
     R"(struct Image {
  name @0 :Text $K.max(4);
}
const first :Image = (name = "console");
)",
     R"(struct Image {
  name @0 :Text $K.max(16);
}
const first :Image = (name = "console");
)"},
    {Code::kFieldType, "a struct or constant of such a type",
     "Structs hold numbers, enums, texts, lists and structs. Capabilities are parameters only.",
     R"(struct Waiter {
  who @0 :N.Notification;
}
)",
     R"(struct Waiter {
  slot @0 :UInt32;
}
)"},
    {Code::kDefault, "a parameter with a default",
     "A message carries every parameter, and the caller gives every value. Fields of structs have "
     "defaults.",
     R"(interface Screen $K.service(0x7f01) {
  # Draws.
  clear @0 (colour :UInt32 = 7) -> ();
  # Paints all of it.
}
)",
     R"(interface Screen $K.service(0x7f01) {
  # Draws.
  clear @0 (colour :UInt32) -> ();
  # Paints all of it.
}
)"},
    {Code::kTooManyFlags, "more flags than bits",
     "A set of flags travels in one register, a bit each: there are at most 64. A struct's field "
     "has\n"
     "room for 16.",
     R"(enum Line $K.flags {
  b0 @0; b1 @1; b2 @2; b3 @3; b4 @4; b5 @5; b6 @6; b7 @7;
  b8 @8; b9 @9; b10 @10; b11 @11; b12 @12; b13 @13; b14 @14; b15 @15;
  b16 @16; b17 @17; b18 @18; b19 @19; b20 @20; b21 @21; b22 @22; b23 @23;
  b24 @24; b25 @25; b26 @26; b27 @27; b28 @28; b29 @29; b30 @30; b31 @31;
  b32 @32; b33 @33; b34 @34; b35 @35; b36 @36; b37 @37; b38 @38; b39 @39;
  b40 @40; b41 @41; b42 @42; b43 @43; b44 @44; b45 @45; b46 @46; b47 @47;
  b48 @48; b49 @49; b50 @50; b51 @51; b52 @52; b53 @53; b54 @54; b55 @55;
  b56 @56; b57 @57; b58 @58; b59 @59; b60 @60; b61 @61; b62 @62; b63 @63;
  b64 @64;
}
)",
     R"(enum Line $K.flags {
  first @0;
  second @1;
}
)"},
    {Code::kDefaultOutside, "a default outside its range",
     "A field that nobody sets has its default, 0 when it says none; so has, of an $extensible "
     "struct, "
     "a\n"
     "field that an older sender does not know. A default outside $range is what no message may "
     "carry.",
     R"(struct Options $K.extensible {
  retries @0 :UInt8 $K.range((min = 1, max = 9));
}
)",
     R"(struct Options $K.extensible {
  retries @0 :UInt8 = 3 $K.range((min = 1, max = 9));
}
)"},
};

}  // namespace

std::span<const Explanation> type_explanations() { return kExplanations; }

}  // namespace kidl
