// Device memory: windows come out of a device Untyped and nothing else does; they are mapped, and
// are no memory. The window is a virtio device's: the machine has it, whether a device is behind it
// or not.
#include <array>
#include <cstdint>

#include "idl/kernel/endpoint.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/fault_port.h"
#include "servers/contract/world.h"
#include "servers/victims/memory_access.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::FaultCause;
using abi::ObjectType;
using kernel::Untyped;
using kernel::Vmo;

constexpr Untyped window() { return Untyped(rt::start::slot(abi::StartSlot::kDevice)); }
constexpr kernel::Task self() { return rt::start::task(); }
constexpr rt::Error kNotSealed = refusal(abi::kEperm, Detail::kWriteExecute, 3);

// Virtio 1.2, section 4.2.2: MagicValue "virt" and Version 2 are the first registers, read only,
// and of every virtio-mmio window.
constexpr std::uint32_t kMagic = 0x7472'6976;
constexpr std::uint32_t kVersion = 2;
volatile std::uint32_t& reg(std::uint64_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}
bool shows_the_device(std::uint64_t address) {
  return reg(address) == kMagic && reg(address + 4) == kVersion;
}

Vmo make_window() {
  const Vmo vmo(take_slot());
  OK(window().retype(ObjectType::kVmo, kPage, own(), vmo.slot().index, 1));
  return vmo;
}
Vmo again(Vmo vmo) { return mint(vmo, OK(own().query(vmo.slot().index)).rights); }

void a_window_shows_its_device() {
  const auto whole = OK(window().info());
  EXPECT(whole.device && whole.size == kPage && whole.free == kPage);
  const Vmo vmo = make_window();
  const auto info = OK(vmo.info());
  EXPECT(info.device && info.size == kPage && info.base == whole.base && !info.sealed);
  EXPECT(OK(window().info()).free == 0);
  map(vmo, kFree, kReadWrite);
  EXPECT(shows_the_device(kFree));
  reg(kFree) = 0;  // it is no memory: nothing is kept
  EXPECT(shows_the_device(kFree));
  OK(vmo.unmap());
  map(vmo, abi::kUserLimit - kPage, kRead);
  EXPECT(shows_the_device(abi::kUserLimit - kPage));
}

// Neither zeroed nor lost, however often it is given.
void it_comes_back_and_is_given_again() {
  for (int round = 0; round < 5; ++round) {
    const Vmo vmo = make_window();
    map(vmo, kFree, kRead);
    EXPECT(shows_the_device(kFree));
    REFUSED(window().retype(ObjectType::kVmo, kPage, own(), take_slot().index, 1), kNoMemory);
    if (round % 2 == 0) {
      revoke(window().slot());
    } else {
      drop(vmo.slot());
    }
    EXPECT(is_empty(vmo.slot()) && OK(window().info()).free == kPage);
    map(make_vmo(1), kFree, kReadWrite);
    EXPECT(word_at(kFree) == 0);  // memory is there now, and no device
    revoke(memory().slot());
  }
}

void no_object_is_made_of_it() {
  const rt::Slot to = take_slot();
  const rt::Error refused_type = refusal(abi::kEinval, Detail::kBadType, 1);
  for (const ObjectType type :
       {ObjectType::kTask, ObjectType::kThread, ObjectType::kEndpoint, ObjectType::kNotification,
        ObjectType::kReply, ObjectType::kAlarm, ObjectType::kIrq}) {
    REFUSED(window().retype(type, 0, own(), to.index, 1), refused_type);
  }
  REFUSED(window().retype(ObjectType::kCnode, 8, own(), to.index, 1), refused_type);
  EXPECT(is_empty(to) && OK(window().info()).free == kPage);
  // What is made of a part of it is no more.
  const Untyped part(to);
  OK(window().retype(ObjectType::kUntyped, kPage, own(), to.index, 1));
  EXPECT(OK(part.info()).device);
  const rt::Slot inner = take_slot();
  REFUSED(part.retype(ObjectType::kEndpoint, 0, own(), inner.index, 1), refused_type);
  OK(part.retype(ObjectType::kVmo, kPage, own(), inner.index, 1));
  EXPECT(OK(Vmo(inner).info()).device);
}

void it_has_no_more_than_its_pages() {
  const rt::Slot to = take_slots(2);
  REFUSED(window().retype(ObjectType::kVmo, 2 * kPage, own(), to.index, 1), kNoMemory);
  REFUSED(window().retype(ObjectType::kVmo, kPage, own(), to.index, 2), kNoMemory);
  REFUSED(window().retype(ObjectType::kVmo, 0x200, own(), to.index, 1), out_of_range(2));
  const Vmo vmo = make_window();
  REFUSED(vmo.slice(0, 2 * kPage, own(), to.index, abi::kAllVmoRights), out_of_range(2));
  REFUSED(vmo.slice(kPage, kPage, own(), to.index, abi::kAllVmoRights), out_of_range(1));
}

// Though its first capability has every right: what is executed is sealed, and no device is.
void it_is_never_executed() {
  const Vmo vmo = make_window();
  EXPECT(OK(own().query(vmo.slot().index)).rights == abi::kAllVmoRights);
  REFUSED(vmo.map(self(), kFree, kRead | kExecute), kNotSealed);
  REFUSED(vmo.map(self(), kFree, kReadWrite | kExecute),
          refusal(abi::kEinval, Detail::kWriteExecute, 3));
  REFUSED(again(vmo).map(self(), kFree, kRead | kExecute), kNotSealed);
  const Vmo part(take_slot());
  OK(vmo.slice(0, kPage, own(), part.slot().index, abi::kAllVmoRights));
  REFUSED(part.map(self(), kFree, kRead | kExecute), kNotSealed);
  const Space space = prepare_space([](std::uint64_t) { victims::jump(kFree); });
  OK(vmo.map(space.task(), kFree, kReadWrite));
  space.start();
  const auto info = space.wait();
  EXPECT(info.cause == FaultCause::kExecuteFault && info.address == kFree);
}

// Neither a buffer that the kernel would read, nor a task's memory, nor bytes that stay.
void it_is_not_used_as_memory() {
  const Vmo vmo = make_window();
  const auto thread = make<kernel::Thread>();
  REFUSED(thread.buffer(vmo, 0), refusal(abi::kEinval, Detail::kBadType, 1));
  REFUSED(rt::start::thread().buffer(vmo, 0), refusal(abi::kEinval, Detail::kBadType, 1));
  revoke(window().slot());
  const auto task = make<kernel::Task>();
  REFUSED(task.configure(make<kernel::CNode>(8), window(), 3),
          refusal(abi::kEinval, Detail::kBadType, 2));
  EXPECT(OK(window().info()).free == kPage);
  REFUSED(make_window().seal(), refusal(abi::kEinval, Detail::kBadType));
}

void rights_of_a_window_are_checked() {
  const Vmo vmo = make_window();
  const Vmo read_only = without(vmo, Vmo::Right::kWrite);
  REFUSED(read_only.map(self(), kFree, kReadWrite), lacks_right(3));
  REFUSED(without(vmo, Vmo::Right::kMap).map(self(), kFree, kRead), lacks_right(0));
  const Space space = prepare_space([](std::uint64_t) {
    EXPECT(shows_the_device(kFree));
    reg(kFree) = 1;
  });
  OK(read_only.map(space.task(), kFree, kRead));
  space.start();
  EXPECT(space.wait().cause == FaultCause::kWriteFault);
}

// A task that has it mapped loses it with the capability, at its next access.
void a_revoked_window_is_gone() {
  const auto endpoint = make<kernel::Endpoint>();
  for (int way = 0; way < 3; ++way) {
    const Vmo vmo = make_window();
    const Vmo derived = again(vmo);
    map(derived, kFree, kReadWrite);
    static volatile bool seen;
    static volatile bool taken_away;
    seen = false;
    taken_away = false;
    const Worker worker = spawn_handled(endpoint, [](std::uint64_t) {
      EXPECT(shows_the_device(kFree));
      seen = true;
      while (!taken_away) OK(kernel::Self::yield());
      EXPECT(shows_the_device(kFree));
    });
    while (!seen) OK(kernel::Self::yield());
    if (way == 0) OK(derived.unmap());
    if (way == 1) revoke(vmo.slot());
    if (way == 2) revoke(window().slot());
    taken_away = true;
    const Told told = receive_fault(endpoint);
    EXPECT(told.cause == FaultCause::kReadFault && told.address == kFree);
    if (way != 2) revoke(window().slot());
    map(make_window(), kFree, kRead);
    let_go_on();
    worker.join();
    revoke(window().slot());
  }
}

void a_window_may_be_shared() {
  const Vmo vmo = make_window();
  const Space space = prepare_space([](std::uint64_t) {
    map(Vmo(gift(0)), kFree, kRead);
    EXPECT(shows_the_device(kFree));
    EXPECT(OK(Vmo(gift(0)).info()).device);
  });
  space.give(0, vmo.slot(), rt::rights(Vmo::Right::kRead, Vmo::Right::kMap));
  map(vmo, kFree, kReadWrite);
  space.start();
  space.join();
  EXPECT(shows_the_device(kFree));
}

}  // namespace

std::span<const Behaviour> device_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"device.a_window_shows_its_device", a_window_shows_its_device},
      {"device.it_comes_back_and_is_given_again", it_comes_back_and_is_given_again},
      {"device.no_object_is_made_of_it", no_object_is_made_of_it},
      {"device.it_has_no_more_than_its_pages", it_has_no_more_than_its_pages},
      {"device.it_is_never_executed", it_is_never_executed},
      {"device.it_is_not_used_as_memory", it_is_not_used_as_memory},
      {"device.rights_of_a_window_are_checked", rights_of_a_window_are_checked},
      {"device.a_revoked_window_is_gone", a_revoked_window_is_gone},
      {"device.a_window_may_be_shared", a_window_may_be_shared},
  };
  return kAll;
}

}  // namespace tessera::contract
