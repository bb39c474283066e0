// Calls on CNodes, and what all calls share.
#include <algorithm>

#include "idl/kernel_rights.h"
#include "kernel/testing/model_internal.h"

namespace tessera::testing::model {
namespace {

using abi::SystemCall;

bool takes_badge(ObjectType type) {
  return type == ObjectType::kEndpoint || type == ObjectType::kNotification ||
         type == ObjectType::kIdentityControl || type == ObjectType::kQosControl ||
         type == ObjectType::kIrqControl;
}

void unmap(Capability& vmo) {
  if (!vmo.mapping) return;
  for (std::uint64_t i = 0; i < vmo.pages; ++i) {
    vmo.mapping->task->space.pages.erase(vmo.mapping->page + i);
  }
  vmo.mapping.reset();
}

std::uint64_t free_bytes(const Capability& untyped) {
  return untyped.children.empty() ? untyped.pages * kPage : untyped.high * kPage - untyped.low;
}

}  // namespace

Model::~Model() {
  while (!root_.children.empty()) {
    const Capability& first = *root_.children.front();
    remove(first.node->slots[first.index]);
  }
}

Capability& Model::give(std::uint32_t index, Capability what) {
  return put(*cspace_, index, std::move(what), root_);
}

Answer Model::call(const Request& request, bool interrupted) {
  try {
    return perform(request, interrupted);
  } catch (const Answer& refusal) {
    return refusal;
  }
}

Capability& Model::look_up(std::uint64_t address, ObjectType type, std::uint8_t rights,
                           unsigned argument) {
  Capability& found = *taken_slot(*cspace_, address, argument);
  if (found.type != type) refuse(abi::kEbadf, Detail::kBadType, argument);
  if (lacks(found, rights)) refuse(abi::kEperm, Detail::kBadRights, argument);
  return found;
}

Answer Model::perform(const Request& request, bool interrupted) {
  switch (request.call) {
    case SystemCall::kUntypedRetype:
      return retype(request);
    case SystemCall::kUntypedInfo: {
      const Capability& self =
          look_up(request.invoked, ObjectType::kUntyped, bit(abi::UntypedRight::kRetype), 0);
      return success({self.base, self.pages * kPage, free_bytes(self), self.device});
    }
    case SystemCall::kVmoMap:
    case SystemCall::kVmoUnmap:
    case SystemCall::kVmoInfo:
    case SystemCall::kVmoSlice:
    case SystemCall::kVmoSeal:
      return on_vmo(request);
    default:
      return on_node(request, interrupted);
  }
}

Answer Model::on_node(const Request& request, bool interrupted) {
  const bool reads = request.call == SystemCall::kCNodeQuery;
  Capability& self = look_up(request.invoked, ObjectType::kCnode,
                             reads ? bit(abi::CNodeRight::kRead) : bit(abi::CNodeRight::kWrite), 0);
  switch (request.call) {
    case SystemCall::kCNodeCopy:
    case SystemCall::kCNodeMint:
      return derive(request);
    case SystemCall::kCNodeMove:
      return move(request);
    case SystemCall::kCNodeDelete: {
      Slot& slot = slot_at(*self.object, request.a[0], 1);
      if (slot != nullptr) remove(slot);
      return success();
    }
    case SystemCall::kCNodeRevoke:
      return revoke(request, interrupted);
    case SystemCall::kCNodeQuery: {
      const Slot& slot = slot_at(*self.object, request.a[0], 1);
      if (slot == nullptr) return success({0, 0, 0});
      return success({std::to_underlying(slot->type), slot->rights, slot->badge});
    }
    default:  // mutate
      check_bits(request.a[1], 0xff, Detail::kBadRange, 2);
      return mutate(*taken_slot(*self.object, request.a[0], 1),
                    static_cast<std::uint8_t>(request.a[1]));
  }
}

Answer Model::on_vmo(const Request& request) {
  const std::uint8_t needs = request.call == SystemCall::kVmoInfo    ? 0
                             : request.call == SystemCall::kVmoSlice ? bit(abi::VmoRight::kShare)
                             : request.call == SystemCall::kVmoSeal
                                 ? bit(abi::VmoRight::kWrite) | bit(abi::VmoRight::kShare)
                                 : bit(abi::VmoRight::kMap);
  Capability& self = look_up(request.invoked, ObjectType::kVmo, needs, 0);
  switch (request.call) {
    case SystemCall::kVmoMap:
      return map(self, request);
    case SystemCall::kVmoUnmap:
      unmap(self);
      return success();
    case SystemCall::kVmoInfo:
      return success({self.base, self.pages * kPage, self.device, self.sealed});
    case SystemCall::kVmoSlice:
      return slice(self, request);
    default:
      return seal(self);
  }
}

// copy and mint.
Answer Model::derive(const Request& request) {
  const auto [to, from, source, rights, badge] = request.a;
  const bool mint = request.call == SystemCall::kCNodeMint;
  Object& self = *look_up(request.invoked, ObjectType::kCnode, 0, 0).object;
  Object& node = *look_up(from, ObjectType::kCnode, bit(abi::CNodeRight::kRead), 2).object;
  if (mint) check_bits(rights, 0xff, Detail::kBadRange, 4);
  Slot& destination = slot_at(self, to, 1);
  Capability& original = *taken_slot(node, source, 3);
  expect_free(destination, 1);
  if (original.type == ObjectType::kUntyped || original.type == ObjectType::kReply) {
    refuse(abi::kEinval, Detail::kNotCopyable, 3);
  }
  if (original.type == ObjectType::kVmo && lacks(original, bit(abi::VmoRight::kShare))) {
    refuse(abi::kEperm, Detail::kBadRights, 3);
  }
  if (mint && lacks(original, rights)) refuse(abi::kEperm, Detail::kBadRights, 4);
  if (mint && badge != 0) {
    if (!takes_badge(original.type)) refuse(abi::kEinval, Detail::kBadType, 5);
    if (original.badge != 0) refuse(abi::kEinval, Detail::kOccupied, 5);
  }
  put(self, to,
      {.type = original.type,
       .rights = mint ? static_cast<std::uint8_t>(rights) : original.rights,
       .badge = mint && badge != 0 ? badge : original.badge,
       .object = original.object,
       .base = original.base,
       .pages = original.pages,
       .device = original.device,
       .sealed = original.sealed},
      original);
  return success();
}

Answer Model::move(const Request& request) {
  const auto [to, from, source, unused3, unused4] = request.a;
  Object& self = *look_up(request.invoked, ObjectType::kCnode, 0, 0).object;
  Object& node = *look_up(from, ObjectType::kCnode, bit(abi::CNodeRight::kWrite), 2).object;
  Slot& destination = slot_at(self, to, 1);
  Slot& origin = taken_slot(node, source, 3);
  expect_free(destination, 1);
  destination = std::move(origin);
  destination->node = &self;
  destination->index = static_cast<std::uint32_t>(to);
  if (destination->object.get() == &self) ++self_references;
  return success();
}

Answer Model::mutate(Capability& capability, std::uint8_t rights) {
  if (lacks(capability, rights)) refuse(abi::kEperm, Detail::kBadRights, 2);
  if (!capability.children.empty()) refuse(abi::kEbusy, Detail::kHasChildren, 1);
  if (capability.mapping && (capability.mapping->access & ~rights) != 0) {
    refuse(abi::kEbusy, Detail::kBadState, 1);
  }
  capability.rights = rights;
  return success();
}

// One capability after the other, the first child always. What the call needs may go with them.
Answer Model::revoke(const Request& request, bool interrupted) {
  const std::shared_ptr<Object> node = look_up(request.invoked, ObjectType::kCnode, 0, 0).object;
  Slot& slot = taken_slot(*node, request.a[0], 1);
  while (slot != nullptr && !slot->children.empty()) {
    const Capability& first = *slot->children.front();
    remove(first.node->slots[first.index]);
    if (slot == nullptr) ++slots_revoked;
    if (!interrupted) continue;
    if (cspace_->slots[request.invoked] == nullptr) ++nodes_revoked;
    look_up(request.invoked, ObjectType::kCnode, bit(abi::CNodeRight::kWrite), 0);
  }
  return success();
}

Capability& Model::put(Object& node, std::uint64_t index, Capability what, Capability& parent) {
  Slot& slot = node.slots[index];
  slot = std::make_unique<Capability>(std::move(what));
  slot->node = &node;
  slot->index = static_cast<std::uint32_t>(index);
  slot->parent = &parent;
  parent.children.push_back(slot.get());
  if (slot->object != nullptr) ++slot->object->names;
  if (slot->object.get() == &node) ++self_references;
  return *slot;
}

// Its children take its place. An object without a name is gone, and what was in it.
void Model::remove(Slot& slot) {
  unmap(*slot);
  const Slot gone = std::move(slot);
  std::vector<Capability*>& siblings = gone->parent->children;
  auto place = siblings.erase(std::ranges::find(siblings, gone.get()));
  siblings.insert(place, gone->children.begin(), gone->children.end());
  for (Capability* child : gone->children) child->parent = gone->parent;
  if (gone->object == nullptr || --gone->object->names != 0) return;
  for (Slot& inner : gone->object->slots) {
    if (inner != nullptr) remove(inner);
  }
}

}  // namespace tessera::testing::model
