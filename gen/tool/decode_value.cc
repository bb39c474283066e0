#include "gen/tool/decode_value.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kidl::tool {
namespace {

constexpr std::uint64_t kLargestPlain = 0xffff;  // above it a number is told in hexadecimal, too

// As the RISC-V calling convention has integers in a register: up to 32 bits by their own sign,
// then sign-extended from bit 31.
std::uint64_t extended(std::uint64_t word, int bits, bool is_signed) {
  const int from = is_signed ? bits : 32;
  if (!is_signed && bits < 32) word &= (std::uint64_t{1} << static_cast<unsigned>(bits)) - 1;
  if (from == 64) return word;
  const auto shift = static_cast<unsigned>(64 - from);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(word << shift) >> shift);
}

ValueText integer(std::uint64_t word, int bits, bool is_signed) {
  const bool fits = bits == 64 || extended(word, bits, is_signed) == word;
  ValueText value;
  if (is_signed) {
    value.text = absl::StrCat(static_cast<std::int64_t>(word));
  } else if (fits && bits == 32) {
    value.text = number_text(word & 0xffffffff);
  } else {
    value.text = number_text(word);
  }
  if (!fits) value.wrong = absl::StrCat("bits are set beyond its ", bits);
  return value;
}

ValueText set_of(const Enum& flags, std::uint64_t word) {
  ValueText value;
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < flags.enumerants.size() && bit < 64; ++bit) {
    if ((word >> bit & 1U) != 0) names.push_back(flags.enumerants[bit].name);
    word &= ~(std::uint64_t{1} << bit);
  }
  if (word != 0) {
    names.push_back(absl::StrCat("0x", absl::Hex(word)));
    if (!flags.flexible) value.wrong = absl::StrCat("a bit is none of ", flags.name, "'s");
  }
  value.text = names.empty() ? "none" : absl::StrJoin(names, "|");
  return value;
}

ValueText enumerant(const Enum& enumeration, std::uint64_t word) {
  if (enumeration.flags) return set_of(enumeration, word);
  if (word < enumeration.enumerants.size()) return {enumeration.enumerants[word].name, ""};
  return {number_text(word),
          enumeration.flexible ? "" : absl::StrCat("it is no ", enumeration.name)};
}

ValueText by_type(const Type& type, std::uint64_t word) {
  switch (type.kind) {
    case Kind::kBool:
      if (word > 1) return {number_text(word), "it is neither 0 nor 1"};
      return {word == 1 ? "true" : "false", ""};
    case Kind::kInt8:
      return integer(word, 8, true);
    case Kind::kInt16:
      return integer(word, 16, true);
    case Kind::kInt32:
      return integer(word, 32, true);
    case Kind::kInt64:
      return integer(word, 64, true);
    case Kind::kUint8:
      return integer(word, 8, false);
    case Kind::kUint16:
      return integer(word, 16, false);
    case Kind::kUint32:
      return integer(word, 32, false);
    case Kind::kEnum:
      return enumerant(*type.enumeration, word);
    case Kind::kCapability:
      return {absl::StrCat("slot ", word), ""};
    default:
      return {number_text(word), ""};
  }
}

}  // namespace

std::string number_text(std::uint64_t number) {
  if (number <= kLargestPlain) return absl::StrCat(number);
  return absl::StrCat(number, " (0x", absl::Hex(number), ")");
}

std::uint64_t in_register(const Type& type, std::uint64_t raw, int bits) {
  if (bits < 64) raw &= (std::uint64_t{1} << static_cast<unsigned>(bits)) - 1;
  switch (type.kind) {
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
      return extended(raw, bits, true);
    case Kind::kUint32:
      return extended(raw, bits, false);
    default:
      return raw;
  }
}

ValueText value_text(const Type& type, const std::optional<Range>& range, std::uint64_t word) {
  ValueText value = by_type(type, word);
  const std::uint64_t number = type.kind == Kind::kUint32 ? word & 0xffffffff : word;
  if (value.wrong.empty() && range && (number < range->min || number > range->max)) {
    value.wrong = absl::StrCat("it is outside ", range->min, " to ", range->max);
  }
  return value;
}

}  // namespace kidl::tool
