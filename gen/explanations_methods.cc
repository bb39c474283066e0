// The codes of methods and their parameters, with samples as diagnostics.h has them: what is wrong,
// a sample that is refused for it alone, and one that is accepted. diagnostics_test compiles them.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
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
  read @0 (block :UInt64, into :V.Vmo $K.rights("read write map share") $K.lend) -> ();
  # Reads one.
}
)"},
    {Code::kNoShare, "a Vmo lent or minted without share",
     "The stub makes a capability with these rights and sends that one, so the receiver's is "
     "derived "
     "from\n"
     "it. The kernel derives nothing from a Vmo capability without the right share: each call "
     "would "
     "fail.",
     R"(interface Disk $K.service(0x7f01) {
  # Blocks.
  read @0 (block :UInt64, into :V.Vmo $K.rights("read write map") $K.lend) -> ();
  # Reads one.
}
)",
     R"(interface Disk $K.service(0x7f01) {
  # Blocks.
  read @0 (block :UInt64, into :V.Vmo $K.rights("read write map share") $K.lend) -> ();
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

std::span<const Explanation> method_explanations() { return kExplanations; }

}  // namespace kidl
