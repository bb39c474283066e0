// One recorded message or system call, as a line of text or JSON. `kidl cat --help` shows both.
#ifndef GEN_TOOL_RECORD_H_
#define GEN_TOOL_RECORD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kidl::tool {

struct Record {
  enum class Kind { kCall, kReturn, kRequest, kAnswer };
  Kind kind = Kind::kCall;
  std::map<std::string, std::uint64_t, std::less<>> values;  // a0, t1, tag, status, ...
  std::vector<std::uint64_t> words;  // of a message; of a call: its buffer's
  std::vector<std::uint64_t> capabilities;
  std::string of;  // of a return: the call's name, or its number in `values`

  std::optional<std::uint64_t> get(absl::string_view name) const;
};

// Takes any bytes. The error never quotes a value: nobody knows yet whether it may be shown.
absl::StatusOr<Record> parse_record(absl::string_view line);

}  // namespace kidl::tool

#endif  // GEN_TOOL_RECORD_H_
