// The self-test of shootdowns: a Thread in a page that another hart has reached by an address, and
// whose place another page with another Thread then takes. Which of the two the other hart finds
// there, when that address comes by mail, says whether it still has the translation.
#include <new>

#include "kernel/arch/riscv64/boot.h"
#include "kernel/boot/test_harts.h"
#include "kernel/boot/wait.h"
#include "kernel/object/mail.h"
#include "kernel/object/round.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"

namespace tessera::boot {
namespace {

// What is in a page, whatever is mapped where.
Thread& in(PhysAddr page) { return *static_cast<Thread*>(arch::direct_map(page)); }

// A Thread at the probe's address, and in this page.
Thread& put(PhysAddr page) { return *new (arch::riscv64::open_probe(page)) Thread; }

// Sends the Thread of that address to the other hart; true: it has found the one in `seen`, and
// has not touched the one in `unseen`.
bool finds(Thread& address, Hart& other, PhysAddr seen, PhysAddr unseen) {
  for (const PhysAddr page : {seen, unseen}) prepare(in(page), other);
  wake(address);
  return wait_until([&] { return has_arrived(in(seen)) || has_arrived(in(unseen)); }) &&
         has_arrived(in(seen)) && !has_arrived(in(unseen));
}

// As a thread waits for a round; here its hart has nothing else to do.
bool make_round(Thread& waiter, Hart& self) {
  prepare(waiter, self);
  waiter.asked = Asked::kNothing;
  self.current = &waiter;
  std::uint16_t number = 0;
  if (wait_for_round(number).has_value()) return false;
  const bool is_back = wait_until([&] {
    take_mail(self);
    answer_round(self);
    return waiter.ready;
  });
  if (!is_back) return false;
  sched::make_wait(waiter);
  self.current = &waiter;
  const bool is_over = wait_for_round(number).has_value();
  self.current = nullptr;
  return is_over;
}

}  // namespace

void test_shootdown(Hart& self, Hart& other, const arch::PhysRange& spare) {
  const PhysAddr before = spare.start;
  const PhysAddr after = spare.start + kPageSize;
  Thread& waiter = *new (arch::direct_map(spare.start + 2 * kPageSize)) Thread;
  Thread& address = put(before);
  const bool has_translation = finds(address, other, before, after);
  put(after);
  result("tlb shootdown counterfactual", has_translation && finds(address, other, before, after));
  const bool is_over = make_round(waiter, self);
  result("tlb shootdown", is_over && finds(address, other, after, before));
  arch::riscv64::close_probe();
}

}  // namespace tessera::boot
