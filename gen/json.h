// JSON as kidl writes it: text of any bytes becomes a string that every reader takes.
#ifndef GEN_JSON_H_
#define GEN_JSON_H_

#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace kidl {

// With its quotes. Bytes outside printable ASCII are passed on when they are UTF-8's; control
// characters are escaped.
inline std::string json_text(absl::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&result, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace kidl

#endif  // GEN_JSON_H_
