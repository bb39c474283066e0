// A stack of its own, on the thread of the host that made it: it runs when somebody switches to it,
// until it switches away. It may be left where it is and begun anew; nothing is unwound then, so
// what runs there owns nothing.
//
// Sanitizers know of it: to ThreadSanitizer each is a thread, and a switch orders nothing unless it
// says so.
#pragma once

#include <ucontext.h>

#include <functional>

namespace tessera::explore {

class Fiber {
 public:
  // The one that is running: the host's own.
  Fiber();
  // Runs `job` whenever it is begun. The job does not return.
  explicit Fiber(std::function<void()> job);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next switch to it starts the job.
  void begin();

  // Whether what was done here is seen there, as between two functions of one thread; or the two
  // are harts, which have to see to that themselves.
  enum class Order { kBefore, kNone };
  // Comes back when somebody switches to this one.
  void switch_to(Fiber& other, Order order);

 private:
  static void start();
  void arrive();

  std::function<void()> job_;
  void* stack_ = nullptr;  // null: the host's
  ucontext_t context_{};
  [[maybe_unused]] void* fake_stack_ = nullptr;  // AddressSanitizer's
  [[maybe_unused]] const void* host_stack_ = nullptr;
  [[maybe_unused]] std::size_t host_stack_size_ = 0;
  [[maybe_unused]] void* shadow_ = nullptr;  // ThreadSanitizer's
};

// Between the two, ThreadSanitizer takes no notice: what explores is in nobody's order.
class Unseen {
 public:
  Unseen();
  ~Unseen();
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
};

}  // namespace tessera::explore
