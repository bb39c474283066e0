#include "servers/execd/programs.h"

#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "idl/service/execd_client.h"
#include "servers/execd/authority.h"
#include "servers/execd/layout.h"
#include "servers/execd/refusal.h"
#include "servers/manifest/check.h"

namespace tessera::execd {
namespace {

static_assert(manifest::kMaxImages <= 32, "a bit each");

rt::Result<elf::Image> parse(elf::Bytes bytes) {
  const auto image = elf::Image::parse(bytes);
  if (!image) return std::unexpected(refusal(image.error()));
  return *image;
}

}  // namespace

void Programs::check() {
  for (std::size_t i = 0; i < manifest_.images.size(); ++i) {
    if (manifest_.images[i].start != manifest::Start::kSpawned) continue;
    const auto file = bundle_.find(manifest_.images[i].name);
    if (file && file->content_is_intact()) intact_ |= std::uint32_t{1} << i;
  }
}

rt::Result<elf::Image> Programs::from_bundle(const Spawnable& what) const {
  const auto file = bundle_.find(manifest_.images[what.image].name);
  if (!file || (intact_ >> what.image & 1) == 0) {
    return refuse(ExecStatus::kFailed, ExecDetail::kUnreadable);
  }
  return parse(file->bytes);
}

rt::Result<elf::Image> Programs::from_memory(std::uint64_t size) const {
  const kernel::Vmo memory(kElf);
  const auto info = memory.info();
  // Reading a device does things to it.
  if (!info || info->device) return refuse(ExecStatus::kFailed, ExecDetail::kUnreadable);
  if (size == 0 || size > info->size || size > stage_.size()) {
    return refuse(ExecStatus::kMalformed, ExecDetail::kBadSize);
  }
  const auto now = kernel::Self::now();
  const std::uint64_t deadline = now ? *now + Authority::kPatience : 0;
  const service::ElfReaderClient reader(kReaderPort);
  if (!reader.copy_until(deadline, kLend, memory, size)) {
    return refuse(ExecStatus::kFailed, ExecDetail::kUnreadable);
  }
  return parse(stage_.first(size));
}

}  // namespace tessera::execd
