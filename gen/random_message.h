// Random messages and answers of a service, as X_rules.h has them: every value that a type admits,
// the ends of its range more often.
#ifndef GEN_RANDOM_MESSAGE_H_
#define GEN_RANDOM_MESSAGE_H_

#include <cstdint>
#include <random>
#include <span>

#include "gen/message_rules.h"
#include "idl/abi.h"
#include "idl/wire.h"

namespace tessera::gen {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  std::uint64_t any() { return random_(); }
  bool coin() { return (random_() & 1) != 0; }
  // Both inclusive.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    const std::uint64_t choice = random_();
    switch (choice & 7) {
      case 0:
        return least;
      case 1:
        return most;
      default:
        return most - least == ~std::uint64_t{0} ? choice : least + random_() % (most - least + 1);
    }
  }

  // Fills `words`, of which `least_words` are heads. Returns how many it has in all.
  unsigned fill(AllWords& words, std::span<const Value> values, unsigned least_words) {
    words = {};
    for (unsigned i = 0; i < least_words; ++i) words.at(i) = any();
    unsigned end = least_words;
    for (const Value& each : values) {
      if (each.is_length) {
        end = content(words, each, end);
      } else {
        each.put(words, each.encode(between(each.least, each.most)));
      }
    }
    return end;
  }

 private:
  // What stands behind the heads, from the word `end` on. Returns the new end.
  unsigned content(AllWords& words, const Value& length, unsigned end) {
    if (length.is_extensible) {
      length.put(words, length.item_words);
      return structure(words, length, end);
    }
    const std::uint64_t count = between(0, length.most);
    length.put(words, count);
    if (length.item_words > 0) {
      for (std::uint64_t i = 0; i < count; ++i) end = structure(words, length, end);
      return end;
    }
    constexpr unsigned kWordBytes = sizeof(std::uint64_t);
    const std::uint64_t bytes = count * length.item_bytes;
    for (std::uint64_t at = 0; at < bytes; at += length.item_bytes) {
      const std::uint64_t bits = low_bits(8 * length.item_bytes);
      const std::uint64_t item =
          length.item_most >= bits ? any() & bits : between(0, length.item_most);
      words.at(end + at / kWordBytes) |= item << 8 * (at % kWordBytes);
    }
    return end + static_cast<unsigned>((bytes + kWordBytes - 1) / kWordBytes);
  }

  unsigned structure(AllWords& words, const Value& length, unsigned begin) {
    for (unsigned i = 0; i < length.item_words; ++i) words.at(begin + i) = any();
    for (Value each : length.fields) {
      each.word += begin;
      each.put(words, each.encode(between(each.least, each.most)));
    }
    return begin + length.item_words;
  }

  std::mt19937_64 random_;
};

}  // namespace tessera::gen

#endif  // GEN_RANDOM_MESSAGE_H_
