// The rules of the lock, of enumerants, fields and what else a declaration says of itself; as in
// explanations_lock.cc.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
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
     "Programs built since then count on being refused at this ordinal, and what was there before\n"
     "meant something else.",
     "", "", "leave the tombstone; the method comes back under a new ordinal", ""},
    {Code::kMethodBuried, "a method that went without a word",
     "A released method became a tombstone at once: who calls it is refused. First it is "
     "$deprecated,\n"
     "which compilers tell whoever calls it, and released so; then it may go.",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> () $K.removed;
  # How many.
}
)",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (count :UInt64) $K.deprecated("Nobody counts any more.");
  # How many.
}
)",
     "leave it, mark it $K.deprecated and release that; make it a tombstone afterwards",
     R"(interface Log $K.service(0x7f01) {
  # A log.
  count @0 () -> (count :UInt64);
  # How many.
}
)"},
};

}  // namespace

std::span<const Explanation> lock_member_explanations() { return kExplanations; }

}  // namespace kidl
