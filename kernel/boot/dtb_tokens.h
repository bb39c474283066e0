// A flattened device tree as a stream of tokens (Devicetree Specification 0.4, chapter 5), each
// checked before it is given out; and how to read what properties hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "kernel/boot/dtb_error.h"

namespace tessera::boot {

using Slice = std::span<const std::byte>;

// --- Values --------------------------------------------------------------------------------------

// Big-endian. The caller has checked that the bytes are there; they have any alignment.
inline std::uint32_t load32(Slice bytes, std::size_t at) {
  return std::to_integer<std::uint32_t>(bytes[at]) << 24 |
         std::to_integer<std::uint32_t>(bytes[at + 1]) << 16 |
         std::to_integer<std::uint32_t>(bytes[at + 2]) << 8 |
         std::to_integer<std::uint32_t>(bytes[at + 3]);
}
inline std::uint64_t load64(Slice bytes, std::size_t at) {
  return std::uint64_t{load32(bytes, at)} << 32 | load32(bytes, at + 4);
}

// Character by character: operator== would call memcmp, which for a few characters costs more.
inline bool same(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

// The characters up to the first NUL; false without one.
inline bool take_string(Slice bytes, std::string_view& text) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != std::byte{0}) continue;
    text = {reinterpret_cast<const char*>(bytes.data()), i};
    return true;
  }
  return false;
}

// The text up to the first `end`, or all of it.
std::string_view before(std::string_view text, char end);

// --- Tokens --------------------------------------------------------------------------------------

enum class TokenKind : std::uint8_t { kBeginNode, kEndNode, kProperty, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view name;  // of a node, with its unit address, or of a property
  Slice value;            // of a property; its data() is not null
};

struct Reservation {
  std::uint64_t start;
  std::uint64_t size;
};

class DtbTokens {
 public:
  // Without any token, until open() gives another.
  DtbTokens() = default;

  // Checks the header, and that the blocks are within the tree.
  static std::expected<DtbTokens, DtbError> open(Slice bytes);

  std::uint32_t total_size() const { return static_cast<std::uint32_t>(bytes_.size()); }

  // The next of the reserved ranges; no value after the last.
  std::expected<std::optional<Reservation>, DtbError> next_reservation();

  // The next token. kEnd is the last. That nodes are closed as often as opened, and properties come
  // before children, is not checked here.
  std::expected<Token, DtbError> next();

 private:
  std::expected<std::uint32_t, DtbError> word();
  std::expected<Token, DtbError> begin_node();
  std::expected<Token, DtbError> property();
  bool skip(std::size_t size);

  Slice bytes_;         // the whole tree
  Slice reservations_;  // what is not read yet
  Slice structure_;     // what is not read yet
  Slice strings_;
};

}  // namespace tessera::boot
