// What kidl lint says, with samples as in explanations_types.cc. tool/lint_test.cc compiles them.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
    {Code::kParameterText, "a parameter without a text",
     "Every parameter says what it is, with its unit: in a comment after it in the list, or in a "
     "line\n"
     "of the method's comment that begins with its name and a colon. One line may name several, "
     "as\n"
     "\"w0 to w5: ...\" or \"to, index: ...\".",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  set @0 (time :UInt64) -> ();
  # Sets it.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  set @0 (time :UInt64) -> ();
  # Sets it.
  # time: nanoseconds since the start.
}
)",
     "add a line \"name: text.\" to the method's comment"},
    {Code::kResultText, "a result without a text",
     "Every result says what it is, as a parameter does.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  now @0 () -> (time :UInt64);
  # Reads it.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  now @0 () -> (time :UInt64);
  # Reads it.
  # time: nanoseconds since the start.
}
)",
     "add a line \"name: text.\" to the method's comment"},
    {Code::kUnusedImport, "a name that nothing uses",
     "A `using` that nothing in the file uses is a dependency that is none.",
     R"(using T = import "/idl/kernel/task.idl";

const most :UInt8 = 1;
)",
     R"(using T = import "/idl/kernel/task.idl";

interface Reader $K.service(0x7f01) {
  # Reads.

  read @0 (task :T.Task $K.rights("inspect")) -> ();
  # Reads it.
  # task: whose state.
}
)",
     "remove the line"},
    {Code::kNameStyle, "capitals in a row",
     "A name with three capitals or more in a row becomes a C++ name that nobody expects: "
     "\"rawURL\" is\n"
     "raw_url, but so is \"rawUrl\".",
     R"(const rawURL :UInt8 = 1;
)",
     R"(const rawUrl :UInt8 = 1;
)",
     "write an abbreviation as a word"},
    {Code::kNameRepeats, "a member that repeats its owner's name",
     "A member is always named with its owner: ColourRed in Colour is Colour.colourRed.",
     R"(enum Colour {
  colourRed @0;  # Stop.
}
)",
     R"(enum Colour {
  red @0;  # Stop.
}
)",
     "drop the owner's name from the member's"},
    {Code::kNotASentence, "a text that is no sentence",
     "What is said of an interface, a method, a parameter or a result ends with '.', '?', '!' or "
     "':'.\n"
     "One that does not was cut, or is not finished.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock

  stop @0 () -> ();
  # Stops it.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  stop @0 () -> ();
  # Stops it.
}
)",
     "end it with a full stop"},
    {Code::kLineTooLong, "a long line", "A line has at most 160 columns.",
     R"(const most :UInt8 = 1;
# This line has more columns than a screen, and who reads it must move it to and fro, which nobody does, and so the end of it is never read by anybody at all, ever.
)",
     R"(const most :UInt8 = 1;
# This line has fewer columns than a screen.
)",
     "break the line"},
    {Code::kNotFormatted, "a file that is not formatted",
     "There is one layout, so that a change shows nothing but what it changes.",
     R"(const most:UInt8=1;
)",
     R"(const most :UInt8 = 1;
)",
     "run kidl fmt"},
    {Code::kTextOfNothing, "a text of nothing",
     "A line of a method's comment begins with a name and a colon, and nothing has that name: a\n"
     "parameter was renamed, or it is written wrong. Names of errors, enumerants, methods and "
     "fields may\n"
     "stand there too.",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  stop @0 () -> ();
  # Stops it.
  # tiem: when.
}
)",
     R"(interface Clock $K.service(0x7f01) {
  # A clock.

  stop @0 (time :UInt64) -> ();
  # Stops it.
  # time: when.
}
)",
     "give it the name that it tells of"},
    {Code::kFieldText, "a field without a text",
     "Every field of a struct says what it is, with its unit: in a comment after it or on the line "
     "below.",
     R"(struct Image {
  stackKiB @0 :UInt32;
}
)",
     R"(struct Image {
  stackKiB @0 :UInt32;  # Of its stack, in KiB, a multiple of 4.
}
)",
     "add a comment after it"},
    {Code::kEnumerantText, "an enumerant without a text",
     "Every enumerant says what it means: in a comment after it or on the line below.",
     R"(enum Direction {
  up @0;  # Against gravity.
  down @1;
}
)",
     R"(enum Direction {
  up @0;    # Against gravity.
  down @1;  # With it.
}
)",
     "add a comment after it"},
};

}  // namespace

std::span<const Explanation> lint_explanations() { return kExplanations; }

}  // namespace kidl
