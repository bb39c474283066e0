// A World of several harts in which threads have programs of their own, and the explorer sees to
// who goes on when. A program is written with the stubs that user space has; its system calls go
// through the kernel's real entrance, and by the short ways where trap entry takes them.
//
//   struct TwoCalls : Play {
//     TwoCalls() : Play(2) {
//       plays("client", *client.thread, 0, [this] { answer = endpoint.call(...); });
//     }
//     std::string check_play() override { return ... }
//   };
//
// What a program leaves behind is never unwound: it keeps what it owns in the scenario.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "kernel/explore/explorer.h"
#include "kernel/testing/world.h"

namespace tessera::explore {

class Play : public Scenario {
 public:
  explicit Play(unsigned harts);
  ~Play() override;
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  unsigned harts() const final { return harts_; }
  void begin() final;
  void run(unsigned hart) final;
  void enters(unsigned hart) final;
  // The invariants, among them that nobody is on the way any more; and check_play().
  std::string check() final;

 protected:
  // When nobody has anything to do: what is wrong; empty: nothing.
  virtual std::string check_play() = 0;

  // What a thread does from now on. It is ready, on that hart; after its program it waits for ever.
  void plays(const char* name, Thread& thread, unsigned hart, std::function<void()> program);
  bool has_played(const Thread& thread) const;

  // In a program: an instruction of user space's own, before which interrupts are taken.
  void instruction();
  // A load of its own; the byte. Where nothing is mapped the thread faults, and tries again if it
  // goes on.
  std::byte load(VirtAddr address);

  testing::World world;

 private:
  struct Role;

  friend void system_call_of_play(rt::Registers& r);
  Role& role_here();
  // Leaves user space, and comes back when the thread runs again.
  void trap(Role& role, std::uint64_t cause, std::uint64_t value);
  void system_call(rt::Registers& r);
  void live(Role& role);

  unsigned harts_;
  std::map<const Thread*, std::unique_ptr<Role>> roles_;
  rt::Slot never_{0};  // a Notification that nobody signals
};

// Explores, and expects that nothing is wrong; prints how many interleavings there were. `less`:
// with so many preemptions fewer than the others, for a scenario that is too long for as many.
void expect_right_of(const std::function<std::unique_ptr<Scenario>()>& make, unsigned less = 0);
template <class P>
void expect_right(unsigned less = 0) {
  expect_right_of([] { return std::make_unique<P>(); }, less);
}

}  // namespace tessera::explore
