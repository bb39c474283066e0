// Lays files out as a bundle. It checks nothing: what comes out is checked as everybody checks it,
// by bundle::Bundle::open, and tests write bad bundles with it.
#ifndef BOOTIMAGE_PACK_BUNDLE_WRITER_H_
#define BOOTIMAGE_PACK_BUNDLE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bootimage/bundle_format.h"

namespace bootimage {

using ByteVector = std::vector<std::byte>;

struct FileToPack {
  std::string name;
  bundle::Kind kind = bundle::Kind::kElf;
  ByteVector bytes;
};

// The same files give the same bytes. At most bundle::kMaxFiles files.
ByteVector write_bundle(std::span<const FileToPack> files);

// Writes the CRC of header and table that `bytes` should have. Both must be there whole.
void seal_header(std::span<std::byte> bytes);

// Writes a little-endian number; at + sizeof(T) <= bytes.size().
template <typename T>
void store(std::span<std::byte> bytes, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
  }
}

constexpr std::uint64_t round_up_to_page(std::uint64_t value) {
  return (value + bundle::kPageSize - 1) / bundle::kPageSize * bundle::kPageSize;
}

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_BUNDLE_WRITER_H_
