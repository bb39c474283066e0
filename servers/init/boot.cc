#include "servers/init/boot.h"

#include <cstddef>
#include <span>

#include "bootimage/bundle_error.h"
#include "idl/kernel/vmo.h"
#include "servers/elf/error.h"
#include "servers/runtime/slots.h"

namespace tessera::init {

Result<bundle::Bundle> open_bundle() {
  const kernel::Vmo pages(boot_slot(kernel::BootSlot::kBundle));
  RT_TRY_ASSIGN(const std::uint64_t size, step("ask for the bundle's size", kBootInfo.bundle()));
  RT_TRY(step("map the bundle", pages.map(kOwnTask, kBundleAddress, kernel::Access::kRead)));
  const std::span bytes(reinterpret_cast<const std::byte*>(kBundleAddress), size);
  const auto opened = bundle::Bundle::open(bytes);
  if (!opened) return failed("open the bundle", bundle::describe(opened.error()));
  return *opened;
}

Result<elf::Image> open_image(const bundle::Bundle& bundle, std::string_view name) {
  const auto file = bundle.find(name);
  if (!file) return failed("find the image", bundle::describe(file.error()));
  if (!file->content_is_intact()) return failed("read the image", "its CRC does not match");
  const auto image = elf::Image::parse(file->bytes);
  if (!image) return failed("read the image", elf::describe(image.error()));
  return *image;
}

Result<void> bind_qos_control() {
  return step("bind a QosControl",
              mint(kOwnQos, kQosControls, rt::rights(kernel::QosControl::Right::kUse),
                   kernel::kFirstTaskIdentity));
}

Result<CommandLine> read_command_line() {
  CommandLine line;
  for (std::uint32_t part = 0;; ++part) {
    RT_TRY_ASSIGN(const auto text, step("ask for the command line", kBootInfo.command_line(part)));
    rt::write(line, text.view());
    if (!text.full()) return line;
  }
}

Result<void> take_memory(std::uint64_t size, rt::Slot to) {
  for (std::uint32_t i = 0;; ++i) {
    const auto region = kBootInfo.region(i);
    if (!region) return failed("take its quota", "no region has so much left");
    if (region->device) continue;
    const kernel::Untyped memory(rt::Slot{region->slot});
    const auto taken = make(memory, abi::ObjectType::kUntyped, to, size);
    if (!taken && taken.error().status == abi::kEnomem) continue;
    return step("take its quota", taken);
  }
}

rt::Result<void> narrow(rt::Slot slot, std::uint8_t rights) {
  RT_TRY(mint(kTemporary, slot, rights));
  RT_TRY(drop(slot));
  return kCspace.move(slot.index, kCspace, kTemporary.index);
}

}  // namespace tessera::init
