// Makes a task out of an Untyped and an image, in three steps: `make_task`, what its maker gives it
// beside, `start`. init and execd make tasks so, and nobody makes one in another way.
//
// A step that fails leaves what was made so far: whoever made the Untyped revokes it, and clears
// the bench (`clear`).
#ifndef SERVERS_PROCESS_MAKER_H_
#define SERVERS_PROCESS_MAKER_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/qos_control.h"
#include "idl/manifest.h"
#include "servers/elf/image.h"
#include "servers/process/bench.h"
#include "servers/process/failure.h"
#include "servers/process/loader.h"

namespace tessera::process {

// Who a task is, and out of what: slots of its maker's.
struct Plan {
  const manifest::Image& image;
  kernel::Untyped memory;                // pays for everything; as large as the image's quota
  rt::Slot task;                         // empty; the maker keeps the task here,
  rt::Slot thread;                       // and its first thread here
  rt::Slot ended;                        // a Notification to signal, with a badge, at its end
  kernel::IdentityControl identities{};  // allows its identity
  bool is_one_of_many = false;           // its identity's upper half tells which of the image's
  std::string_view argument;
};

struct Made {
  Child child;
  std::uint64_t identity = 0;
  std::uint64_t entry = 0;
  std::uint64_t stack = 0;
  std::uint64_t argument = 0;  // its address, or 0
};

// Its objects, its memory, and the capabilities to itself: all but what the manifest grants.
Result<Made> make_task(const Bench& bench, const Plan& plan, const elf::Image& program);

// What is left of its quota, in the start slot for that. Last of all that comes out of it.
Result<void> give_memory(const Child& child);

// It has the class before its first instruction. Of its objects the bench has none any more.
Result<void> start(const Bench& bench, const Made& made, kernel::QosControl authority,
                   abi::QosClass qos);

// Empties the bench.
void clear(const Bench& bench);

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_MAKER_H_
