#include "servers/init/loader.h"

#include <cstddef>
#include <cstring>
#include <span>

#include "idl/abi.h"
#include "idl/kernel/vmo.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

using Right = kernel::Vmo::Right;

// What a mapping allows, and what the capability that carries it may hold: a task's own memory is
// its own to share.
struct Allowed {
  kernel::Access access;
  std::uint8_t rights;
};

constexpr Allowed kReadWrite = {
    kernel::Access::kRead | kernel::Access::kWrite,
    rt::rights(Right::kRead, Right::kWrite, Right::kMap, Right::kShare)};

constexpr Allowed allowed(elf::Access access) {
  Allowed result{.access = {}, .rights = rt::rights(Right::kMap, Right::kShare)};
  const auto add = [&result](bool wanted, kernel::Access one, Right right) {
    if (!wanted) return;
    result.access = result.access | one;
    result.rights = static_cast<std::uint8_t>(result.rights | rt::rights(right));
  };
  add(access.read, kernel::Access::kRead, Right::kRead);
  add(access.write, kernel::Access::kWrite, Right::kWrite);
  add(access.execute, kernel::Access::kExecute, Right::kExecute);
  return result;
}

// Writes the segment's bytes into kVmo, which is zero, through a mapping of init's own.
Result<void> fill(elf::Bytes content, std::uint64_t lead) {
  if (content.empty()) return {};
  const kernel::Vmo pages(kVmo);
  RT_TRY(step("map a segment to fill it", pages.map(kOwnTask, kScratchAddress, kReadWrite.access)));
  std::memcpy(reinterpret_cast<std::byte*>(kScratchAddress + lead), content.data(), content.size());
  return step("unmap the filled segment", pages.unmap());
}

// Gives kVmo to the child: a capability with fewer rights, mapped, then moved with its mapping.
Result<void> give(const Child& child, const Allowed& what, std::uint64_t address, rt::Slot to) {
  RT_TRY(step("mint its memory", mint(kView, kVmo, what.rights)));
  RT_TRY(step("map its memory", kernel::Vmo(kView).map(child.task, address, what.access)));
  RT_TRY(step("give it its memory", child.cspace.move(to.index, kCspace, kView.index)));
  return step("drop its memory", drop(kVmo));
}

}  // namespace

Result<void> load_segments(const Child& child, const elf::Image& image) {
  rt::Slot to = kFirstSegment;
  for (const elf::Segment& segment : image.segments()) {
    RT_TRY(
        step("retype a segment", make(child.memory, abi::ObjectType::kVmo, kVmo, segment.span())));
    RT_TRY(fill(image.content(segment), segment.lead()));
    RT_TRY(give(child, allowed(segment.access), segment.first_page(), to));
    ++to.index;
  }
  return {};
}

Result<std::uint64_t> load_stack(const Child& child, std::uint64_t size,
                                 std::string_view argument) {
  constexpr std::uint64_t kAlignment = 16;  // of a stack pointer (RISC-V calling convention)
  const std::uint64_t taken =
      argument.empty() ? 0 : (argument.size() + kAlignment) / kAlignment * kAlignment;
  RT_TRY(step("retype the stack", make(child.memory, abi::ObjectType::kVmo, kVmo, size)));
  RT_TRY(fill(std::as_bytes(std::span(argument)), size - taken));
  RT_TRY(give(child, kReadWrite, kStackTop - size, kStack));
  return kStackTop - taken;
}

Result<void> load_buffer(const Child& child, kernel::Thread thread) {
  RT_TRY(
      step("retype its buffer", make(child.memory, abi::ObjectType::kVmo, kVmo, abi::kPageSize)));
  RT_TRY(step("make it its thread's buffer", thread.buffer(kernel::Vmo(kVmo), 0)));
  return give(child, kReadWrite, kBufferAddress, kBuffer);
}

}  // namespace tessera::init
