#include "bootimage/pack/bundle_writer.h"

#include <algorithm>

namespace bootimage {
namespace {

void store_name(std::span<std::byte> field, const std::string& name) {
  // A name that is too long loses its NUL, which readers refuse.
  const auto bytes = std::as_bytes(std::span(name));
  std::ranges::copy(bytes.first(std::min(bytes.size(), field.size())), field.begin());
}

}  // namespace

ByteVector write_bundle(std::span<const FileToPack> files) {
  ByteVector out(round_up_to_page(bundle::kHeaderSize + bundle::kEntrySize * files.size()));
  std::size_t at = bundle::kHeaderSize;
  for (const FileToPack& file : files) {
    const std::size_t offset = out.size();
    const auto entry = std::span(out).subspan(at, bundle::kEntrySize);
    store_name(entry.first(bundle::kNameSize), file.name);
    store<std::uint64_t>(entry, bundle::kAtOffset, offset);
    store<std::uint64_t>(entry, bundle::kAtSize, file.bytes.size());
    store<std::uint32_t>(entry, bundle::kAtCrc, bundle::crc32(file.bytes));
    store<std::uint32_t>(entry, bundle::kAtKind, static_cast<std::uint32_t>(file.kind));
    out.insert(out.end(), file.bytes.begin(), file.bytes.end());
    out.resize(round_up_to_page(out.size()));
    at += bundle::kEntrySize;
  }
  store<std::uint64_t>(out, bundle::kAtMagic, bundle::kMagic);
  store<std::uint32_t>(out, bundle::kAtVersion, bundle::kVersion);
  store<std::uint32_t>(out, bundle::kAtCount, static_cast<std::uint32_t>(files.size()));
  store<std::uint64_t>(out, bundle::kAtTotalSize, out.size());
  seal_header(out);
  return out;
}

void seal_header(std::span<std::byte> bytes) {
  const auto count = bundle::load<std::uint32_t>(bytes, bundle::kAtCount);
  const std::size_t end = bundle::kHeaderSize + bundle::kEntrySize * count;
  store<std::uint32_t>(bytes, bundle::kAtHeaderCrc, 0);
  store<std::uint32_t>(bytes, bundle::kAtHeaderCrc, bundle::crc32(bytes.first(end)));
}

}  // namespace bootimage
