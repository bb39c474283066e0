#include "kernel/explore/fiber.h"

#include <sys/mman.h>

#include <utility>
#include <vector>

#include "kernel/base/check.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define EXPLORE_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
extern "C" void AnnotateIgnoreReadsBegin(const char* file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char* file, int line);
extern "C" void AnnotateIgnoreWritesBegin(const char* file, int line);
extern "C" void AnnotateIgnoreWritesEnd(const char* file, int line);
#define EXPLORE_TSAN 1
#endif
#endif

namespace tessera::explore {
namespace {

constexpr std::size_t kStackSize = std::size_t{256} << 10;

// Stacks that nobody has.
std::vector<void*> free_stacks;

void* take_stack() {
  if (!free_stacks.empty()) {
    void* stack = free_stacks.back();
    free_stacks.pop_back();
    return stack;
  }
  void* stack =
      mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(stack != MAP_FAILED);
  return stack;
}

// Who was left at the last switch, and who was entered.
Fiber* left = nullptr;
Fiber* entered = nullptr;

// How many Unseen there are on the stack that is in use: a fiber that is left for good has none.
int unseen = 0;

void ignore() {
#ifdef EXPLORE_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
  ++unseen;
}
void notice() {
  --unseen;
#ifdef EXPLORE_TSAN
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

#ifdef EXPLORE_TSAN
// What all have done is before what the host does when they are over.
int all_that_was_done = 0;
#endif

}  // namespace

Fiber::Fiber() {
#ifdef EXPLORE_TSAN
  shadow_ = __tsan_get_current_fiber();
#endif
}

Fiber::Fiber(std::function<void()> job) : job_(std::move(job)), stack_(take_stack()) { begin(); }

Fiber::~Fiber() {
  if (stack_ == nullptr) return;
#ifdef EXPLORE_TSAN
  __tsan_destroy_fiber(shadow_);
#endif
  free_stacks.push_back(stack_);
}

void Fiber::begin() {
#ifdef EXPLORE_ASAN
  __asan_unpoison_memory_region(stack_, kStackSize);
#endif
#ifdef EXPLORE_TSAN
  if (shadow_ != nullptr) __tsan_destroy_fiber(shadow_);
  shadow_ = __tsan_create_fiber(0);
#endif
  fake_stack_ = nullptr;
  CHECK(getcontext(&context_) == 0);
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = kStackSize;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fiber::start, 0);
}

[[clang::no_sanitize("thread")]] void Fiber::start() {
  entered->arrive();
  entered->job_();
  CHECK(false);  // a job does not return
}

// The switch to this one is over.
[[clang::no_sanitize("thread")]] void Fiber::arrive() {
#ifdef EXPLORE_ASAN
  const void* stack = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(fake_stack_, &stack, &size);
  if (left != nullptr && left->stack_ == nullptr) {
    left->host_stack_ = stack;
    left->host_stack_size_ = size;
  }
#endif
}

[[clang::no_sanitize("thread")]] void Fiber::switch_to(Fiber& other, Order order) {
  const int depth = unseen;
  ignore();
  left = this;
  entered = &other;
  while (unseen != 0) notice();
#ifdef EXPLORE_ASAN
  const bool is_host = other.stack_ == nullptr;
  __sanitizer_start_switch_fiber(&fake_stack_, is_host ? other.host_stack_ : other.stack_,
                                 is_host ? other.host_stack_size_ : kStackSize);
#endif
#ifdef EXPLORE_TSAN
  __tsan_release(&all_that_was_done);
  __tsan_switch_to_fiber(other.shadow_, order == Order::kNone ? __tsan_switch_to_fiber_no_sync : 0);
#endif
  static_cast<void>(order);
  swapcontext(&context_, &other.context_);
#ifdef EXPLORE_TSAN
  if (stack_ == nullptr) __tsan_acquire(&all_that_was_done);
#endif
  arrive();
  while (unseen != depth) ignore();
}

Unseen::Unseen() { ignore(); }
Unseen::~Unseen() { notice(); }

}  // namespace tessera::explore
