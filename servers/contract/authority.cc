#include "servers/contract/authority.h"

#include "idl/kernel/identity_control.h"
#include "idl/kernel/qos_control.h"

namespace tessera::contract {
namespace {

void set_gift(std::uint64_t c) {
  OK(rt::start::qos_control().set(kernel::Task(gift(0)), static_cast<abi::QosClass>(c)));
}

}  // namespace

void run_to_its_end(const Space& space) {
  const auto ended = make<kernel::Notification>();
  OK(space.task().supervise(ended));
  space.start();
  OK(ended.wait(in_milliseconds(5000)));
  space.join();
}

void set_by_authority(rt::Slot task, abi::QosClass c) {
  const Space space = prepare_space(set_gift, static_cast<std::uint64_t>(c));
  const auto control = OK(own().query(rt::start::qos_control().slot().index));
  OK(space.task().identify(rt::start::identity_control(), control.badge));
  OK(space.cspace().copy(rt::start::qos_control().slot().index, own(),
                         rt::start::qos_control().slot().index));
  space.give(0, task, rt::rights(kernel::Task::Right::kInspect));
  run_to_its_end(space);
}

}  // namespace tessera::contract
