#include "servers/execd/launcher.h"

#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "servers/execd/authority.h"
#include "servers/execd/refusal.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::execd {
namespace {

using abi::StartSlot;

constexpr std::uint64_t kKiB = 1024;

// Says no with what the kernel's no means.
template <class T>
rt::Result<T> as_refusal(const process::Result<T>& result) {
  if (!result) return std::unexpected(refusal(result.error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *result;
  }
}
template <class T>
rt::Result<T> must(const rt::Result<T>& result) {
  return as_refusal(process::step("", result));
}

// As Thread.read has them: six in a group, the pc in the place of x0, and nothing behind x31.
constexpr std::uint8_t kGroups = 6;

// Of the first thread. Another one's fault ends the task as well; the registers are not that one's.
rt::Result<void> read_registers(Place place, Ending& ending) {
  const kernel::Thread thread(place.thread());
  for (std::uint8_t group = 0; group < kGroups; ++group) {
    RT_TRY_ASSIGN(const auto read, thread.read(group));
    if (group == 0 && read.r0 != ending.pc) return {};
    for (const std::uint64_t value : {read.r0, read.r1, read.r2, read.r3, read.r4, read.r5}) {
      if (!ending.registers.full()) ending.registers.push(value);
    }
  }
  return {};
}

}  // namespace

rt::Result<void> Launcher::prepare() const {
  const kernel::Untyped memory = rt::start::memory();
  for (std::uint32_t i = 0; i < service::kMaxProcesses; ++i) {
    const Place place{i};
    RT_TRY(
        process::make(memory, abi::ObjectType::kUntyped, place.memory(), largest_quota(manifest_)));
    RT_TRY(process::mint(place.end(), rt::start::timer().slot(),
                         rt::rights(kernel::Notification::Right::kSignal), place.bit()));
  }
  return {};
}

rt::Result<void> Launcher::give_services(const manifest::Image& image, const process::Made& made) {
  const kernel::CNode cspace = made.child.cspace;
  std::uint32_t others = 0;
  for (const std::string_view name : image.uses) {
    const rt::Slot to = name == manifest::kConsole ? rt::start::console()
                        : name == manifest::kTimed ? rt::start::timed()
                                                   : rt::start::peer(others++);
    RT_TRY(Authority::route(made.identity, name, cspace, to));
  }
  constexpr rt::Slot kRoutes = rt::start::slot(StartSlot::kRoutes);
  return must(cspace.mint(kRoutes.index, rt::start::cnode(), kRoutes.index,
                          rt::rights(kernel::Endpoint::Right::kSend), 0));
}

rt::Result<void> Launcher::endow(const manifest::Image& image, const process::Made& made,
                                 const Request& request) const {
  using service::Withheld;
  if (!has(request.withheld, Withheld::kServices)) RT_TRY(give_services(image, made));
  auto given_at = static_cast<std::uint32_t>(manifest::peers_of(image));
  for (const rt::Slot given : request.given) {
    const rt::Slot to = rt::start::peer(given_at++);
    if (given == rt::Slot{}) continue;
    RT_TRY(must(made.child.cspace.move(to.index, rt::start::cnode(), given.index)));
  }
  if (manifest::is_granted(image, manifest::Grant::kMemory) &&
      !has(request.withheld, Withheld::kMemory)) {
    RT_TRY(as_refusal(process::give_memory(made.child)));
  }
  return {};
}

rt::Result<std::uint64_t> Launcher::build(Place place, const Request& request) const {
  const manifest::Image& image = manifest_.images[request.what.image];
  RT_TRY(must(process::make(kernel::Untyped(place.memory()), abi::ObjectType::kUntyped,
                            place.quota(), image.quota_kib * kKiB)));
  const process::Plan plan{
      .image = image,
      .memory = kernel::Untyped(place.quota()),
      .task = place.task(),
      .thread = place.thread(),
      .ended = place.end(),
      .identities = kernel::IdentityControl(process::identity_slot(request.what.nth)),
      .is_one_of_many = true,
      .argument = request.argument};
  RT_TRY_ASSIGN(const process::Made made,
                as_refusal(process::make_task(bench_, plan, request.program)));
  RT_TRY(endow(image, made, request));
  const std::uint64_t task = made.identity >> 32;
  log_.write("elf load ok image=", image.name, " task=", task);
  RT_TRY(as_refusal(process::start(bench_, made, rt::start::qos_control(), request.qos)));
  return task;
}

rt::Result<std::uint64_t> Launcher::launch(Place place, const Request& request) const {
  const auto task = build(place, request);
  if (!task) {
    // The bench first: what is in it may be of the place, which is gone then.
    process::clear(bench_);
    rt::ignore(reap(place));
  }
  return task;
}

rt::Result<Ending> Launcher::look(Place place) {
  RT_TRY_ASSIGN(const auto info, kernel::Task(place.task()).info());
  Ending ending{.state = info.state,
                .status = info.status,
                .cause = info.cause,
                .address = info.address,
                .pc = info.pc,
                .registers = {}};
  if (info.state == abi::TaskState::kFaulted) RT_TRY(read_registers(place, ending));
  return ending;
}

rt::Result<void> Launcher::kill(Place place) { return kernel::Task(place.task()).kill(); }

rt::Result<void> Launcher::reap(Place place) {
  return rt::start::cnode().revoke(place.memory().index);
}

rt::Result<std::uint64_t> Launcher::free_bytes() {
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 0; i < service::kMaxProcesses; ++i) {
    RT_TRY_ASSIGN(const auto info, kernel::Untyped(Place{i}.memory()).info());
    bytes += info.free;
  }
  return bytes;
}

}  // namespace tessera::execd
