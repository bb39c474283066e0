// The rules of the lock, of methods and their parameters: what breaks those who were built against
// a released .idl. The samples are compiled and compared by lock/rules_test.cc.
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
     "The lock was cut, merged or edited by hand: a line is no element, is out of order, is there\n"
     "twice, or there are not as many as the first line says. An edit that leaves it in order is "
     "not\n"
     "found out.",
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
     "leave it where it is, mark it $K.deprecated and release that; afterwards make it a "
     "tombstone, "
     "'() -> () $K.removed': its ordinal stays taken, and callers are refused as for a malformed "
     "message, with einval or what $answers names",
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
};

}  // namespace

std::span<const Explanation> lock_explanations() { return kExplanations; }

}  // namespace kidl
