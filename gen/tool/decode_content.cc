#include "gen/tool/decode_content.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gen/layout.h"
#include "gen/tool/decode_value.h"

namespace kidl::tool {
namespace {

constexpr std::size_t kWordBytes = 8;

std::uint64_t low_bits(int count) { return ~std::uint64_t{0} >> (64 - count); }

std::uint8_t byte_at(Words words, std::size_t index) {
  return static_cast<std::uint8_t>(words[index / kWordBytes] >> index % kWordBytes * 8);
}

std::string scalar(const Type& type, const std::optional<Range>& range, std::uint64_t raw, int bits,
                   const std::string& name, Findings& wrong) {
  const ValueText value = value_text(type, range, in_register(type, raw, bits));
  if (!value.wrong.empty()) wrong.push_back(absl::StrCat("'", name, "': ", value.wrong));
  return value.text;
}

std::string text_of(std::uint64_t length, Words words) {
  std::string text;
  for (std::size_t each = 0; each < length; ++each) {
    text += static_cast<char>(byte_at(words, each));
  }
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

std::string data_of(std::uint64_t length, Words words) {
  std::vector<std::string> bytes;
  for (std::size_t each = 0; each < length; ++each) {
    bytes.push_back(absl::StrFormat("%02x", byte_at(words, each)));
  }
  return absl::StrCat("0x\"", absl::StrJoin(bytes, " "), "\"");
}

std::string list_of(const Type& type, std::uint64_t length, Words words, const std::string& name,
                    Findings& wrong) {
  std::vector<std::string> items;
  for (std::size_t each = 0; each < length; ++each) {
    const std::string item = absl::StrCat(name, "[", each, "]");
    if (type.structure != nullptr) {
      const auto size = static_cast<std::size_t>(type.structure->words);
      items.push_back(struct_text(*type.structure, words.subspan(each * size, size), item, wrong));
      continue;
    }
    const auto size = static_cast<std::size_t>(element_bytes(type));
    const std::size_t first = each * size;
    const std::uint64_t raw = words[first / kWordBytes] >> first % kWordBytes * 8;
    items.push_back(scalar(type, std::nullopt, raw, static_cast<int>(8 * size), item, wrong));
  }
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

// As this side knows it: fields that were not sent have their defaults, what is beyond is counted.
std::string extensible_text(const Struct& structure, Words words, const std::string& name,
                            Findings& wrong) {
  std::vector<std::uint64_t> known(static_cast<std::size_t>(structure.words));
  const std::size_t both = std::min(known.size(), words.size());
  std::copy_n(words.begin(), both, known.begin());
  const std::string text = struct_text(structure, known, name, wrong);
  const std::size_t beyond = words.size() - both;
  return beyond == 0 ? text : absl::StrCat(text, " and ", beyond, " newer words");
}

// Bytes behind the last item, in its word.
bool is_padded(std::size_t bytes, Words words) {
  const std::size_t in_last = bytes % kWordBytes;
  return in_last != 0 && words.back() >> in_last * 8 != 0;
}

}  // namespace

std::string struct_text(const Struct& structure, Words words, const std::string& name,
                        Findings& wrong) {
  std::vector<std::string> parts;
  std::vector<std::uint64_t> used(structure.data_words);
  std::size_t nested = structure.data_words;  // its words follow
  for (const Field& each : structure.fields) {
    const std::string path = absl::StrCat(name, ".", each.name);
    std::string text;
    if (each.type.kind == Kind::kStruct) {
      const auto size = static_cast<std::size_t>(each.type.structure->words);
      text = struct_text(*each.type.structure, words.subspan(nested, size), path, wrong);
      nested += size;
    } else {
      const int bits = field_bits(each.type);
      const std::uint64_t raw = words[each.bit / 64] >> each.bit % 64 ^ each.preset;
      used[each.bit / 64] |= low_bits(bits) << each.bit % 64;
      text = scalar(each.type, each.range, raw, bits, path, wrong);
    }
    parts.push_back(absl::StrCat(each.name, " = ", each.sensitive ? kHidden : text));
  }
  for (std::size_t each = 0; each < used.size() && !structure.extensible; ++each) {
    if ((words[each] & ~used[each]) == 0) continue;
    wrong.push_back(absl::StrCat("'", name, "': bits that are no field's are set"));
  }
  return absl::StrCat("(", absl::StrJoin(parts, ", "), ")");
}

std::string content_text(const Type& type, std::uint64_t length, Words words,
                         const std::string& name, Findings& wrong) {
  if (type.kind == Kind::kStruct) return extensible_text(*type.structure, words, name, wrong);
  const Type& item = type.element != nullptr ? *type.element : type;
  if (item.structure == nullptr &&
      is_padded(length * static_cast<std::size_t>(element_bytes(item)), words)) {
    wrong.push_back(absl::StrCat("'", name, "': its last word is not filled with zeros"));
  }
  if (type.kind == Kind::kText) return text_of(length, words);
  if (type.kind == Kind::kData) return data_of(length, words);
  return list_of(item, length, words, name, wrong);
}

}  // namespace kidl::tool
