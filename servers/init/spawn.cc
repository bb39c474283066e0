#include "servers/init/spawn.h"

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/thread.h"
#include "servers/elf/image.h"
#include "servers/init/boot.h"
#include "servers/init/endowment.h"
#include "servers/init/layout.h"
#include "servers/init/loader.h"
#include "servers/init/probe.h"
#include "servers/runtime/slots.h"

namespace tessera::init {
namespace {

constexpr std::uint64_t kKiB = 1024;

// The objects of a task, empty yet, all out of its quota.
Result<Child> make_objects(const manifest::Image& image, std::size_t index) {
  const Child child{.memory = kernel::Untyped(quota_slot(index)),
                    .cspace = kernel::CNode(kChildCnode),
                    .task = kernel::Task(task_slot(index)),
                    .thread = kernel::Thread(thread_slot(index))};
  RT_TRY(step("retype its CSpace",
              make(child.memory, abi::ObjectType::kCnode, kChildCnode, image.slots)));
  RT_TRY(step("retype its task", make(child.memory, abi::ObjectType::kTask, task_slot(index))));
  RT_TRY(
      step("retype its thread", make(child.memory, abi::ObjectType::kThread, thread_slot(index))));
  RT_TRY(step("retype its timer", make(child.memory, abi::ObjectType::kNotification, kChildTimer)));
  if (image.service) {
    RT_TRY(step("retype its endpoint",
                make(child.memory, abi::ObjectType::kEndpoint, endpoint_slot(index))));
  }
  return child;
}

// Whose it is and who is told of its end; before it runs.
Result<void> introduce(const Child& child, const manifest::Image& image, std::size_t index) {
  RT_TRY(step("configure it", child.task.configure(child.cspace, child.memory, image.pool_pages)));
  RT_TRY(step("identify it",
              child.task.identify(kernel::IdentityControl(identity_slot(index)), image.identity)));
  RT_TRY(step("mint a capability to watch it", mint(watch_slot(index), task_slot(index),
                                                    rt::rights(kernel::Task::Right::kInspect))));
  RT_TRY(step("mint its end",
              mint(kTemporary, kEvents, rt::rights(kernel::Notification::Right::kSignal),
                   ended_bit(index))));
  RT_TRY(step("supervise it", child.task.supervise(kernel::Notification(kTemporary))));
  return step("drop its end", drop(kTemporary));
}

Result<void> start(const Child& child, std::uint64_t entry, std::uint64_t stack,
                   std::uint64_t argument, abi::QosClass qos) {
  const kernel::Thread thread = child.thread;
  RT_TRY(step("configure its thread", thread.configure(child.task)));
  RT_TRY(step("set its class", kernel::QosControl(kOwnQos).set(child.task, qos)));
  RT_TRY(step("bind its timer", thread.bind(kernel::Notification(kChildTimer))));
  RT_TRY(step("start it", thread.start(entry, stack, argument, kBufferAddress)));
  for (const rt::Slot slot : {kChildTimer, kChildCnode}) {
    RT_TRY(step("drop what is its own", drop(slot)));
  }
  return {};
}

}  // namespace

namespace {

// The first window that has such a device; none is fine.
Result<void> take_device(manifest::DeviceKind kind, std::size_t index) {
  RT_TRY_ASSIGN(const auto window, find_device(kind));
  if (!window) return {};
  RT_TRY(step("keep its device",
              kCspace.move(device_slot(index).index, kCspace, window->pages.index)));
  if (window->irq == 0) return {};
  return step("mint its IrqControl",
              mint(irq_slot(index), kIrqs.slot(), rt::rights(kernel::IrqControl::Right::kUse),
                   window->irq));
}

}  // namespace

Result<void> take_what_starts_it(const manifest::Image& image, std::size_t index) {
  RT_TRY(take_memory(image.quota_kib * kKiB, quota_slot(index)));
  RT_TRY(step("mint its IdentityControl",
              mint(identity_slot(index), kIdentities.slot(),
                   rt::rights(kernel::IdentityControl::Right::kUse), image.identity)));
  if (image.device != manifest::DeviceKind::kNone &&
      !manifest::is_granted(image, manifest::Grant::kWindow)) {
    RT_TRY(take_device(image.device, index));
  }
  if (!manifest::is_granted(image, manifest::Grant::kQosControl)) return {};
  return step("mint its QosControl",
              mint(qos_slot(index), kQosControls, rt::rights(kernel::QosControl::Right::kUse),
                   image.identity));
}

Result<void> spawn(const manifest::Manifest& manifest, std::size_t index,
                   const bundle::Bundle& bundle, std::string_view argument, const MayUse& may_use) {
  const manifest::Image& image = manifest.images[index];
  RT_TRY_ASSIGN(const elf::Image program, open_image(bundle, image.name));
  RT_TRY_ASSIGN(const Child child, make_objects(image, index));
  RT_TRY(introduce(child, image, index));
  RT_TRY(load_segments(child, program));
  RT_TRY_ASSIGN(const std::uint64_t stack, load_stack(child, image.stack_kib * kKiB, argument));
  RT_TRY(load_buffer(child, child.thread));
  RT_TRY(endow(manifest, index, child, may_use));
  return start(child, program.entry(), stack, argument.empty() ? 0 : stack, image.qos);
}

}  // namespace tessera::init
