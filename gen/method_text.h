// What a method's comment says of the method, and what of each parameter and result.
//
//   register @0 (deadline :UInt64, class :TimerClass) -> (id :UInt64);
//   # Signals once, not before the deadline.
//   # deadline: nanoseconds of the monotonic clock.
//   # class, id: one text for both.
//
// A line that begins with names of parameters or results and a colon is theirs, with the lines
// after it. "w0 to w5" names all from one to the other. Where a parameter and a result share a
// name, the first such text is the parameter's and the last the result's. A comment in the list
// itself, after the parameter, comes before all of that.
#ifndef GEN_METHOD_TEXT_H_
#define GEN_METHOD_TEXT_H_

#include <string>
#include <vector>

#include "gen/model.h"

namespace kidl {

struct MethodText {
  std::string about;
  // As many as the method has, in their order; empty where there is none.
  std::vector<std::string> parameters;
  std::vector<std::string> results;
  // Names that a line begins with, and that are neither's: "deadlin" of "deadlin: nanoseconds".
  std::vector<std::string> strangers;
};

MethodText method_text(const Method& method);

}  // namespace kidl

#endif  // GEN_METHOD_TEXT_H_
