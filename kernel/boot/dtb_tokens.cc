#include "kernel/boot/dtb_tokens.h"

namespace tessera::boot {
namespace {

// Section 5.2: the header's fields, each of 32 bits.
constexpr std::uint32_t kMagic = 0xd00dfeed;
constexpr std::uint32_t kVersion = 17;
constexpr std::size_t kHeaderSize = 40;
constexpr std::size_t kAtMagic = 0;
constexpr std::size_t kAtTotalSize = 4;
constexpr std::size_t kAtStructure = 8;
constexpr std::size_t kAtStrings = 12;
constexpr std::size_t kAtReservations = 16;
constexpr std::size_t kAtVersion = 20;
constexpr std::size_t kAtLastCompatible = 24;
constexpr std::size_t kAtStringsSize = 32;
constexpr std::size_t kAtStructureSize = 36;

// Section 5.4.1.
constexpr std::uint32_t kBeginNode = 1;
constexpr std::uint32_t kEndNode = 2;
constexpr std::uint32_t kProperty = 3;
constexpr std::uint32_t kNop = 4;
constexpr std::uint32_t kEnd = 9;

}  // namespace

std::string_view before(std::string_view text, char end) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != end) ++size;
  text.remove_suffix(text.size() - size);
  return text;
}

std::expected<DtbTokens, DtbError> DtbTokens::open(Slice bytes) {
  if (bytes.size() < kHeaderSize) return std::unexpected(DtbError::kTruncated);
  if (load32(bytes, kAtMagic) != kMagic) return std::unexpected(DtbError::kBadMagic);
  const std::uint32_t total = load32(bytes, kAtTotalSize);
  if (total < kHeaderSize) return std::unexpected(DtbError::kBadHeader);
  if (total > bytes.size()) return std::unexpected(DtbError::kTruncated);
  if (load32(bytes, kAtVersion) < kVersion || load32(bytes, kAtLastCompatible) > kVersion) {
    return std::unexpected(DtbError::kBadVersion);
  }
  const std::uint32_t structure = load32(bytes, kAtStructure);
  const std::uint32_t structure_size = load32(bytes, kAtStructureSize);
  const std::uint32_t strings = load32(bytes, kAtStrings);
  const std::uint32_t strings_size = load32(bytes, kAtStringsSize);
  const std::uint32_t reservations = load32(bytes, kAtReservations);
  if (structure % 4 != 0 || structure > total || structure_size > total - structure ||
      strings > total || strings_size > total - strings || reservations % 8 != 0 ||
      reservations > total) {
    return std::unexpected(DtbError::kBadHeader);
  }
  DtbTokens tokens;
  tokens.bytes_ = bytes.first(total);
  tokens.structure_ = bytes.subspan(structure, structure_size);
  tokens.strings_ = bytes.subspan(strings, strings_size);
  // Section 5.3: the block has no size; what ends it is an entry of zeros.
  tokens.reservations_ = tokens.bytes_.subspan(reservations);
  return tokens;
}

std::expected<std::optional<Reservation>, DtbError> DtbTokens::next_reservation() {
  constexpr std::size_t kEntrySize = 16;
  if (reservations_.size() < kEntrySize) return std::unexpected(DtbError::kBadHeader);
  const Reservation entry{load64(reservations_, 0), load64(reservations_, 8)};
  if (entry.start == 0 && entry.size == 0) return std::nullopt;
  reservations_ = reservations_.subspan(kEntrySize);
  return entry;
}

std::expected<std::uint32_t, DtbError> DtbTokens::word() {
  if (structure_.size() < 4) return std::unexpected(DtbError::kBadStructure);
  const std::uint32_t value = load32(structure_, 0);
  structure_ = structure_.subspan(4);
  return value;
}

// Goes over `size` bytes, and on to where the next token may be.
bool DtbTokens::skip(std::size_t size) {
  const std::size_t padded = (size + 3) & ~std::size_t{3};
  if (padded > structure_.size()) return false;
  structure_ = structure_.subspan(padded);
  return true;
}

std::expected<Token, DtbError> DtbTokens::next() {
  while (true) {
    const auto token = word();
    if (!token) return std::unexpected(token.error());
    switch (*token) {
      case kBeginNode:
        return begin_node();
      case kEndNode:
        return Token{TokenKind::kEndNode, {}, {}};
      case kProperty:
        return property();
      case kNop:
        break;
      case kEnd:
        return Token{TokenKind::kEnd, {}, {}};
      default:
        return std::unexpected(DtbError::kBadStructure);
    }
  }
}

std::expected<Token, DtbError> DtbTokens::begin_node() {
  Token token{TokenKind::kBeginNode, {}, {}};
  if (!take_string(structure_, token.name)) return std::unexpected(DtbError::kBadName);
  if (!skip(token.name.size() + 1)) return std::unexpected(DtbError::kBadStructure);
  return token;
}

// Length, the name's place among the strings, value.
std::expected<Token, DtbError> DtbTokens::property() {
  const auto size = word();
  if (!size) return std::unexpected(size.error());
  const auto name_at = word();
  if (!name_at) return std::unexpected(name_at.error());
  if (*size > structure_.size()) return std::unexpected(DtbError::kBadStructure);
  Token token{TokenKind::kProperty, {}, structure_.first(*size)};
  if (!skip(*size)) return std::unexpected(DtbError::kBadStructure);
  if (*name_at >= strings_.size() || !take_string(strings_.subspan(*name_at), token.name)) {
    return std::unexpected(DtbError::kBadName);
  }
  return token;
}

}  // namespace tessera::boot
