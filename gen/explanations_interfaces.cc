// The codes of interfaces, with samples as diagnostics.h has them: what is wrong, a sample that is
// refused for it alone, and one that is accepted. diagnostics_test compiles them.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
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
     "from each other, from a superclass's, and from slot, endpoint, reply_slot, on_notification "
     "and on_refused.\n"
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
    {Code::kOutputTwice, "two files that become one",
     "Of x.idl with a service kidl makes x_client.h, x_server.h, x_fake.h and others beside it: an "
     ".idl\n"
     "of such a name would be written over them. Give one of the two another name.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
=== sample_fake.idl
enum Colour {
  red @0;
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.
}
=== sample_colour.idl
enum Colour {
  red @0;
}
)"},
};

}  // namespace

std::span<const Explanation> interface_explanations() { return kExplanations; }

}  // namespace kidl
