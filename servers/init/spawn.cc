#include "servers/init/spawn.h"

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "servers/elf/image.h"
#include "servers/init/boot.h"
#include "servers/init/endowment.h"
#include "servers/init/layout.h"
#include "servers/process/maker.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

constexpr std::uint64_t kKiB = 1024;

// What there is before the task: its quota, its endpoint out of it, and who is told of its end.
Result<void> prepare(const manifest::Image& image, std::size_t index) {
  RT_TRY(take_memory(image.quota_kib * kKiB, quota_slot(index)));
  if (image.service) {
    RT_TRY(step("retype its endpoint", make(kernel::Untyped(quota_slot(index)),
                                            abi::ObjectType::kEndpoint, endpoint_slot(index))));
  }
  return step("mint its end",
              mint(kTemporary, kEvents, rt::rights(kernel::Notification::Right::kSignal),
                   ended_bit(index)));
}

}  // namespace

Result<void> spawn(const manifest::Manifest& manifest, std::size_t index,
                   const bundle::Bundle& bundle, std::string_view argument) {
  const manifest::Image& image = manifest.images[index];
  RT_TRY_ASSIGN(const elf::Image program, open_image(bundle, image.name));
  RT_TRY(prepare(image, index));
  const process::Plan plan{.image = image,
                           .memory = kernel::Untyped(quota_slot(index)),
                           .task = task_slot(index),
                           .ended = kTemporary,
                           .identities = kIdentities,
                           .argument = argument};
  RT_TRY_ASSIGN(const process::Made made, process::make_task(kBench, plan, program));
  RT_TRY(step("drop its end", drop(kTemporary)));
  RT_TRY(step("mint a capability to watch it", mint(watch_slot(index), task_slot(index),
                                                    rt::rights(kernel::Task::Right::kInspect))));
  RT_TRY(endow(manifest, index, made.child));
  RT_TRY(process::start(kBench, made, kernel::QosControl(kOwnQos), image.qos));
  return step("drop its thread", drop(kBench.thread()));
}

}  // namespace tessera::init
