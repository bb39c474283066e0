// Not a kernel: what a kernel and its servers print, said by one program, after it has found and
// checked the bundle as a kernel would. Prints PANIC where that fails.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bootimage/bundle.h"

// Compilers take these two for granted.
extern "C" void* memcpy(void* to, const void* from, std::size_t size);
extern "C" void* memset(void* to, int value, std::size_t size);
extern "C" [[noreturn]] void puppet_main();

extern "C" void* memcpy(void* to, const void* from, std::size_t size) {
  auto* const out = static_cast<volatile unsigned char*>(to);
  const auto* const in = static_cast<const unsigned char*>(from);
  for (std::size_t i = 0; i < size; ++i) out[i] = in[i];
  return to;
}

extern "C" void* memset(void* to, int value, std::size_t size) {
  auto* const out = static_cast<volatile unsigned char*>(to);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(value);
  return to;
}

namespace {

using std::string_view_literals::operator""sv;  // no strlen when it runs

// QEMU's virt machine: NS16550 at 0x1000'0000; RAM at 0x8000'0000, here 256 MiB of it.
volatile unsigned char* const kUart = reinterpret_cast<volatile unsigned char*>(0x1000'0000);
constexpr std::uintptr_t kSearchFrom = 0x8100'0000;
constexpr std::uintptr_t kRamEnd = 0x9000'0000;

void print(std::string_view text) {
  for (const char c : text) *kUart = static_cast<unsigned char>(c);
}

void print_number(std::uint64_t value) {
  if (value >= 10) print_number(value / 10);
  *kUart = static_cast<unsigned char>('0' + value % 10);
}

std::uint64_t instructions() {
  std::uint64_t count = 0;
  asm volatile("rdinstret %0" : "=r"(count));
  return count;
}

[[noreturn]] void shut_down() {
  // SBI specification 1.0, chapter 10: System Reset, type 0 (shutdown), reason 0.
  register std::uint64_t a0 asm("a0") = 0;
  register std::uint64_t a1 asm("a1") = 0;
  register std::uint64_t a6 asm("a6") = 0;
  register std::uint64_t a7 asm("a7") = 0x53525354;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  for (;;) asm volatile("wfi");
}

[[noreturn]] void panic(std::string_view why) {
  print("PANIC "sv);
  print(why);
  print("\n"sv);
  shut_down();
}

// By its magic: this is no place to read a DTB.
bundle::Bytes find_bundle() {
  for (std::uintptr_t at = kSearchFrom; at < kRamEnd; at += bundle::kPageSize) {
    const bundle::Bytes rest(reinterpret_cast<const std::byte*>(at), kRamEnd - at);
    if (bundle::load<std::uint64_t>(rest, bundle::kAtMagic) == bundle::kMagic) return rest;
  }
  panic("no bundle"sv);
}

void check_bundle() {
  const bundle::Bytes bytes = find_bundle();
  const std::uint64_t before = instructions();
  const auto opened = bundle::Bundle::open(bytes);
  if (!opened) panic(bundle::describe(opened.error()));
  const auto task = opened->first_task();
  if (!task) panic(bundle::describe(task.error()));
  const std::uint64_t after = instructions();
  if (task->segments().size() != 3 || task->entry != 0x10000) panic("not the sample"sv);
  if (!opened->find("console"sv) || opened->find("none"sv)) panic("wrong names"sv);
  for (std::uint32_t i = 0; i < opened->file_count(); ++i) {
    if (!opened->entry(i)->content_is_intact()) panic("wrong content"sv);
  }
  print("puppet: checked the bundle in "sv);
  print_number(after - before);
  print(" instructions\n"sv);
}

}  // namespace

extern "C" [[noreturn]] void puppet_main() {
  check_bundle();
  print(
      "tessera vers. puppet\r\n"
      "KINIT: cpu0 online\r\n"
      "KINIT: cpu1 online\r\n"
      "KSELFTEST: smp online ok\r\n"
      "KSELFTEST: ipi counterfactual ok\r\n"
      "KSELFTEST: ipi resched ok\r\n"
      "KSELFTEST: test_reject_invalid_ipi_target_cpu ok\r\n"
      "KSELFTEST: test_reject_offline_cpu_resched ok\r\n"
      "KSELFTEST: work stealing ok\r\n"
      "KSELFTEST: test_reject_steal_above_bound ok\r\n"
      "KSELFTEST: test_reject_steal_higher_qos ok\r\n"
      "KSELFTEST: tlb shootdown counterfactual ok\r\n"
      "KSELFTEST: tlb shootdown ok\r\n"
      "init: start\r\n"
      "init: start console\r\n"
      "init: up console\r\n"
      "init: start auditd\r\n"
      "init: up auditd\r\n"
      "init: start policyd\r\n"
      "policyd: ready\r\n"
      "init: up policyd\r\n"
      "init: start timed\r\n"
      "timed: ready\r\n"
      "init: up timed\r\n"
      "init: start execd\r\n"
      "execd: ready\r\n"
      "init: up execd\r\n"
      "init: ready\r\n"
      "SELFTEST: qos ok\r\n"
      "SELFTEST: timed coalesce ok\r\n"
      "SELFTEST: mmio map ok\r\n"
      "SELFTEST: cap query mmio ok\r\n"
      "SELFTEST: cap query vmo ok\r\n"
      "SELFTEST: ipc payload roundtrip ok\r\n"
      "SELFTEST: ipc deadline timeout ok\r\n"
      "SELFTEST: ipc sender identity ok\r\n"
      "SELFTEST: ipc cap transfer ok\r\n"
      "SELFTEST: vmo share ok\r\n"
      "SELFTEST: vmo seal ok\r\n"
      "SELFTEST: vmo revoke unmaps ok\r\n"
      "SELFTEST: policy allow ok\r\n"
      "SELFTEST: policy deny ok\r\n"
      "SELFTEST: mmio policy deny ok\r\n"
      "SELFTEST: policy spoof denied ok\r\n"
      "SELFTEST: policy malformed ok\r\n"
      "SELFTEST: policy silent denied ok\r\n"
      "child: hello\r\n"
      "execd: elf load ok image=child task=9\r\n"
      "SELFTEST: e2e exec-elf ok\r\n"
      "execd: child exited task=9 status=51\r\n"
      "SELFTEST: child exit ok\r\n"
      "execd: crash report task=10 cause=readFault pc=0x10004 image=child\r\n"
      "SELFTEST: crash report ok\r\n"
      "SELFTEST: exec denied ok\r\n"
      "SELFTEST: execd malformed ok\r\n"
      "SELFTEST: reap storm ok\r\n"
      "SELFTEST: rng ok\r\n"
      "SELFTEST: end\r\n"sv);
  shut_down();
}
