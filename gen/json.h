// JSON as kidl writes it: text of any bytes becomes a string that every reader takes.
#ifndef GEN_JSON_H_
#define GEN_JSON_H_

#include <cstddef>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace kidl {

// How many bytes of `text` are one character of UTF-8 (RFC 3629); 0: they are none.
inline std::size_t utf8_length(absl::string_view text) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (at(0) < 0x80) return 1;
  const std::size_t length = at(0) >= 0xf0 ? 4 : at(0) >= 0xe0 ? 3 : 2;
  if (at(0) < 0xc2 || at(0) > 0xf4 || text.size() < length) return 0;
  for (std::size_t each = 1; each < length; ++each) {
    if ((at(each) & 0xc0U) != 0x80) return 0;
  }
  // Too long for what it says, a surrogate, beyond the last character.
  const bool bad = (at(0) == 0xe0 && at(1) < 0xa0) || (at(0) == 0xed && at(1) > 0x9f) ||
                   (at(0) == 0xf0 && at(1) < 0x90) || (at(0) == 0xf4 && at(1) > 0x8f);
  return bad ? 0 : length;
}

// With its quotes. Bytes that are no UTF-8 become U+FFFD.
inline std::string json_text(absl::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      result += "\\ufffd";
    } else if (first < 0x20 || first == 0x7f) {
      absl::StrAppendFormat(&result, "\\u%04x", first);
    } else {
      if (first == '"' || first == '\\') result += '\\';
      result.append(text.data(), length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result + "\"";
}

}  // namespace kidl

#endif  // GEN_JSON_H_
