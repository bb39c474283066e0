#include "bootimage/pack/pack.h"

#include <expected>
#include <vector>
#include "absl/strings/string_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bootimage/bundle.h"
#include "bootimage/pack/elf.h"
#include "bootimage/pack/flatten.h"

namespace bootimage {
namespace {

absl::Status about(absl::string_view file, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", status.message()));
}

absl::Status damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, "; pack it again"));
}

absl::Status damaged(bundle::BundleError error) {
  return damaged(std::string(bundle::describe(error)));
}

absl::StatusOr<bundle::Bundle> open(bundle::Bytes bytes) {
  const auto opened = bundle::Bundle::open(bytes);
  if (!opened) return damaged(opened.error());
  return *opened;
}

std::string segment_line(const bundle::Segment& segment) {
  return absl::StrFormat("      0x%010x %10d %c%c%c\n", segment.vaddr, segment.size,
                         segment.readable() ? 'r' : '-', segment.writable() ? 'w' : '-',
                         segment.executable() ? 'x' : '-');
}

}  // namespace

absl::StatusOr<ByteVector> make_bundle(const InputImage& init, std::uint64_t init_stack,
                                       std::span<const InputImage> images) {
  std::vector<FileToPack> files;
  const auto init_elf = read_elf(init.bytes);
  if (!init_elf.ok()) return about(init.path, init_elf.status());
  auto flat = flatten(init.bytes, *init_elf, init_stack);
  if (!flat.ok()) return about(init.path, flat.status());
  files.push_back({.name = init.name, .kind = bundle::Kind::kFirstTask, .bytes = *std::move(flat)});
  for (const InputImage& image : images) {
    const auto elf = read_elf(image.bytes);
    if (!elf.ok()) return about(image.path, elf.status());
    files.push_back({.name = image.name,
                     .kind = bundle::Kind::kElf,
                     .bytes = without_sections(image.bytes, *elf)});
  }
  ByteVector out = write_bundle(files);
  // Not a byte leaves that the kernel would refuse.
  if (absl::Status status = verify_bundle(out); !status.ok()) {
    return absl::InternalError(absl::StrCat("the new bundle is wrong: ", status.message()));
  }
  return out;
}

absl::StatusOr<std::string> list_bundle(bundle::Bytes bytes) {
  const auto opened = open(bytes);
  if (!opened.ok()) return opened.status();
  std::string text =
      absl::StrFormat("bundle of %d files, %d bytes\n", opened->file_count(), opened->total_size());
  for (std::uint32_t i = 0; i < opened->file_count(); ++i) {
    const bundle::File file = opened->entry(i).value();
    absl::StrAppendFormat(&text, "%3d %-10s 0x%08x %10d crc 0x%08x %s\n", i,
                          file.kind == bundle::Kind::kFirstTask ? "first task" : "elf", file.offset,
                          file.bytes.size(), file.crc, file.name);
    if (i != 0) continue;
    const auto task = opened->first_task();
    if (!task) return damaged(task.error());
    absl::StrAppendFormat(&text, "      entry 0x%x, stack %d\n", task->entry, task->stack_size);
    for (const bundle::Segment& segment : task->segments()) text += segment_line(segment);
  }
  return text;
}

absl::Status verify_bundle(bundle::Bytes bytes) {
  const auto opened = open(bytes);
  if (!opened.ok()) return opened.status();
  if (bytes.size() != opened->total_size()) {
    return damaged("bytes follow the end of the bundle");
  }
  if (const auto task = opened->first_task(); !task) {
    return damaged(task.error());
  }
  std::uint64_t end = bundle::kHeaderSize + bundle::kEntrySize * opened->file_count();
  for (std::uint32_t i = 0; i < opened->file_count(); ++i) {
    const bundle::File file = opened->entry(i).value();
    if (!file.content_is_intact()) {
      return damaged(absl::StrFormat("file %s: CRC of its bytes does not match", file.name));
    }
    if (!bundle::is_zero(bytes.subspan(end, file.offset - end))) {
      return damaged(absl::StrFormat("bytes before file %s are not zero", file.name));
    }
    end = file.offset + file.bytes.size();
  }
  if (!bundle::is_zero(bytes.subspan(end)))
    return damaged("bytes after the last file are not zero");
  return absl::OkStatus();
}

}  // namespace bootimage
