#include "servers/contract/program.h"

#include <cstring>

#include "idl/abi.h"
#include "idl/kernel/vmo.h"
#include "servers/contract/layout.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

// The image's first byte (servers/runtime/start.S).
extern "C" const char _start[];

namespace tessera::contract {
namespace {

using abi::ObjectType;
using abi::StartSlot;
using kernel::Access;
using kernel::Vmo;

constexpr Access kReadWrite = Access::kRead | Access::kWrite;

rt::Result<void> make(kernel::Untyped memory, ObjectType type, rt::Slot to,
                      std::uint64_t size = 0) {
  return memory.retype(type, size, rt::start::cnode(), to.index, 1);
}

rt::Result<std::uint64_t> size_of(rt::Slot vmo) {
  RT_TRY_ASSIGN(const auto info, Vmo(vmo).info());
  return info.size;
}

// Maps what `slot` names into the program; the capability with its mapping goes to its `to`.
rt::Result<void> give_mapped(const Program& program, rt::Slot slot, rt::Slot to,
                             std::uint64_t address, Access access) {
  RT_TRY(Vmo(slot).map(program.task, address, access));
  return program.cspace.move(to.index, rt::start::cnode(), slot.index);
}

// The same with memory that its maker has too, and in the same slot.
rt::Result<void> share_mapped(const Program& program, rt::Slot shared, rt::Slot temporary,
                              std::uint64_t address, Access access) {
  const kernel::CNode own = rt::start::cnode();
  RT_TRY(own.copy(temporary.index, own, shared.index));
  return give_mapped(program, temporary, shared, address, access);
}

rt::Result<void> copy_data(kernel::Untyped memory, rt::Slot to, std::uint64_t address,
                           std::uint64_t size) {
  RT_TRY(make(memory, ObjectType::kVmo, to, size));
  RT_TRY(Vmo(to).map(rt::start::task(), kScratchAddress, kReadWrite));
  std::memcpy(reinterpret_cast<void*>(kScratchAddress), reinterpret_cast<const void*>(address),
              size);
  return Vmo(to).unmap();
}

// user.ld puts the segments one after another, each on pages of its own.
rt::Result<void> give_image(const Program& program, kernel::Untyped memory, rt::Slot temporary) {
  RT_TRY_ASSIGN(const std::uint64_t text_size, size_of(kText));
  RT_TRY_ASSIGN(const std::uint64_t constants_size, size_of(kConstants));
  RT_TRY_ASSIGN(const std::uint64_t data_size, size_of(kData));
  const auto text = reinterpret_cast<std::uint64_t>(_start);
  const std::uint64_t constants = text + text_size;
  const std::uint64_t data = constants + constants_size;
  RT_TRY(share_mapped(program, kText, temporary, text, Access::kRead | Access::kExecute));
  RT_TRY(share_mapped(program, kConstants, temporary, constants, Access::kRead));
  RT_TRY(copy_data(memory, temporary, data, data_size));
  RT_TRY(give_mapped(program, temporary, kData, data, kReadWrite));
  RT_TRY(make(memory, ObjectType::kVmo, temporary, kStackSize));
  RT_TRY(give_mapped(program, temporary, kStack, process::kStackTop - kStackSize, kReadWrite));
  return share_mapped(program, kReport, temporary, kReportAddress, kReadWrite);
}

rt::Result<void> give_itself(const Program& program) {
  const kernel::CNode own = rt::start::cnode();
  const auto give = [&](StartSlot to, rt::Slot from) {
    return program.cspace.copy(rt::start::slot(to).index, own, from.index);
  };
  RT_TRY(give(StartSlot::kCnode, program.cspace.slot()));
  RT_TRY(give(StartSlot::kTask, program.task.slot()));
  return give(StartSlot::kThread, program.thread.slot());
}

}  // namespace

rt::Result<Program> make_program(kernel::Untyped memory, rt::Slot first, std::uint32_t slots) {
  const Program program{.cspace = kernel::CNode(first),
                        .task = kernel::Task({first.index + 1}),
                        .thread = kernel::Thread({first.index + 2})};
  const rt::Slot temporary{first.index + kProgramSlots - 1};
  RT_TRY(make(memory, ObjectType::kCnode, program.cspace.slot(), slots));
  RT_TRY(make(memory, ObjectType::kTask, program.task.slot()));
  RT_TRY(make(memory, ObjectType::kThread, program.thread.slot()));
  RT_TRY(program.task.configure(program.cspace, memory, kPoolPages));
  RT_TRY(program.thread.configure(program.task));
  RT_TRY(give_image(program, memory, temporary));
  RT_TRY(give_itself(program));
  return program;
}

rt::Result<void> start_program(const Program& program, void (*entry)(std::uint64_t),
                               std::uint64_t argument, std::uint64_t buffer) {
  return program.thread.start(reinterpret_cast<std::uint64_t>(entry), process::kStackTop, argument,
                              buffer);
}

}  // namespace tessera::contract
