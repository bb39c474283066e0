// Is called execd-too, as if that were worth anything: a name is no authority. Its status is 0 when
// all that it tries is refused, else which of its tries was not.
#include <cstdint>

#include "idl/kernel/qos_control.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

namespace {

using abi::QosClass;
using abi::QosOp;
using kernel::Self;

template <class T>
bool refused(const rt::Result<T>& result, std::int32_t status) {
  return !result && result.error().status == status;
}

// Every slot that it starts with, taken for a QosControl.
bool has_no_control() {
  for (std::uint32_t slot = 0; slot < abi::kStartSlots; ++slot) {
    const kernel::QosControl control(rt::Slot{slot});
    if (!refused(control.set(rt::start::task(), QosClass::kInteractive), abi::kEbadf)) return false;
  }
  return true;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const std::uint32_t own = rt::start::task().slot().index;
  if (!refused(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), abi::kEperm)) return 1;
  if (!refused(Self::qos(QosOp::kSet, own, QosClass::kPerfBurst), abi::kEperm)) return 2;
  if (!has_no_control()) return 3;
  const auto is = Self::qos(QosOp::kGet, 0, QosClass::kIdle);
  if (!is || *is != QosClass::kNormal) return 4;
  // Nor can it say that it is another.
  if (rt::start::task().identify(rt::start::identity_control(), 1)) return 5;
  return 0;
}

}  // namespace tessera
