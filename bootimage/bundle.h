// Bundle: a checked view of the initrd. It owns nothing; the bytes must outlive it.
//
// Shared by the packer (host), the kernel and init, so it is freestanding: no heap, nothing called
// but the memcpy and memset that compilers take for granted. `open` and `first_task` accept any
// bytes whatever; what they return has been checked, so that users of it need no checks of their
// own. bundle_format.h has the layout.
//
//   auto opened = bundle::Bundle::open(initrd);       // header, table, every file's place
//   if (!opened) return describe(opened.error());
//   auto task = opened->first_task();                 // what to map, and where to start
//
// To map the first task in place, the kernel needs the bundle itself on a page boundary: it checks
// the physical address that the DTB gives, which is not ours to see.
#ifndef BOOTIMAGE_BUNDLE_H_
#define BOOTIMAGE_BUNDLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "bootimage/bundle_error.h"
#include "bootimage/bundle_format.h"
#include "bootimage/first_task.h"

namespace bundle {

// One file of the bundle.
struct File {
  std::string_view name;  // points into the bundle
  std::uint64_t offset;   // from the bundle's start, page aligned
  Bytes bytes;
  std::uint32_t crc;
  Kind kind;

  // Reads the whole file: not for boot.
  bool content_is_intact() const { return crc32(bytes) == crc; }
};

class Bundle {
 public:
  // Checks header, table CRC and every entry. `bytes` may be longer than the bundle.
  static std::expected<Bundle, BundleError> open(Bytes bytes);

  std::uint32_t file_count() const { return count_; }
  std::uint64_t total_size() const { return bytes_.size(); }

  std::expected<File, BundleError> entry(std::uint32_t index) const {
    if (index >= count_) return std::unexpected(BundleError::kNoSuchEntry);
    return file_at(index);
  }
  std::expected<File, BundleError> find(std::string_view name) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (same_text(name_at(i), name)) return file_at(i);
    }
    return std::unexpected(BundleError::kNoSuchEntry);
  }
  std::expected<FirstTask, BundleError> first_task() const {
    const File file = file_at(0);
    return FirstTask::parse(file.bytes, file.offset);
  }

 private:
  Bundle(Bytes bytes, std::uint32_t count) : bytes_(bytes), count_(count) {}

  static constexpr std::size_t entry_at(std::uint32_t index) {
    return kHeaderSize + kEntrySize * index;
  }
  std::string_view name_at(std::uint32_t index) const {
    const char* start = reinterpret_cast<const char*>(&bytes_[entry_at(index)]);
    std::size_t length = 0;
    while (length < kNameSize && start[length] != '\0') ++length;
    return {start, length};
  }
  File file_at(std::uint32_t index) const;

  static std::uint32_t table_crc(Bytes bytes, std::size_t table_end);
  std::expected<void, BundleError> check_name(std::uint32_t index) const;
  std::expected<void, BundleError> check_kind(std::uint32_t index) const;
  std::expected<std::uint64_t, BundleError> check_place(std::uint32_t index,
                                                        std::uint64_t free_from) const;

  Bytes bytes_;  // exactly the bundle: header to total size
  std::uint32_t count_;
};

inline std::expected<Bundle, BundleError> Bundle::open(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return std::unexpected(BundleError::kTooShort);
  if (load<std::uint64_t>(bytes, kAtMagic) != kMagic) {
    return std::unexpected(BundleError::kBadMagic);
  }
  if (load<std::uint32_t>(bytes, kAtVersion) != kVersion) {
    return std::unexpected(BundleError::kBadVersion);
  }
  const auto count = load<std::uint32_t>(bytes, kAtCount);
  if (count == 0 || count > kMaxFiles) return std::unexpected(BundleError::kBadCount);
  const std::size_t table_end = entry_at(count);
  const auto total = load<std::uint64_t>(bytes, kAtTotalSize);
  if (!is_page_multiple(total) || total < table_end) {
    return std::unexpected(BundleError::kBadTotalSize);
  }
  if (total > bytes.size()) return std::unexpected(BundleError::kTruncated);
  if (!is_zero(bytes.subspan(kAtHeaderReserved, kHeaderSize - kAtHeaderReserved))) {
    return std::unexpected(BundleError::kReservedNotZero);
  }
  if (table_crc(bytes, table_end) != load<std::uint32_t>(bytes, kAtHeaderCrc)) {
    return std::unexpected(BundleError::kBadHeaderCrc);
  }
  const Bundle bundle(bytes.first(total), count);
  std::uint64_t free_from = table_end;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const auto name = bundle.check_name(i); !name) return std::unexpected(name.error());
    if (const auto kind = bundle.check_kind(i); !kind) return std::unexpected(kind.error());
    const auto end = bundle.check_place(i, free_from);
    if (!end) return std::unexpected(end.error());
    free_from = *end;
  }
  return bundle;
}

inline File Bundle::file_at(std::uint32_t index) const {
  const std::size_t at = entry_at(index);
  const auto offset = load<std::uint64_t>(bytes_, at + kAtOffset);
  const auto size = load<std::uint64_t>(bytes_, at + kAtSize);
  return {.name = name_at(index),
          .offset = offset,
          .bytes = bytes_.subspan(offset, size),
          .crc = load<std::uint32_t>(bytes_, at + kAtCrc),
          .kind = static_cast<Kind>(load<std::uint32_t>(bytes_, at + kAtKind))};
}

inline std::uint32_t Bundle::table_crc(Bytes bytes, std::size_t table_end) {
  constexpr std::array<std::byte, sizeof(std::uint32_t)> kZero{};
  const std::uint32_t before = crc32(kZero, crc32(bytes.first(kAtHeaderCrc)));
  return crc32(bytes.subspan(kAtHeaderReserved, table_end - kAtHeaderReserved), before);
}

inline std::expected<void, BundleError> Bundle::check_name(std::uint32_t index) const {
  const std::string_view name = name_at(index);
  const std::size_t padding = entry_at(index) + name.size();
  if (!is_file_name(name) || !is_zero(bytes_.subspan(padding, kNameSize - name.size()))) {
    return std::unexpected(BundleError::kBadName);
  }
  for (std::uint32_t i = 0; i < index; ++i) {
    if (same_text(name_at(i), name)) return std::unexpected(BundleError::kDuplicateName);
  }
  return {};
}

inline std::expected<void, BundleError> Bundle::check_kind(std::uint32_t index) const {
  const std::size_t at = entry_at(index);
  if (!is_zero(bytes_.subspan(at + kAtEntryReserved, kEntrySize - kAtEntryReserved))) {
    return std::unexpected(BundleError::kReservedNotZero);
  }
  const auto kind = load<std::uint32_t>(bytes_, at + kAtKind);
  const bool flat = kind == static_cast<std::uint32_t>(Kind::kFirstTask);
  if (!flat && kind != static_cast<std::uint32_t>(Kind::kElf)) {
    return std::unexpected(BundleError::kBadKind);
  }
  if (index == 0 && !flat) return std::unexpected(BundleError::kFirstIsNotFlat);
  if (index != 0 && flat) return std::unexpected(BundleError::kFlatIsNotFirst);
  return {};
}

// Answers the file's end. Files stand in the order of their offsets, so one comparison with the end
// of the one before tells whether two overlap.
inline std::expected<std::uint64_t, BundleError> Bundle::check_place(
    std::uint32_t index, std::uint64_t free_from) const {
  const auto offset = load<std::uint64_t>(bytes_, entry_at(index) + kAtOffset);
  const auto size = load<std::uint64_t>(bytes_, entry_at(index) + kAtSize);
  if (size == 0) return std::unexpected(BundleError::kEmptyFile);
  if (!is_page_multiple(offset)) return std::unexpected(BundleError::kUnalignedFile);
  if (offset < entry_at(count_) || offset > bytes_.size() || size > bytes_.size() - offset) {
    return std::unexpected(BundleError::kFileOutside);
  }
  if (offset < free_from) return std::unexpected(BundleError::kFilesOverlap);
  return offset + size;
}

}  // namespace bundle

#endif  // BOOTIMAGE_BUNDLE_H_
