// Fuzzes the bundle's reader. Each input is read twice: as it is, and with magic, version and CRC
// set right, so that the fuzzer comes past the front door.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "bootimage/bundle.h"
#include "bootimage/pack/bundle_writer.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// What open and first_task promise of all that they accept.
void read_all(bundle::Bytes bytes) {
  const auto opened = bundle::Bundle::open(bytes);
  if (!opened) {
    require(!bundle::describe(opened.error()).empty());
    return;
  }
  require(opened->total_size() <= bytes.size());
  std::uint64_t free_from = bundle::kHeaderSize;
  for (std::uint32_t i = 0; i < opened->file_count(); ++i) {
    const auto file = opened->entry(i);
    require(file.has_value());
    require(file->offset >= free_from && file->offset % bundle::kPageSize == 0);
    free_from = file->offset + file->bytes.size();
    require(free_from <= opened->total_size());
    require(opened->find(file->name)->offset == file->offset);
    static_cast<void>(file->content_is_intact());
  }
  const auto task = opened->first_task();
  if (!task) return;
  std::uint64_t vaddr = bundle::kUserBottom;
  for (const bundle::Segment& segment : task->segments()) {
    require(segment.vaddr >= vaddr && !(segment.writable() && segment.executable()));
    vaddr = segment.vaddr + segment.size;
    require(segment.bundle_offset + segment.size <= opened->total_size());
  }
  require(vaddr <= bundle::kUserTop);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  read_all(input);
  if (size < bundle::kHeaderSize) return 0;
  bootimage::ByteVector bytes(input.begin(), input.end());
  bootimage::store<std::uint64_t>(bytes, bundle::kAtMagic, bundle::kMagic);
  bootimage::store<std::uint32_t>(bytes, bundle::kAtVersion, bundle::kVersion);
  const auto count = bundle::load<std::uint32_t>(bytes, bundle::kAtCount) % 8;
  bootimage::store<std::uint32_t>(bytes, bundle::kAtCount, count);
  bytes.resize(bootimage::round_up_to_page(bytes.size()));
  bootimage::store<std::uint64_t>(bytes, bundle::kAtTotalSize, bytes.size());
  for (std::size_t i = bundle::kAtHeaderReserved; i < bundle::kHeaderSize; ++i) {
    bytes[i] = std::byte{0};
  }
  bootimage::seal_header(bytes);
  read_all(bytes);
  return 0;
}
