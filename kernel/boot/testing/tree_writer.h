// Writes flattened device trees for tests, right ones and wrong ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::boot {

class TreeWriter {
 public:
  using Bytes = std::vector<std::byte>;

  // Tokens.
  TreeWriter& begin(std::string_view name) {
    word(structure_, 1);
    text(structure_, name);
    return pad();
  }
  TreeWriter& end() { return token(2); }
  TreeWriter& token(std::uint32_t value) {
    word(structure_, value);
    return *this;
  }
  TreeWriter& property(std::string_view name, const Bytes& value) {
    word(structure_, 3);
    word(structure_, static_cast<std::uint32_t>(value.size()));
    word(structure_, string(name));
    structure_.insert(structure_.end(), value.begin(), value.end());
    return pad();
  }

  // Properties by what they hold.
  TreeWriter& cells(std::string_view name, std::initializer_list<std::uint32_t> values) {
    Bytes value;
    for (const std::uint32_t cell : values) word(value, cell);
    return property(name, value);
  }
  TreeWriter& strings(std::string_view name, std::initializer_list<std::string_view> values) {
    Bytes value;
    for (const std::string_view each : values) text(value, each);
    return property(name, value);
  }
  TreeWriter& flag(std::string_view name) { return property(name, {}); }

  TreeWriter& reserve(std::uint64_t start, std::uint64_t size) {
    two_words(reservations_, start);
    two_words(reservations_, size);
    return *this;
  }

  // The whole tree, with the end token and the reservations' end.
  Bytes finish() {
    token(9);
    reserve(0, 0);
    constexpr std::uint32_t kHeader = 40;
    const auto size = [](const Bytes& block) { return static_cast<std::uint32_t>(block.size()); };
    const std::uint32_t structure = kHeader + size(reservations_);
    const std::uint32_t strings = structure + size(structure_);
    Bytes tree;
    for (const std::uint32_t field : {0xd00dfeedu, strings + size(strings_), structure, strings,
                                      kHeader, 17u, 16u, 0u, size(strings_), size(structure_)}) {
      word(tree, field);
    }
    for (const Bytes* block : {&reservations_, &structure_, &strings_}) {
      tree.insert(tree.end(), block->begin(), block->end());
    }
    return tree;
  }

  static void word(Bytes& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(std::byte(value >> shift & 0xff));
  }
  static void two_words(Bytes& to, std::uint64_t value) {
    word(to, static_cast<std::uint32_t>(value >> 32));
    word(to, static_cast<std::uint32_t>(value));
  }
  static void text(Bytes& to, std::string_view value) {
    for (const char c : value) to.push_back(std::byte(c));
    to.push_back(std::byte{0});
  }
  // Writes a header's field of a finished tree.
  static void patch(Bytes& tree, std::size_t at, std::uint32_t value) {
    Bytes field;
    word(field, value);
    std::copy(field.begin(), field.end(), tree.begin() + static_cast<std::ptrdiff_t>(at));
  }

 private:
  TreeWriter& pad() {
    while (structure_.size() % 4 != 0) structure_.push_back(std::byte{0});
    return *this;
  }
  std::uint32_t string(std::string_view name) {
    const auto at = static_cast<std::uint32_t>(strings_.size());
    text(strings_, name);
    return at;
  }

  Bytes reservations_;
  Bytes structure_;
  Bytes strings_;
};

}  // namespace tessera::boot
