#include "gen/layout.h"

#include <algorithm>
#include <cstdint>

#include "gen/tag.h"

namespace kidl {
namespace {

constexpr int kBytesPerWord = 8;
// Longer than anything: what a hostile $max leads to must not overflow.
constexpr std::int64_t kTooLong = 1 << 20;

int words(std::int64_t count) { return static_cast<int>(std::min(count, kTooLong)); }

}  // namespace

bool is_bounded(const Type& type) {
  return type.kind == Kind::kText || type.kind == Kind::kData || type.kind == Kind::kList;
}

bool has_tail(const Type& type) {
  return is_bounded(type) || (type.structure != nullptr && type.structure->extensible);
}

int element_bytes(const Type& type) {
  switch (type.kind) {
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8:
    case Kind::kText:
    case Kind::kData:
      return 1;
    case Kind::kInt16:
    case Kind::kUint16:
      return 2;
    case Kind::kInt32:
    case Kind::kUint32:
      return 4;
    case Kind::kInt64:
    case Kind::kUint64:
      return 8;
    case Kind::kEnum:
      return enum_bytes(*type.enumeration);
    default:
      return 0;
  }
}

int enum_bytes(const Enum& enumeration) {
  const std::size_t count = enumeration.enumerants.size();
  if (enumeration.flags) return count <= 8 ? 1 : count <= 16 ? 2 : 8;
  return count <= 256 && !enumeration.flexible ? 1 : 2;
}

std::uint64_t set_of_all(const Enum& flags) {
  return ~std::uint64_t{0} >> (kMaxFlags - flags.enumerants.size());
}

int field_bits(const Type& type) {
  if (type.kind == Kind::kBool) return 1;
  if (type.kind == Kind::kEnum) return 16;  // Cap'n Proto's, however few there are
  return 8 * element_bytes(type);
}

void measure(Struct& structure) {
  std::int64_t count = structure.data_words;
  for (const Field& each : structure.fields) {
    const Struct* nested = each.type.structure;
    const bool fits = each.type.kind == Kind::kStruct
                          ? nested->unfit.empty() && !nested->extensible
                          : !is_bounded(each.type) && element_bytes(each.type) != 0;
    if (!fits && structure.unfit.empty()) structure.unfit = each.name;
    if (each.type.kind == Kind::kStruct) count += nested->words;
  }
  structure.words = words(count);
}

int head_words(const Type& type) {
  if (type.kind == Kind::kStruct && !has_tail(type)) return type.structure->words;
  return 1;
}

int tail_words(const Parameter& parameter) {
  const Type& type = parameter.type;
  if (!has_tail(type)) return 0;
  if (type.structure != nullptr) return type.structure->words;
  const std::int64_t count = parameter.max.value_or(0);
  const Type& element = type.element != nullptr ? *type.element : type;
  if (element.structure != nullptr) return words(count * element.structure->words);
  return words((count * element_bytes(element) + kBytesPerWord - 1) / kBytesPerWord);
}

Layout layout_of(const std::vector<Parameter>& list) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool plain = true;
  for (const Parameter& each : list) {
    if (each.type.is_capability()) continue;
    least += head_words(each.type);
    most += head_words(each.type) + tail_words(each);
    plain = plain && !has_tail(each.type) && each.type.kind != Kind::kStruct;
  }
  return {plain && most <= kMessageRegisters, words(least), words(most)};
}

}  // namespace kidl
