// The rules of the lock: what breaks those who were built against a released .idl. The samples are
// compiled and compared by lock/rules_test.cc.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
    {Code::kLockMissing, "an .idl without a lock",
     "Beside every x.idl that others build against stands x.idl.lock: what it has promised. "
     "Without\n"
     "one, nothing says which change would break them.",
     "", "", "run `bazel run //idl:freeze` and commit the lock with the .idl", ""},
    {Code::kLockDamaged, "a lock that cannot be read",
     "The lock was cut, merged by hand or edited: a line is no element, is out of order, is there\n"
     "twice, or there are not as many as the first line says.",
     "", "",
     "take the file from the last commit; after a merge, take either side's, then run `bazel run "
     "//idl:freeze`",
     ""},
    {Code::kLockOrphan, "a lock without its .idl",
     "The .idl that the lock belongs to is not there: everything in it is gone for those who were\n"
     "built against it.",
     "", "",
     "bring the .idl back; if nobody uses it any more, delete the lock in the commit that deletes "
     "the .idl",
     ""},
    {Code::kDeclarationRemoved, "a declaration removed",
     "An interface, enum, struct or constant that was released is gone, or has become something "
     "else.\n"
     "Programs that name it no longer build, and servers of the interface are out of reach.",
     R"(enum Colour {
  red @0;
}
)",
     R"(enum Colour {
  red @0;
}
const most :UInt32 = 4;  # Not used any more.
)",
     "keep it, and say in its comment what to use instead",
     R"(enum Colour {
  red @0;
}
const most :UInt32 = 4;
)"},
    {Code::kMethodRemoved, "a method removed",
     "A released method is gone. Who still calls it meets whatever takes its ordinal next.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
  count @1 () -> (count :UInt64);
  # How many.
}
)",
     "leave it where it is and mark it $K.removed: callers are told unknownMethod and its ordinal "
     "stays taken",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
  count @1 () -> (count :UInt64);
  # How many.
}
)"},
    {Code::kMethodReordered, "a method with another ordinal",
     "The ordinal is in the tag of every message: callers that were built before call another "
     "method.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (count :UInt64);
  # How many.
  note @1 (what :UInt64) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @1 () -> (count :UInt64);
  # How many.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)",
     "give methods their old ordinals; new ones come after them, whatever their order in the file",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
  count @1 () -> (count :UInt64);
  # How many.
}
)"},
    {Code::kParametersChanged, "a parameter or result added or removed",
     "A message of a released method has its number of words and capabilities: another number is\n"
     "refused as malformed, or its values are taken for others.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64, level :UInt8) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
  noteAt @1 (what :UInt64, level :UInt8) -> ();
  # Notes it.
}
)",
     "add a method with the new list beside the old one",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)"},
    {Code::kParametersReordered, "parameters or results in another order",
     "Their order is their place in the message: values arrive in one another's place.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (level :UInt64, what :UInt64) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64, level :UInt64) -> ();
  # Notes it.
  noteAt @1 (level :UInt64, what :UInt64) -> ();
  # Notes it.
}
)",
     "keep the order; add a method with the order that you want",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64, level :UInt64) -> ();
  # Notes it.
}
)"},
    {Code::kTypeChanged, "a type changed",
     "Values of the old type are refused, or taken for something else. That holds for wider "
     "integers\n"
     "too: a caller's variable is as wide as it was.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt32) -> ();
  # Notes it.
  noteLong @1 (what :UInt64) -> ();
  # Notes it.
}
)",
     "add a method (or, in an extensible struct, a field) of the new type beside the old one",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt32) -> ();
  # Notes it.
}
)"},
    {Code::kBoundChanged, "a bound changed",
     "What callers were allowed to send is refused, or more comes back than they have room for. A\n"
     "parameter's bound may be widened and a result's narrowed: old callers stay right. A field\n"
     "travels both ways, so its bound stays.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt32 $K.range((min = 1, max = 32))) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt32 $K.range((min = 0, max = 128))) -> ();
  # Notes it.
}
)",
     "keep the bound and refuse in the server, by an error of its own; or add a method with the "
     "bound that you want",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (length :UInt32 $K.range((min = 1, max = 64))) -> ();
  # Notes it.
}
)"},
    {Code::kRightAdded, "a right asked for that was not",
     "Callers hold capabilities with the rights that were asked for when they were built: they "
     "are\n"
     "refused now.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (bell :N.Notification $K.rights("signal wait")) -> ();
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (bell :N.Notification) -> ();
  # Notes it.
}
)",
     "ask for no more than before; a method that needs more is a new method",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (bell :N.Notification $K.rights("signal")) -> ();
  # Notes it.
}
)"},
    {Code::kRightRemoved, "a right gone or of another bit",
     "Capabilities out there hold their rights as bits: a bit that means another right gives "
     "power\n"
     "that nobody gave, and one that means none takes it away.",
     R"(interface Vmo $K.object((type = 8, rights = ["write", "read"])) {
  # Memory.
}
)",
     R"(interface Vmo $K.object((type = 8, rights = ["read", "write", "seal"])) {
  # Memory.
}
)",
     "keep every right with its bit; new ones come after them",
     R"(interface Vmo $K.object((type = 8, rights = ["read", "write"])) {
  # Memory.
}
)"},
    {Code::kPlaceMoved, "a value in another register, word or place",
     "Callers that were built before put it where it was.",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64 $K.register("t2")) -> () $K.number(900);
  # Sets it.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64 $K.register("t1")) -> () $K.number(900);
  # Sets it.
  setBy @1 (time :UInt64 $K.register("t2")) -> () $K.number(901);
  # Sets it.
}
)",
     "leave it where it was; a method with other places is a new method",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64 $K.register("t1")) -> () $K.number(900);
  # Sets it.
}
)"},
    {Code::kNumberChanged, "a number changed",
     "Numbers of system calls, services and object types are in every program that was built.",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64) -> () $K.number(901);
  # Sets it.
}
)",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64) -> () $K.number(900);
  # Sets it.
  reset @1 () -> () $K.number(901);
  # Clears it.
}
)",
     "give it its old number; numbers are never reused",
     R"(interface Clock $K.ambient {
  # A clock.
  set @0 (time :UInt64) -> () $K.number(900);
  # Sets it.
}
)"},
    {Code::kErrorsChanged, "errors of another meaning",
     "A positive status is an enumerant of the errors that the interface names: callers read it as "
     "the\n"
     "enumerant that it was.",
     R"(enum LogStatus {
  ok @0;
  bad @1;
  worse @2;
}
interface Log $K.service(0x7f01) $K.errors("LogStatus") $K.answers((badValue = 2)) {
  # A log.
}
)",
     R"(enum LogStatus {
  ok @0;
  bad @1;
  worse @2;
}
interface Log $K.service(0x7f01) $K.errors("LogStatus") $K.answers((badValue = 1)) {
  # A log.
}
)",
     "keep the enum of the errors and which of them answers what; add an interface for another set",
     R"(enum LogStatus {
  ok @0;
  bad @1;
  worse @2;
}
interface Log $K.service(0x7f01) $K.errors("LogStatus") $K.answers((badValue = 1)) {
  # A log.
}
)"},
    {Code::kEnumerantRemoved, "an enumerant removed or renamed",
     "A value that programs send has no meaning any more, or another name.",
     R"(enum Colour {
  red @0;
}
)",
     R"(enum Colour {
  red @0;
  green @1;
}
)",
     "keep it, and say in its comment that nothing gives it any more",
     R"(enum Colour {
  red @0;
  green @1;
}
)"},
    {Code::kEnumerantRenumbered, "an enumerant with another value",
     "The value is what travels: programs that were built before mean another enumerant.",
     R"(enum Colour {
  green @0;
  red @1;
}
)",
     R"(enum Colour {
  green @1;
  red @0;
}
)",
     "give enumerants their old ordinals; where they stand in the file is free",
     R"(enum Colour {
  red @0;
  green @1;
}
)"},
    {Code::kEnumerantAdded, "an enumerant added to a strict enum",
     "Decoders that were built before refuse a value that they do not know: who gives the new one "
     "to\n"
     "an old program is refused.",
     R"(enum Colour {
  red @0;
  green @1;
}
)",
     R"(enum Colour {
  red @0;
}
enum Shade {
  red @0;
  green @1;
}
)",
     "add the enumerant to a new enum, with a method that uses it; only an enum that is flexible "
     "since its release takes new ones",
     R"(enum Colour {
  red @0;
}
)"},
    {Code::kFieldRemoved, "a field removed or renamed",
     "A struct's words are as they were released: without one, those after it lie elsewhere.",
     R"(struct Entry {
  level @0 :UInt8;
}
)",
     R"(struct Entry {
  level @0 :UInt8;
  time @1 :UInt64;
}
)",
     "keep the field, and say in its comment that nobody reads it",
     R"(struct Entry {
  level @0 :UInt8;
  time @1 :UInt64;
}
)"},
    {Code::kFieldAdded, "a field added to a struct that is not extensible",
     "Readers that were built before expect the struct's length, and refuse a longer one. In an\n"
     "extensible struct a new field comes after all others.",
     R"(struct Entry {
  level @0 :UInt8;
  time @1 :UInt64;
}
)",
     R"(struct Entry {
  level @0 :UInt8;
}
struct LongEntry {
  level @0 :UInt8;
  time @1 :UInt64;
}
)",
     "make a new struct, and a method that uses it; only a struct that is extensible since its "
     "release takes new fields",
     R"(struct Entry {
  level @0 :UInt8;
}
)"},
    {Code::kFieldReordered, "a field with another ordinal",
     "The ordinal says where the field lies.",
     R"(struct Entry {
  time @0 :UInt64;
  level @1 :UInt64;
}
)",
     R"(struct Entry {
  time @1 :UInt64;
  level @0 :UInt64;
}
)",
     "give fields their old ordinals; where they stand in the file is free",
     R"(struct Entry {
  level @0 :UInt64;
  time @1 :UInt64;
}
)"},
    {Code::kConstantChanged, "a constant changed",
     "Both sides have the value built in: one of them has the old one. A Text is free, it is for\n"
     "people.",
     R"(const most :UInt32 = 5;
)",
     R"(const most :UInt32 = 4;
const mostNow :UInt32 = 5;
)",
     "add a constant with the new value, and use it where both sides are new",
     R"(const most :UInt32 = 4;
)"},
    {Code::kMannerChanged, "another manner of call",
     "Whether a method is answered, which registers a call keeps, what is invoked, what becomes "
     "of\n"
     "unknown values, whether numbers are bits: callers that were built before do it the old way.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> () $K.oneWay;
  # Notes it.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
  tell @1 (what :UInt64) -> () $K.oneWay;
  # Notes it.
}
)",
     "add a method (or a type) of the other manner beside this one",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  note @0 (what :UInt64) -> ();
  # Notes it.
}
)"},
    {Code::kResultRenamed, "a result renamed",
     "Results are read by name: programs that use it no longer build. A parameter's name is free:\n"
     "stubs take them in order.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (number :UInt64, most :UInt64);
  # How many.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (count :UInt64, most :UInt64);
  # How many there are.
}
)",
     "keep the name",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (count :UInt64, most :UInt64);
  # How many.
}
)"},
    {Code::kNamespaceChanged, "another namespace",
     "Every name that is generated from the file is another one: no program that uses it builds.",
     R"(@0xd1a7e55e7affff01;
using K = import "/idl/kidl.idl";
$K.namespace("other");
enum Colour {
  red @0;
}
)",
     R"(enum Colour {
  red @0;
}
)",
     "keep the namespace",
     R"(enum Colour {
  red @0;
}
)"},
    {Code::kTombstoneRevived, "a removed method that came back",
     "Programs built since then count on unknownMethod at this ordinal, and what was there before\n"
     "meant something else.",
     "", "", "leave the tombstone; the method comes back under a new ordinal", ""},
};

}  // namespace

std::span<const Explanation> lock_explanations() { return kExplanations; }

}  // namespace kidl
