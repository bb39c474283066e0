#include "servers/execd/testing/kernel.h"

#include "idl/wire.h"

namespace tessera::execd {

using abi::ObjectType;
using abi::SystemCall;

TestingKernel::TestingKernel() {
  objects_[kOwn] = {.type = ObjectType::kCnode};
  add({kOwn, rt::start::cnode().slot().index}, {.object = kOwn});
}

bool TestingKernel::finish(rt::Registers& r, std::int32_t status) {
  r = {};
  r.a6 = abi::word(status);
  return true;
}

int TestingKernel::add(Place place, const Capability& made) {
  const int which = next_++;
  capabilities_[which] = made;
  slots_[place] = which;
  return which;
}

void TestingKernel::give(rt::Slot slot, ObjectType type, std::uint64_t size, std::uint64_t badge) {
  const int object = next_++;
  objects_[object] = {.type = type, .size = size};
  const Place place{kOwn, slot.index};
  if (slots_.contains(place)) remove(place);
  add(place, {.object = object, .rights = 0xff, .badge = badge});
}

int TestingKernel::object_at(std::uint64_t slot) const {
  const auto found = slots_.find({kOwn, slot});
  return found == slots_.end() ? 0 : capability(found->second).object;
}

std::map<std::uint64_t, std::pair<int, std::uint64_t>> TestingKernel::own_slots() const {
  std::map<std::uint64_t, std::pair<int, std::uint64_t>> all;
  for (const auto& [place, which] : slots_) {
    if (place.first != kOwn) continue;
    const int object = capability(which).object;
    all[place.second] = {object, objects_.at(object).used};
  }
  return all;
}

int TestingKernel::in_child(rt::Slot task, rt::Slot slot) const {
  const Object& its = objects_.at(object_at(task.index));
  const auto found = slots_.find({its.task, slot.index});
  return found == slots_.end() ? 0 : capability(found->second).object;
}

// Whatever was derived from a capability goes with it, and with its last one an object, and what
// its slots hold. An Untyped without children is free again.
void TestingKernel::remove_children(int which) {
  for (bool again = true; again;) {
    again = false;
    for (const auto& [place, child] : slots_) {
      if (capability(child).parent != which) continue;
      remove_children(child);
      remove(place);
      again = true;
      break;
    }
  }
}

void TestingKernel::remove(Place place) {
  const int which = slots_.at(place);
  const Capability gone = capability(which);
  slots_.erase(place);
  for (auto& [other, its] : capabilities_) {
    if (its.parent == which) its.parent = gone.parent;
  }
  capabilities_.erase(which);
  bool last = true;
  for (const auto& [other, its] : capabilities_) last &= its.object != gone.object;
  if (last) {
    std::vector<Place> inside;
    for (const auto& [other, its] : slots_) {
      if (other.first == gone.object) inside.push_back(other);
    }
    for (const Place& each : inside) {
      if (slots_.contains(each)) remove(each);
    }
    objects_.erase(gone.object);
  }
  bool has_children = false;
  for (const auto& [other, its] : capabilities_) has_children |= its.parent == gone.parent;
  if (!has_children && capabilities_.contains(gone.parent)) {
    objects_.at(capability(gone.parent).object).used = 0;
  }
}

bool TestingKernel::retype(rt::Registers& r) {
  const int memory = object_at(r.t0);
  const Place to{cnode(r.a2), r.a3};
  if (memory == 0 || to.first == 0) return finish(r, abi::kEbadf);
  if (slots_.contains(to)) return finish(r, abi::kEexist);
  const auto type = abi::value<ObjectType>(r.a0);
  const std::uint64_t size = type == ObjectType::kCnode ? r.a1 * abi::kSlotSize
                             : r.a1 == 0                ? 512
                                                        : r.a1;
  Object& from = objects_.at(memory);
  if (size > from.size - from.used) return finish(r, abi::kEnomem);
  from.used += size;
  const int parent = slots_.at({kOwn, r.t0});
  const int object = next_++;
  objects_[object] = {.type = type, .size = size};
  if (type == ObjectType::kTask) objects_[object].id = ++tasks_;
  add(to, {.object = object, .rights = 0xff, .badge = 0, .parent = parent});
  return finish(r);
}

bool TestingKernel::mint(rt::Registers& r) {
  const Place to{cnode(r.t0), r.a0};
  const Place from{cnode(r.a1), r.a2};
  if (!slots_.contains(from) || to.first == 0) return finish(r, abi::kEbadf);
  if (slots_.contains(to)) return finish(r, abi::kEexist);
  const int source = slots_.at(from);
  const Capability its = capability(source);
  if ((its.rights & r.a3) != r.a3) return finish(r, abi::kEperm);
  add(to, {.object = its.object,
           .rights = static_cast<std::uint8_t>(r.a3),
           .badge = r.a4 != 0 ? r.a4 : its.badge,
           .parent = source});
  return finish(r);
}

bool TestingKernel::move(rt::Registers& r) {
  const Place to{cnode(r.t0), r.a0};
  const Place from{cnode(r.a1), r.a2};
  if (!slots_.contains(from) || to.first == 0) return finish(r, abi::kEbadf);
  if (slots_.contains(to)) return finish(r, abi::kEexist);
  slots_[to] = slots_.at(from);
  slots_.erase(from);
  return finish(r);
}

bool TestingKernel::query(rt::Registers& r) const {
  const auto found = slots_.find({kOwn, r.a0});
  finish(r);
  if (found == slots_.end()) return true;
  const Capability& its = capability(found->second);
  r.a0 = abi::word(objects_.at(its.object).type);
  r.a1 = its.rights;
  r.a2 = its.badge;
  return true;
}

bool TestingKernel::on_cnode(rt::Registers& r) {
  const Place at{cnode(r.t0), r.a0};
  switch (static_cast<SystemCall>(r.a7)) {
    case SystemCall::kCNodeMint:
      return mint(r);
    case SystemCall::kCNodeMove:
      return move(r);
    case SystemCall::kCNodeQuery:
      return query(r);
    case SystemCall::kCNodeDelete:
      if (slots_.contains(at)) remove(at);
      return finish(r);
    case SystemCall::kCNodeRevoke:
      if (!slots_.contains(at)) return finish(r, abi::kEbadf);
      remove_children(slots_.at(at));
      return finish(r);
    default:
      return false;
  }
}

bool TestingKernel::on_memory(rt::Registers& r) {
  const int object = object_at(r.t0);
  switch (static_cast<SystemCall>(r.a7)) {
    case SystemCall::kUntypedRetype:
      return retype(r);
    case SystemCall::kUntypedInfo: {
      if (object == 0) return finish(r, abi::kEbadf);
      const Object& its = objects_.at(object);
      finish(r);
      r.a1 = its.size;
      r.a2 = its.size - its.used;
      return true;
    }
    case SystemCall::kVmoInfo: {
      if (object == 0) return finish(r, abi::kEbadf);
      const std::uint64_t size = objects_.at(object).size;
      finish(r);
      r.a1 = size;
      return true;
    }
    case SystemCall::kVmoMap:
    case SystemCall::kVmoUnmap:
    case SystemCall::kVmoSeal:
      return finish(r, object == 0 ? abi::kEbadf : 0);
    default:
      return false;
  }
}

bool TestingKernel::on_task(rt::Registers& r) {
  const int object = object_at(r.t0);
  switch (static_cast<SystemCall>(r.a7)) {
    case SystemCall::kTaskConfigure:
      objects_.at(object).task = cnode(r.a0);
      return finish(r);
    case SystemCall::kTaskIdentify: {
      const std::uint64_t badge = capability(slots_.at({kOwn, r.a0})).badge;
      if (badge != (r.a1 & 0xffff'ffff)) return finish(r, abi::kEperm);
      objects_.at(object).identity = r.a1;
      return finish(r);
    }
    case SystemCall::kTaskSupervise:
      objects_.at(object).supervisor = capability(slots_.at({kOwn, r.a0})).badge;
      return finish(r);
    case SystemCall::kTaskKill:
      if (objects_.at(object).state == abi::TaskState::kRunning) {
        objects_.at(object).state = abi::TaskState::kKilled;
      }
      return finish(r);
    case SystemCall::kTaskInfo: {
      if (object == 0) return finish(r, abi::kEbadf);
      const Object& its = objects_.at(object);
      finish(r);
      r.a0 = abi::word(its.state);
      r.a1 = abi::word(its.status);
      r.a2 = abi::word(its.cause);
      r.a4 = its.pc;
      r.a5 = its.id;
      return true;
    }
    case SystemCall::kQosControlSet:
      if (object == 0) return finish(r, abi::kEbadf);
      objects_.at(object_at(r.a0)).qos = abi::value<abi::QosClass>(r.a1);
      return finish(r);
    default:
      return false;
  }
}

bool TestingKernel::on_thread(rt::Registers& r) {
  const int object = object_at(r.t0);
  switch (static_cast<SystemCall>(r.a7)) {
    case SystemCall::kThreadConfigure:
      objects_.at(object).task = object_at(r.a0);
      return finish(r);
    case SystemCall::kThreadBind:
    case SystemCall::kThreadBuffer:
      return finish(r);
    case SystemCall::kThreadStart: {
      Object& task = objects_.at(objects_.at(object).task);
      task.state = abi::TaskState::kRunning;
      started.push_back(task.identity);
      started_as.push_back(task.qos);
      return finish(r);
    }
    case SystemCall::kThreadRead: {
      const std::uint64_t group = r.a0;
      const std::uint64_t pc = objects_.at(objects_.at(object).task).pc;
      const auto value = [&](std::uint64_t i) {
        const std::uint64_t x = group * 6 + i;
        return x == 0 ? pc : x < 32 ? 0x1000 + x : 0;
      };
      finish(r);
      r.a0 = value(0);
      r.a1 = value(1);
      r.a2 = value(2);
      r.a3 = value(3);
      r.a4 = value(4);
      r.a5 = value(5);
      return true;
    }
    default:
      return false;
  }
}

bool TestingKernel::on_call(rt::Registers& r) {
  const auto call = static_cast<SystemCall>(r.a7);
  if (call == SystemCall::kSelfNow) {
    finish(r);
    r.a0 = now;
    return true;
  }
  // What only tells or takes away does not fail.
  const bool takes = call != SystemCall::kCNodeDelete && call != SystemCall::kCNodeRevoke &&
                     call != SystemCall::kCNodeQuery && call != SystemCall::kEndpointCall &&
                     call != SystemCall::kEndpointCallWith && call != SystemCall::kReplyKeep &&
                     call != SystemCall::kReplySend && call != SystemCall::kEndpointReceive &&
                     call != SystemCall::kEndpointReplyReceive &&
                     call != SystemCall::kEndpointReplyReceiveWith;
  if (takes && fail_at_ && ++taken_ == *fail_at_) return finish(r, abi::kEnomem);
  return on_cnode(r) || on_memory(r) || on_task(r) || on_thread(r);
}

}  // namespace tessera::execd
