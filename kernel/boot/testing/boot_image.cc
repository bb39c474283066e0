// A kernel that only boots, for boot_image_test.sh: it shows what the machine is and runs a little
// user code, or breaks the one rule that its arguments name (test=NAME) and must not survive that.
//
// Lines for the test start with "BOOT ".
#include <cstdint>
#include <string_view>

#include "kernel/arch/contract/arch.h"
#include "kernel/arch/early_console.h"
#include "kernel/arch/riscv64/boot.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/page_table.h"
#include "kernel/base/bits.h"
#include "kernel/base/check.h"
#include "kernel/boot/start_machine.h"

extern "C" {
struct WayOut {
  tessera::arch::Frame* frame;
  std::uint64_t load;
};
WayOut system_call(tessera::arch::HartLocal* hart);
tessera::arch::Frame* fault_path(tessera::arch::HartLocal* hart, std::uint64_t cause,
                                 std::uint64_t value);
tessera::arch::Frame* interrupt_path(tessera::arch::HartLocal* hart, std::uint64_t cause);
[[noreturn]] void kernel_main(std::uint64_t hart_id, std::uint64_t dtb);
// What boot.S and trap.S go to with other harts and with the hot calls. There are none here.
[[noreturn]] void other_main();
[[noreturn]] void fast_call_path();
[[noreturn]] void fast_call_with_path();
[[noreturn]] void fast_reply_receive_path();
[[noreturn]] void fast_now_path();
[[noreturn]] void fast_signal_path();
// boot_user.S
extern const std::uint32_t user_code[];
extern const std::uint32_t user_other[];
extern const std::uint32_t user_code_end[];
}

namespace tessera::boot {
namespace {

using arch::print;
using arch::print_decimal;
using arch::print_hex;

using arch::Frame;
using arch::riscv64::PageTable;

constexpr VirtAddr kUserCode{0x10000};
constexpr VirtAddr kUserStack{0x11000};
constexpr std::uint64_t kUserPage = PTE_V | PTE_U | PTE_A | PTE_D;
constexpr std::uint64_t kNotThere = 0xffff'ffff'0000'0000;

constinit arch::HartLocal hart;
constinit Frame threads[2];
constinit volatile std::uint64_t written_data = 1;
const volatile std::uint64_t kReadOnly = 2;

// What the user code's ecalls say in a7.
enum class Report : std::uint64_t {
  kNothing = 1000,
  kRegisters = 1001,
  kTimer = 1002,
  kCounters = 1003,
  kFloatingPoint = 1004,
  kEnd = 1005
};

void say(std::string_view what) {
  print("BOOT ");
  print(what);
  print("\n");
}

void write(std::uint64_t address) { *reinterpret_cast<volatile std::uint64_t*>(address) = 0; }
std::uint64_t read(std::uint64_t address) {
  return *reinterpret_cast<const volatile std::uint64_t*>(address);
}
void run(std::uint64_t address) { reinterpret_cast<void (*)()>(address)(); }
std::uint64_t direct(std::uint64_t physical) { return arch::riscv64::kDirectMapBase + physical; }
std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

void overflow_stack() {
  asm volatile(
      "1: addi sp, sp, -16\n"
      "   sd zero, 0(sp)\n"
      "   j 1b\n");
}

// Each must end in an epitaph. What comes back did not.
void break_rule(std::string_view arguments, std::uint64_t dtb_window) {
  const auto is = [arguments](std::string_view name) { return has_word(arguments, name); };
  if (is("test=stack_overflow")) overflow_stack();
  if (is("test=write_text")) write(address_of(reinterpret_cast<const void*>(&kernel_main)));
  if (is("test=write_rodata")) write(address_of(const_cast<const std::uint64_t*>(&kReadOnly)));
  if (is("test=run_data")) run(address_of(const_cast<const std::uint64_t*>(&written_data)));
  if (is("test=run_rodata")) run(address_of(const_cast<const std::uint64_t*>(&kReadOnly)));
  if (is("test=run_direct_map")) run(direct(0x8040'0000));
  if (is("test=image_alias")) write(direct(IMAGE_PHYSICAL));
  if (is("test=firmware_alias")) static_cast<void>(read(direct(0x8000'0000)));
  if (is("test=identity")) static_cast<void>(read(IMAGE_PHYSICAL));
  if (is("test=user_pointer")) static_cast<void>(read(kUserStack.value));
  if (is("test=run_user")) run(kUserCode.value);
  if (is("test=null")) static_cast<void>(read(written_data - 1));
  if (is("test=dtb_window")) static_cast<void>(read(dtb_window));
  if (is("test=beyond")) static_cast<void>(read(kNotThere));
  if (is("test=check")) CHECK(written_data == 0);
}

PhysAddr take_page(MemoryMap& memory) {
  PhysRange& region = memory.free[memory.free.size() - 1];
  const PhysAddr page = region.start;
  region = {page + kPageSize, region.size - kPageSize};
  arch::zero(arch::direct_map(page), kPageSize);
  return page;
}

PageTable& table(PhysAddr page) { return *static_cast<PageTable*>(arch::direct_map(page)); }

// A user space with a page of code and one of stack.
void make_user(MemoryMap& memory) {
  const PhysAddr root = take_page(memory);
  const PhysAddr middle = take_page(memory);
  const PhysAddr last = take_page(memory);
  const PhysAddr code = take_page(memory);
  arch::install_kernel_half(arch::direct_map(root));
  table(root).entries[0] = arch::riscv64::branch(middle);
  table(middle).entries[0] = arch::riscv64::branch(last);
  table(last).entries[arch::riscv64::index_at(kUserCode, 0)] =
      arch::riscv64::leaf(code, kUserPage | PTE_R | PTE_X);
  table(last).entries[arch::riscv64::index_at(kUserStack, 0)] =
      arch::riscv64::leaf(take_page(memory), kUserPage | PTE_R | PTE_W);
  auto* to = static_cast<std::uint32_t*>(arch::direct_map(code));
  for (const std::uint32_t* from = user_code; from != user_code_end;) *to++ = *from++;
  arch::sync_instructions();
  arch::activate(root, Asid{1});
}

void show(const Started& started) {
  print("BOOT harts=");
  print_decimal(started.machine.harts.size());
  print(" sstc=");
  print_decimal(started.machine.sstc ? 1 : 0);
  print(" asids=");
  print_decimal(arch::asid_count());
  print(" ram=");
  print_decimal(started.machine.ram[0].size >> 20);
  print("\n");
  for (const PhysRange& region : started.memory.free) {
    print("BOOT free ");
    print_hex(region.start.value);
    print(" ");
    print_hex(region.size);
    print("\n");
  }
}

// The first and last word of each free region, by the direct map.
void touch(const MemoryMap& memory) {
  for (const PhysRange& region : memory.free) {
    for (const std::uint64_t at : {region.start.value, region.end().value - 8}) {
      write(direct(at));
      CHECK(read(direct(at)) == 0);
      CHECK(arch::physical(arch::direct_map({at})) == PhysAddr{at});
    }
  }
}

void sleep_a_little() {
  const Nanoseconds start = arch::now();
  const Nanoseconds deadline{start.value + 1'000'001};  // no whole tick
  arch::set_timer(deadline);
  while (!arch::interrupt_pending()) arch::wait_for_interrupt();
  CHECK(arch::now() >= deadline);
  arch::set_timer(kNever);
  CHECK(!arch::interrupt_pending());
  say("slept");
}

// How much of the stack was never written: it was zero when the machine started.
void measure_stack() {
  const std::uint64_t bottom = hart.stack_top - arch::riscv64::kStackSize;
  std::uint64_t free = 0;
  while (read(bottom + free) == 0) free += 8;
  print("BOOT stack_free=");
  print_decimal(free);
  print("\n");
}

// What trap entry saves into: the hart's current thread, which here is a frame alone.
void run(Frame& frame) {
  hart.current = reinterpret_cast<Runnable*>(address_of(&frame) - arch::kFrameOffset);
}
Frame& frame_that_runs() {
  return *reinterpret_cast<Frame*>(address_of(hart.current) + arch::kFrameOffset);
}

[[noreturn]] void start_threads() {
  threads[0].pc() = kUserCode.value;
  threads[0].sp() = kUserStack.value + kPageSize;
  threads[1].pc() = kUserCode.value + (address_of(user_other) - address_of(user_code));
  run(threads[0]);
  arch::set_timer({arch::now().value + 1'000'000});
  arch::riscv64::enter_user(&threads[0]);
}

// What the thread that runs has found. NOTHING lets the other one run.
void report(Frame& frame) {
  const bool good = frame.x[10] == 0;
  switch (Report{frame.x[17]}) {
    case Report::kNothing:
      return run(&frame == &threads[0] ? threads[1] : threads[0]);
    case Report::kRegisters:
      return say(good ? "registers kept" : "registers lost");
    case Report::kTimer:
      return say("timer interrupted user");
    case Report::kCounters:
      return say(good ? "counters hidden" : "counters shown");
    case Report::kFloatingPoint:
      return say(good ? "floating point off" : "floating point on");
    case Report::kEnd:
      say("end");
      arch::shut_down(false);
  }
}

}  // namespace
}  // namespace tessera::boot

extern "C" WayOut system_call(tessera::arch::HartLocal* /*hart*/) {
  using namespace tessera;
  boot::report(boot::frame_that_runs());
  return {&boot::frame_that_runs(), 2};
}

namespace {

// No trap that the user code makes.
tessera::arch::Frame* is_unexpected(std::uint64_t cause, std::uint64_t value) {
  using namespace tessera;
  boot::print_hex(cause);
  boot::print(" ");
  boot::print_hex(value);
  CHECK(false);
  return nullptr;
}

}  // namespace

extern "C" tessera::arch::Frame* fault_path(tessera::arch::HartLocal* /*hart*/, std::uint64_t cause,
                                            std::uint64_t value) {
  using namespace tessera;
  constexpr std::uint64_t kIllegalInstruction = 2;
  if (cause != kIllegalInstruction) return is_unexpected(cause, value);
  arch::Frame& frame = boot::frame_that_runs();
  frame.x[10] = 0;
  frame.pc() += 4;
  return &boot::frame_that_runs();
}

extern "C" tessera::arch::Frame* interrupt_path(tessera::arch::HartLocal* /*hart*/,
                                                std::uint64_t cause) {
  using namespace tessera;
  constexpr std::uint64_t kTimer = std::uint64_t{1} << 63 | 5;
  if (cause != kTimer) return is_unexpected(cause, 0);
  // Not only once: the user code may not have come to its loop yet.
  arch::set_timer({arch::now().value + 1'000'000});
  boot::frame_that_runs().x[10] = 0;
  return &boot::frame_that_runs();
}

extern "C" void kernel_main(std::uint64_t hart_id, std::uint64_t dtb) {
  using namespace tessera;
  arch::riscv64::adopt_hart(boot::hart);
  boot::hart.id = {hart_id};
  {
    boot::Started started;
    boot::start_machine({dtb}, started);
    boot::show(started);
    arch::riscv64::start_hart();
    if (boot::has_word(started.machine.bootargs, "user_counters")) {
      arch::riscv64::allow_user_counters();
    }
    boot::touch(started.memory);
    boot::make_user(started.memory);
    // The arguments are in the window that is to be closed.
    char arguments[64];
    std::size_t length = 0;
    for (const char c : started.machine.bootargs) {
      if (length < sizeof(arguments)) arguments[length++] = c;
    }
    arch::riscv64::close_windows();
    boot::break_rule({arguments, length},
                     reinterpret_cast<std::uint64_t>(started.machine.bootargs.data()));
  }
  boot::sleep_a_little();
  boot::measure_stack();
  boot::start_threads();
}

extern "C" void other_main() { CHECK(false); }
extern "C" void fast_call_path() { CHECK(false); }
extern "C" void fast_call_with_path() { CHECK(false); }
extern "C" void fast_reply_receive_path() { CHECK(false); }
extern "C" void fast_now_path() { CHECK(false); }
extern "C" void fast_signal_path() { CHECK(false); }
