// Random calls on capabilities, made to the kernel and to the reference model of capability space
// (kernel/testing/model.h); after each, the answer and the whole state are compared.
//
// Of the environment: SEED, STEPS and CHECK_EVERY (after how many steps the kernel's invariants are
// walked, too) choose another run; a failure prints its seed. A million steps take two minutes:
//   tools/bazel test //kernel/syscall:model_test --test_env=STEPS=1000000 --test_env=SEED=$RANDOM
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "kernel/arch/contract/arch.h"
#include "kernel/testing/model_compare.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;
using abi::SystemCall;
using model::Answer;
using model::Capability;
using model::Object;
using model::Request;

constexpr std::uint64_t kSteps = 120'000;
constexpr std::uint64_t kCheckEvery = 50;
// Of the first steps, each.
constexpr std::uint64_t kAllChecked = 4'000;
constexpr std::uint64_t kStepsOfAWorld = 1500;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 0);
}

// Chooses calls: mostly such that something comes of them.
class Chooser {
 public:
  Chooser(std::uint64_t seed, model::Model& model) : random_(seed), model_(model) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  Request request() {
    struct Weight {
      unsigned weight;
      SystemCall call;
    };
    constexpr Weight kWeights[] = {{16, SystemCall::kUntypedRetype}, {2, SystemCall::kUntypedInfo},
                                   {14, SystemCall::kCNodeCopy},     {12, SystemCall::kCNodeMint},
                                   {12, SystemCall::kCNodeMove},     {14, SystemCall::kCNodeDelete},
                                   {6, SystemCall::kCNodeRevoke},    {3, SystemCall::kCNodeQuery},
                                   {5, SystemCall::kCNodeMutate},    {12, SystemCall::kVmoMap},
                                   {5, SystemCall::kVmoUnmap},       {2, SystemCall::kVmoInfo},
                                   {8, SystemCall::kVmoSlice},       {3, SystemCall::kVmoSeal}};
    std::uint64_t dice = below(114);
    const Weight* weight = kWeights;
    while (dice >= weight->weight) dice -= (weight++)->weight;
    Request request{.call = weight->call, .invoked = 0, .a = {}};
    fill(request);
    // Now and then something is out of order.
    if (below(16) == 0) request.a[below(5)] = below(2) == 0 ? below(80) : ~std::uint64_t{0};
    if (below(30) == 0) request.invoked = below(70);
    return request;
  }

 private:
  void fill(Request& r) {
    switch (r.call) {
      case SystemCall::kUntypedRetype:
        return retype(r);
      case SystemCall::kUntypedInfo:
        r.invoked = address_of(ObjectType::kUntyped);
        return;
      case SystemCall::kCNodeCopy:
      case SystemCall::kCNodeMint:
      case SystemCall::kCNodeMove:
        return ends(r);
      case SystemCall::kCNodeDelete:
      case SystemCall::kCNodeRevoke:
      case SystemCall::kCNodeQuery:
      case SystemCall::kCNodeMutate:
        r.invoked = address_of(ObjectType::kCnode);
        r.a[0] = index_in(r.invoked, below(12) != 0);
        r.a[1] = below(4) == 0 ? below(32) : below(32) | below(32);
        return;
      default:
        return vmo(r);
    }
  }
  void retype(Request& r) {
    r.invoked = address_of(ObjectType::kUntyped);
    auto type = static_cast<ObjectType>(1 + below(9));
    if (below(3) == 0) type = ObjectType::kVmo;
    r.a[0] = std::to_underlying(type);
    if (type == ObjectType::kUntyped || type == ObjectType::kVmo) r.a[1] = 4096 * (1 + below(5));
    if (type == ObjectType::kCnode) r.a[1] = below(8) == 0 ? below(80) : 8 + below(10);
    if (below(30) == 0) r.a[1] = std::uint64_t{1} << below(64);
    r.a[2] = address_of(ObjectType::kCnode);
    r.a[3] = index_in(r.a[2], false);
    r.a[4] = below(4) == 0 ? 1 + below(3) : 1;
  }
  void ends(Request& r) {
    r.invoked = address_of(ObjectType::kCnode);
    r.a[0] = index_in(r.invoked, below(12) == 0);
    r.a[1] = address_of(ObjectType::kCnode);
    r.a[2] = index_in(r.a[1], below(12) != 0);
    r.a[3] = below(4) == 0 ? below(33) : 0x1f & rights_at(r.a[1], r.a[2]) & (below(32) | below(32));
    r.a[4] = below(2) == 0 ? 0 : below(5);
  }
  void vmo(Request& r) {
    r.invoked = address_of(ObjectType::kVmo);
    if (r.call == SystemCall::kVmoMap) {
      r.a[0] = address_of(ObjectType::kTask);
      r.a[1] = kPlaces[below(std::size(kPlaces))];
      constexpr std::uint64_t kAccesses[] = {1, 1, 3, 3, 5, 4, 0, 2, 6, 7, 8};
      r.a[2] = kAccesses[below(below(4) == 0 ? std::size(kAccesses) : 5)];
    } else if (r.call == SystemCall::kVmoSlice) {
      r.a[0] = 4096 * below(4);
      r.a[1] = 4096 * (1 + below(3));
      r.a[2] = address_of(ObjectType::kCnode);
      r.a[3] = index_in(r.a[2], false);
      r.a[4] = rights_at(0, r.invoked) & (below(32) | below(32));
    }
  }

  // Where the caller has a capability of the type; anywhere when it has none.
  std::uint64_t address_of(ObjectType type) {
    const auto& slots = model_.cspace().slots;
    const std::uint64_t start = below(slots.size());
    for (std::uint64_t i = 0; i < slots.size(); ++i) {
      const std::uint64_t at = (start + i) % slots.size();
      if (slots[at] != nullptr && slots[at]->type == type) return at;
    }
    return below(slots.size());
  }
  const Object* node_at(std::uint64_t address) {
    const auto& slots = model_.cspace().slots;
    if (address >= slots.size() || slots[address] == nullptr) return nullptr;
    return slots[address]->type == ObjectType::kCnode ? slots[address]->object.get() : nullptr;
  }
  // An index in the CNode at an address where something is, or nothing.
  std::uint64_t index_in(std::uint64_t address, bool taken) {
    const Object* node = node_at(address);
    if (node == nullptr) return below(20);
    const std::uint64_t start = below(node->slots.size());
    for (std::uint64_t i = 0; i < node->slots.size(); ++i) {
      const std::uint64_t at = (start + i) % node->slots.size();
      if (at != 0 && (node->slots[at] != nullptr) == taken) return at;
    }
    return start;
  }
  // Of a capability in the CNode at `address`; 0: in the caller's CSpace.
  std::uint64_t rights_at(std::uint64_t address, std::uint64_t index) {
    const Object* node = address == 0 ? &model_.cspace() : node_at(address);
    if (node == nullptr || index >= node->slots.size() || node->slots[index] == nullptr) return 0;
    return node->slots[index]->rights;
  }

  std::mt19937_64 random_;
  model::Model& model_;
};

// One world and its model.
class Pair {
 public:
  explicit Pair(std::uint64_t seed) : chooser_(seed, both_.model()) {}

  void step(std::map<std::string, int>& outcomes) {
    const Request request = chooser_.request();
    const bool interrupted = chooser_.below(3) == 0;
    both_.make(request, interrupted);
    const Answer expected = both_.model().call(request, interrupted);
    both_.compare_answers(request, expected);
    both_.compare_state();
    ++outcomes[std::string(to_string(request.call)) + " " + std::to_string(expected.status) + " " +
               std::string(abi::to_string(expected.detail))];
    const bool executable = request.call == SystemCall::kVmoMap && (request.a[2] & 4) != 0;
    if (executable && expected.status == 0) ++outcomes["mapped executable"];
  }
  void check_all() { both_.check_all(); }
  void count_rare(std::map<std::string, int>& outcomes) {
    outcomes["slots revoked"] += both_.model().slots_revoked;
    outcomes["nodes revoked"] += both_.model().nodes_revoked;
    outcomes["self references"] += both_.model().self_references;
  }
  // The caller can do nothing more on its own CSpace, or has no memory.
  bool over() {
    bool node = false;
    bool memory = false;
    for (const auto& slot : both_.model().cspace().slots) {
      if (slot == nullptr) continue;
      node = node || (slot->object.get() == &both_.model().cspace() && slot->rights == 3);
      memory = memory || (slot->type == ObjectType::kUntyped && slot->rights != 0);
    }
    return !node || !memory;
  }

 private:
  Both both_;
  Chooser chooser_;
};

TEST(ModelTest, TheKernelDoesWhatTheModelDoes) {
  const std::uint64_t seed = number_from("SEED", 1);
  const std::uint64_t steps = number_from("STEPS", kSteps);
  const std::uint64_t check_every = number_from("CHECK_EVERY", kCheckEvery);
  std::printf("SEED=%llu STEPS=%llu\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(steps));
  std::map<std::string, int> outcomes;
  std::uint64_t done = 0;
  for (std::uint64_t world = 0; done < steps; ++world) {
    SCOPED_TRACE("SEED=" + std::to_string(seed + world) +
                 " STEPS=" + std::to_string(kStepsOfAWorld));
    Pair pair(seed + world);
    for (std::uint64_t i = 0; i < kStepsOfAWorld && done < steps && !pair.over(); ++i, ++done) {
      pair.step(outcomes);
      if (done < kAllChecked || i % check_every == check_every - 1) pair.check_all();
      if (::testing::Test::HasFailure()) FAIL() << "step " << i;
    }
    pair.count_rare(outcomes);
  }
  if (std::getenv("VERBOSE") != nullptr) {
    for (const auto& [what, count] : outcomes) std::printf("%7d %s\n", count, what.c_str());
  }
  // The test reaches what it is about.
  if (steps < kSteps) return;
  for (const char* reached : {"Untyped.retype 0 none",
                              "Untyped.retype -12 noMemory",
                              "Untyped.retype -17 occupied",
                              "CNode.copy 0 none",
                              "CNode.mint 0 none",
                              "CNode.mint -22 occupied",
                              "CNode.move 0 none",
                              "CNode.delete 0 none",
                              "CNode.revoke 0 none",
                              "CNode.mutate 0 none",
                              "CNode.mutate -16 hasChildren",
                              "Vmo.map 0 none",
                              "Vmo.map -12 noMemory",
                              "Vmo.map -17 overlap",
                              "Vmo.map -1 writeExecute",
                              "mapped executable",
                              "Vmo.unmap 0 none",
                              "Vmo.slice 0 none",
                              "Vmo.slice -22 badRange",
                              "Vmo.seal 0 none",
                              "Vmo.seal -16 badState",
                              "slots revoked",
                              "nodes revoked",
                              "self references"}) {
    EXPECT_GT(outcomes[reached], 0) << reached;
  }
}

}  // namespace
}  // namespace tessera::testing
