// The picture of a call's registers on the reference pages.
//
//   in   +----+--------------+----------+
//        | a7 | t0           | t1       |
//        | 10 | Notification | deadline |
//        +----+--------------+----------+
#ifndef GEN_REGISTER_MAP_H_
#define GEN_REGISTER_MAP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kidl {

struct RegisterCell {
  std::string place;
  std::string label;
};

// `direction` stands before the first box; what does not fit beside the others goes below them.
std::string register_map(absl::string_view direction, const std::vector<RegisterCell>& cells);

}  // namespace kidl

#endif  // GEN_REGISTER_MAP_H_
