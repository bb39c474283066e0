#include "servers/process/loader.h"

#include <cstddef>
#include <cstring>
#include <span>

#include "idl/abi.h"
#include "idl/kernel/vmo.h"
#include "servers/process/layout.h"
#include "servers/runtime/slots.h"

namespace tessera::process {
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

// Writes the segment's bytes into the bench's VMO, which is zero, through a mapping of the maker's
// own.
Result<void> fill(const Bench& bench, elf::Bytes content, std::uint64_t lead) {
  if (content.empty()) return {};
  const kernel::Vmo pages(bench.vmo());
  RT_TRY(step("map a segment to fill it",
              pages.map(rt::start::task(), bench.scratch, kReadWrite.access)));
  std::memcpy(reinterpret_cast<std::byte*>(bench.scratch + lead), content.data(), content.size());
  return step("unmap the filled segment", pages.unmap());
}

// Only what is sealed can be mapped executable. Its maker has it mapped no more, and nobody else
// has it.
Result<void> seal_code(const Bench& bench, const Allowed& what) {
  if (!kernel::has(what.access, kernel::Access::kExecute)) return {};
  return step("seal its code", kernel::Vmo(bench.vmo()).seal());
}

// Gives the bench's VMO to the child: a capability with fewer rights, mapped, then moved with its
// mapping.
Result<void> give(const Bench& bench, const Child& child, const Allowed& what,
                  std::uint64_t address, rt::Slot to) {
  RT_TRY(step("mint its memory", mint(bench.view(), bench.vmo(), what.rights)));
  RT_TRY(step("map its memory", kernel::Vmo(bench.view()).map(child.task, address, what.access)));
  RT_TRY(step("give it its memory",
              child.cspace.move(to.index, rt::start::cnode(), bench.view().index)));
  return step("drop its memory", drop(bench.vmo()));
}

}  // namespace

Result<void> load_segments(const Bench& bench, const Child& child, const elf::Image& image) {
  rt::Slot to = kFirstSegment;
  for (const elf::Segment& segment : image.segments()) {
    RT_TRY(step("retype a segment",
                make(child.memory, abi::ObjectType::kVmo, bench.vmo(), segment.span())));
    const Allowed what = allowed(segment.access);
    RT_TRY(fill(bench, image.content(segment), segment.lead()));
    RT_TRY(seal_code(bench, what));
    RT_TRY(give(bench, child, what, segment.first_page(), to));
    ++to.index;
  }
  return {};
}

Result<std::uint64_t> load_stack(const Bench& bench, const Child& child, std::uint64_t size,
                                 std::string_view argument) {
  constexpr std::uint64_t kAlignment = 16;  // of a stack pointer (RISC-V calling convention)
  const std::uint64_t taken =
      argument.empty() ? 0 : (argument.size() + kAlignment) / kAlignment * kAlignment;
  RT_TRY(step("retype the stack", make(child.memory, abi::ObjectType::kVmo, bench.vmo(), size)));
  RT_TRY(fill(bench, std::as_bytes(std::span(argument)), size - taken));
  RT_TRY(give(bench, child, kReadWrite, kStackTop - size, kStack));
  return kStackTop - taken;
}

Result<void> load_buffer(const Bench& bench, const Child& child) {
  RT_TRY(step("retype its buffer",
              make(child.memory, abi::ObjectType::kVmo, bench.vmo(), abi::kPageSize)));
  RT_TRY(step("make it its thread's buffer", child.thread.buffer(kernel::Vmo(bench.vmo()), 0)));
  return give(bench, child, kReadWrite, kBufferAddress, kBuffer);
}

}  // namespace tessera::process
