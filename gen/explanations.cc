// Every code: what is wrong, a sample that is refused for it alone, and one that is accepted. `kidl
// explain` and the reference page print them, and diagnostics_test compiles them.
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
    {Code::kNoRole, "an interface that is nothing yet",
     "An interface is a service ($service and its number), a kernel object ($object) or the "
     "calling\n"
     "thread's own system calls ($ambient).",
     R"(interface Clock {
  # A clock.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
)"},
    {Code::kTwoRoles, "an interface that is two things",
     "Only one of $service, $object and $ambient stands on an interface.",
     R"(interface Clock $K.service(0x7f01) $K.ambient {
  # A clock.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
)"},
    {Code::kServiceNumber, "a service number out of range",
     "A tag is never negative, and numbers below 0x0100 are kept free: 0x0100 to 0x7fff.",
     R"(interface Clock $K.service(0x8001) {
  # A clock.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
)"},
    {Code::kServiceNumberTwice, "a service number given twice",
     "A message's tag tells the interface; two with one number would understand each other's "
     "messages.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
interface Watch $K.service(0x7f01) {
  # Another.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
interface Watch $K.service(0x7f02) {
  # Another.
}
)"},
    {Code::kObjectType, "an object's type number is another's",
     "$object's type is the enumerant of the same name in ObjectType of idl/abi.idl.",
     R"(interface Untyped $K.object((type = 2, rights = ["retype"])) {
  # Memory.
  retype @0 (type :Abi.ObjectType) -> () $K.number(900) $K.need("retype");
  # Makes an object.
}
)",
     R"(interface Untyped $K.object((type = 1, rights = ["retype"])) {
  # Memory.
  retype @0 (type :Abi.ObjectType) -> () $K.number(900) $K.need("retype");
  # Makes an object.
}
)"},
    {Code::kObjectTypeTwice, "an object's type number given twice",
     "A capability tells its object's type by this number.",
     R"(interface Untyped $K.object((type = 1, rights = ["retype"])) {
  # Memory.
}
interface Memory $K.object((type = 1, rights = ["retype"])) {
  # The same.
}
)",
     R"(interface Untyped $K.object((type = 1, rights = ["retype"])) {
  # Memory.
}
)"},
    {Code::kRightsList, "a wrong list of rights",
     "At most eight distinct lowerCamel names: a capability has a byte for them.",
     R"(interface Untyped $K.object((type = 1, rights = ["retype", "retype"])) {
  # Memory.
}
)",
     R"(interface Untyped $K.object((type = 1, rights = ["retype", "inspect"])) {
  # Memory.
}
)"},
    {Code::kExtends, "an interface that cannot extend that one",
     "A service extends at most one other, of the same namespace, which stands in another file or "
     "further up. Kernel\n"
     "objects do not.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
  # Nanoseconds.
}
interface Alarms extends(Clock) $K.service(0x7f02) {
  # A clock that rings.
  ring @0 (at :UInt64) -> ();
  # At that time.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  now @0 () -> (time :UInt64);
  # Nanoseconds.
}
interface Alarms extends(Clock) $K.service(0x7f02) {
  # A clock that rings. It answers Clock's messages, too.
  ring @0 (at :UInt64) -> ();
  # At that time.
}
)"},
    {Code::kClash, "one name in C++ for two things",
     "Methods become C++ functions, a service's also one with _until for the deadline. They must "
     "differ\n"
     "from each other, from a superclass's, and from slot, endpoint, reply_slot and "
     "on_notification.\n"
     "Parameters and fields become snake_case: quotaKiB and quotaKib are one. Types and constants "
     "of all\n"
     "files of a namespace lie side by side, with a service's ...Client and ...Server; a method's\n"
     "...Result and ...Completer lie in its interface. A service's messages lie in a namespace of "
     "its name.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  sleep @0 () -> ();
  # For a while.
  sleepUntil @1 (time :UInt64) -> ();
  # Until then.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  doze @0 () -> ();
  # For a while.
  sleepUntil @1 (time :UInt64) -> ();
  # Until then.
}
)"},
    {Code::kNoErrorsEnum, "no such enum of errors", "$errors names an enum of the same file.",
     R"(interface Clock $K.service(0x7f01) $K.errors("ClockStatus") {
  # A clock.
}
)",
     R"(enum ClockStatus {
  ok @0;
  stopped @1;
}
interface Clock $K.service(0x7f01) $K.errors("ClockStatus") {
  # A clock.
}
)"},
    {Code::kErrorsNotOk, "an enum of errors that does not begin with ok",
     "Status 0 is success on the wire, so enumerant 0 is called ok.",
     R"(enum ClockStatus {
  stopped @0;
}
interface Clock $K.service(0x7f01) $K.errors("ClockStatus") {
  # A clock.
}
)",
     R"(enum ClockStatus {
  ok @0;
  stopped @1;
}
interface Clock $K.service(0x7f01) $K.errors("ClockStatus") {
  # A clock.
}
)"},
    {Code::kAnswers, "wrong $answers",
     "$answers says which of the interface's own errors the decoder answers, so it needs $errors, "
     "and\n"
     "enumerants of that enum.",
     R"(interface Clock $K.service(0x7f01) $K.answers((badValue = 1, malformed = 1)) {
  # A clock.
}
)",
     R"(enum ClockStatus {
  ok @0;
  wrong @1;
}
interface Clock $K.service(0x7f01) $K.errors("ClockStatus")
    $K.answers((badValue = 1, malformed = 1)) {
  # A clock.
}
)"},
    {Code::kMisplaced, "an annotation without meaning here",
     "$number, $need, $register and $receives are for system calls; $errors, $answers and $oneWay "
     "for\n"
     "services; $rights for capabilities that are parameters; $max for what has a length.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  set @0 (time :UInt64 $K.rights("signal")) -> ();
  # Sets it.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  set @0 (time :UInt64, done :N.Notification $K.rights("signal")) -> ();
  # Sets it.
}
)"},
    {Code::kNoTransport, "a service, but no Endpoint",
     "Clients and servers are made of the system calls of Endpoint and Reply: all files are "
     "compiled in\n"
     "one run.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock: with idl/kernel/endpoint.idl and idl/kernel/reply.idl on the command line.
}
)"},
    {Code::kNoNumber, "a system call without a number",
     "Its number in register a7, from 1, fixed for ever once released.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64);
  # Nanoseconds.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
  # Nanoseconds.
}
)"},
    {Code::kNumberTwice, "a system call's number given twice",
     "The kernel tells system calls by their number alone.",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
  # Nanoseconds.
  boot @1 () -> (time :UInt64) $K.number(900);
  # When it began.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  now @0 () -> (time :UInt64) $K.number(900);
  # Nanoseconds.
  boot @1 () -> (time :UInt64) $K.number(901);
  # When it began.
}
)"},
    {Code::kTooManyWords, "more words than there is room for",
     "A system call has six words, in a0 to a5; a service's message has 120. Of a Text, Data or "
     "List "
     "the\n"
     "greatest length counts, and a word for its length. Narrow a bound, split the method, or lend "
     "a "
     "Vmo.",
     R"(interface Disk $K.service(0x7f01) {
  # Blocks.
  write @0 (block :UInt64, content :Data $K.max(1024)) -> ();
  # Writes one.
}
)",
     R"(interface Disk $K.service(0x7f01) {
  # Blocks.
  write @0 (block :UInt64, content :V.Vmo $K.rights("read map")) -> ();
  # Writes one, from the first bytes of `content`.
}
)"},
    {Code::kTooManyCapabilities, "more than three capabilities",
     "A message carries three, in t2 to t4.",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (a :N.Notification, b :N.Notification, c :N.Notification, d :N.Notification) -> ();
  # Adds them.
}
)",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (a :N.Notification, b :N.Notification, c :N.Notification) -> ();
  # Adds them.
}
)"},
    {Code::kUnknownRight, "no such right", "The object's own $object lists its rights.",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (who :N.Notification $K.rights("ring")) -> ();
  # Adds it.
}
)",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (who :N.Notification $K.rights("signal")) -> ();
  # Adds it.
}
)"},
    {Code::kUnknownRegister, "no such register", "$register names one of t0 to t6 and a0 to a6.",
     R"(interface Clock $K.ambient {
  # A clock.
  wait @0 (deadline :UInt64 $K.register("s1")) -> () $K.number(900);
  # Until then.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  wait @0 (deadline :UInt64 $K.register("t1")) -> () $K.number(900);
  # Until then.
}
)"},
    {Code::kRegisterTwice, "a register taken twice",
     "Each register holds one thing: t0 the invoked capability, a6 and a7 status and detail on "
     "return.",
     R"(interface Clock $K.ambient {
  # A clock.
  wait @0 (first :UInt64, deadline :UInt64 $K.register("a0")) -> () $K.number(900);
  # Until then.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  wait @0 (first :UInt64, deadline :UInt64 $K.register("t1")) -> () $K.number(900);
  # Until then.
}
)"},
    {Code::kOneWayResults, "results that nobody waits for",
     "The sender of a $oneWay message gets no answer.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> (number :UInt64) $K.oneWay;
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> () $K.oneWay;
  # Notes it.
}
)"},
    {Code::kDeferred, "no answer to defer",
     "$deferred is for a service's methods that are answered.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> () $K.oneWay $K.deferred;
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> () $K.deferred;
  # Notes it, and answers when it is on the disk.
}
)"},
    {Code::kOrdinal, "too many methods",
     "The tag has eight bits for the method: ordinals 0 to 255.",
     R"(interface Big $K.service(0x7f01) {
  # Methods 0 to 256.
  ...
}
)",
     R"(interface Big $K.service(0x7f01) {
  # One method.
  m0 @0 () -> ();
  # The only one.
}
)"},
    {Code::kEmptyRange, "an empty range", "min is at most max, and a $max is at least 1.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt8 $K.range((min = 40, max = 1))) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt8 $K.range((min = 1, max = 40))) -> ();
  # Notes it.
}
)"},
    {Code::kRangeType, "a range that does not fit the type",
     "$range is for unsigned integers, and within what they can hold.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt8 $K.range((min = 1, max = 256))) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt16 $K.range((min = 1, max = 256))) -> ();
  # Notes it.
}
)"},
    {Code::kCapabilityResult, "a system call that returns a capability",
     "A capability lies in a slot of a CNode: the call is told the slot and fills it.",
     R"(interface Clock $K.ambient {
  # A clock.
  alarm @0 () -> (who :N.Notification) $K.number(900);
  # A Notification.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  alarm @0 (slot :UInt32) -> () $K.number(900);
  # Puts a Notification into the slot.
}
)"},
    {Code::kNotAnObject, "a capability to nothing",
     "A capability is to a kernel object, or in a service's message to a service, as a client of "
     "it: "
     "that\n"
     "service stands in another file or further up. The calling thread's own system calls need "
     "none.",
     R"(interface Watch $K.service(0x7f02) {
  # One to wear.
  set @0 (clock :Clock $K.rights("send")) -> ();
  # Sets it by another clock.
}
interface Clock $K.service(0x7f01) {
  # A clock.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
interface Watch $K.service(0x7f02) {
  # One to wear.
  set @0 (clock :Clock $K.rights("send")) -> ();
  # Sets it by another clock.
}
)"},
    {Code::kOptional, "an optional capability before another",
     "A message tells how many capabilities it has, not which: the one that may be absent is the "
     "last.",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (first :N.Notification $K.optional, second :N.Notification) -> ();
  # Adds them.
}
)",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (first :N.Notification, second :N.Notification $K.optional) -> ();
  # Adds them.
}
)"},
    {Code::kFast, "a fast method that is not",
     "$fast holds a method to six words in registers each way: no Text, struct or capability, no "
     "deadline, and\n"
     "an answer at once.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  name @0 () -> (name :Text $K.max(8)) $K.fast;
  # What it is called.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  now @0 () -> (time :UInt64) $K.fast;
  # Nanoseconds.
}
)"},
    {Code::kPass, "a capability that cannot be given so",
     "$pass is copy, mint or move. $lend is for a Vmo, which the stub takes back when the answer "
     "is "
     "there.",
     R"(interface Alarms $K.service(0x7f01) {
  # Signals all.
  add @0 (who :N.Notification $K.lend) -> ();
  # Adds it.
}
)",
     R"(interface Disk $K.service(0x7f01) {
  # Blocks.
  read @0 (block :UInt64, into :V.Vmo $K.rights("read write map") $K.lend) -> ();
  # Reads one.
}
)"},
    {Code::kRemoved, "a tombstone with parameters",
     "Of a method that was removed only the number is left, so that nobody gives it again.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  set @0 (time :UInt64) -> () $K.removed;
  # It is set no more.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
  set @0 () -> () $K.removed;
  # It is set no more.
}
)"},
};

}  // namespace

std::span<const Explanation> language_explanations() { return kExplanations; }

}  // namespace kidl
