// What a service's messages may be, as data: what kidl writes into X_rules.h from the model alone,
// so that tests and fuzzers hold the generated decoders against something that is not them.
#ifndef GEN_MESSAGE_RULES_H_
#define GEN_MESSAGE_RULES_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "idl/abi.h"
#include "idl/wire.h"

namespace tessera::gen {

// All words of a message; those that it does not count are zero.
using AllWords = std::array<std::uint64_t, abi::kMessageWordsMax>;

// The lowest `bits` of a word.
constexpr std::uint64_t low_bits(unsigned bits) { return ~std::uint64_t{0} >> (64 - bits); }

// A value in a word of its own, a field of a struct, or bits that are nobody's.
struct Value {
  std::string_view name;
  unsigned word = 0;
  unsigned shift = 0;
  unsigned width = 64;  // bits of the word that are looked at, from `shift` on
  unsigned bits = 64;   // those of the type; the rest of a register extends it
  bool sign_extended = false;
  std::uint64_t least = 0;  // both inclusive
  std::uint64_t most = ~std::uint64_t{0};
  std::uint64_t preset = 0;  // a default, whose bits are zero on the wire
  // Of a length: the bytes of an item (0: nothing follows), and the greatest that an item may be
  // (all ones: any). Items of more than a word are not made here.
  bool is_length = false;
  unsigned item_bytes = 0;
  std::uint64_t item_most = ~std::uint64_t{0};
  // Where the items are structs: the words of each and what they may be, counted from its first. Of
  // an extensible one all that follows is one struct, as this side knows it.
  bool is_extensible = false;
  unsigned item_words = 0;
  std::span<const Value> fields = {};

  // As it lies in the bits that are looked at.
  constexpr std::uint64_t encode(std::uint64_t value) const {
    const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
    if (sign_extended) value = ((value & low_bits(bits)) ^ sign) - sign;
    return (value ^ preset) & low_bits(width);
  }
  constexpr bool admits(std::uint64_t raw) const {
    const std::uint64_t value = (raw ^ preset) & low_bits(bits);
    return encode(value) == raw && value >= least && value <= most;
  }
  constexpr std::uint64_t of(const AllWords& words) const {
    return words.at(word) >> shift & low_bits(width);
  }
  void put(AllWords& words, std::uint64_t raw) const {
    words.at(word) = (words.at(word) & ~(low_bits(width) << shift)) | raw << shift;
  }
};

struct Capability {
  abi::ObjectType type = abi::ObjectType::kNull;
  std::uint8_t rights = 0;
  bool optional = false;
};

struct AnswerRules {
  unsigned least_words = 0;
  std::span<const Value> values = {};
  std::span<const Capability> capabilities = {};
};

struct MethodRules {
  std::string_view name;
  std::uint32_t tag = 0;     // with the words of the shortest message
  unsigned least_words = 0;  // of that
  bool varies = false;       // there are longer ones
  bool one_way = false;
  bool deferred = false;
  std::uint64_t deadline = 0;  // nanoseconds that the plain stub waits; 0: for ever
  std::span<const Value> values = {};
  std::span<const Capability> capabilities = {};
  // What is answered to a bad value; to another length or other capabilities; and to a capability
  // that is not what it must be (0: the kernel's word).
  std::int32_t bad_value = 0;
  std::int32_t malformed = 0;
  std::int32_t bad_capability = 0;
  AnswerRules answer = {};

  unsigned whole_words() const { return abi::message_words(abi::message_code(least_words)); }
  bool has_optional() const { return !capabilities.empty() && capabilities.back().optional; }
  bool is_its_tag(std::uint64_t other) const {
    const std::uint64_t ignored = varies ? abi::kTagWordsMask : 0;
    const std::uint64_t without = tag - (1U << abi::kTagCapabilitiesShift);
    return ((other ^ tag) & ~ignored) == 0 ||
           (has_optional() && ((other ^ without) & ~ignored) == 0);
  }
  // Each value the least that it may be.
  AllWords good() const {
    AllWords words{};
    for (const Value& each : values) each.put(words, each.encode(each.least));
    return words;
  }
  // Whether all values are some of theirs. Of a message that varies it says nothing of the items.
  bool admits(const AllWords& words) const {
    for (unsigned each = least_words; !varies && each < words.size(); ++each) {
      if (words.at(each) != 0) return false;
    }
    return std::ranges::all_of(values,
                               [&](const Value& each) { return each.admits(each.of(words)); });
  }
};

// A service that another extends, and what is answered to its number with no method of it.
struct SuperRules {
  std::uint16_t interface = 0;
  std::int32_t malformed = 0;
};

struct ServiceRules {
  std::string_view name;
  std::uint16_t interface = 0;
  std::int32_t malformed = 0;  // to another interface and an unknown method
  std::span<const MethodRules> methods = {};
  std::span<const SuperRules> supers = {};

  // The one with the tag's interface and number.
  const MethodRules* find(std::uint64_t tag) const {
    for (const MethodRules& each : methods) {
      if ((tag ^ each.tag) >> abi::kTagMethodShift == 0) return &each;
    }
    return nullptr;
  }
  // What is answered to a message that is none of its methods'.
  std::int32_t malformed_of(std::uint64_t tag) const {
    if (const MethodRules* method = find(tag)) return method->malformed;
    for (const SuperRules& each : supers) {
      if (tag >> abi::kTagInterfaceShift == each.interface) return each.malformed;
    }
    return malformed;
  }
};

// What is just not a value, and each single bit beyond its type.
inline std::vector<std::uint64_t> bad_words(const Value& value) {
  std::vector<std::uint64_t> result;
  const std::uint64_t good = value.encode(value.least);
  for (unsigned bit = value.bits; bit < value.width; ++bit) {
    result.push_back(good ^ std::uint64_t{1} << bit);
  }
  if (value.least > 0) result.push_back(value.encode(value.least - 1));
  if (value.most < low_bits(value.bits)) {
    result.push_back(value.encode(value.most + 1));
    result.push_back(value.encode(low_bits(value.bits)));
  }
  return result;
}

}  // namespace tessera::gen

#endif  // GEN_MESSAGE_RULES_H_
