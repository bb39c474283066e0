// flood: four threads of one task print as fast as they can, each its numbered lines.
#include <atomic>
#include <cstdint>

#include "idl/service/console_client.h"
#include "servers/process/worker.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/text.h"
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

constexpr std::uint32_t kThreads = 4;
constexpr std::uint32_t kLines = 3000;
constexpr process::Worker kWorker({.threads = kThreads});

struct Count {
  std::atomic<std::uint32_t> ended;
  std::atomic<std::uint32_t> failed;
};
Count& count() { return kWorker.shared<Count>(); }

// One write: what two threads of a task print is not told apart. Whoever is refused tries again.
bool print_line(std::uint64_t thread, std::uint32_t line) {
  rt::Chunk text;
  rt::Chunks out([&text](const rt::Chunk& chunk) { text = chunk; });
  rt::write(out, "thread ", thread, " line ", line, '\n');
  out.flush();
  for (;; rt::pause()) {
    const auto done = service::ConsoleClient(rt::start::console()).write(text);
    if (done) return true;
    if (!(done.error() == service::ConsoleStatus::kBusy)) return false;
  }
}

void thread_main(std::uint64_t thread) {
  bool good = true;
  for (std::uint32_t line = 0; good && line < kLines; ++line) good = print_line(thread, line);
  if (!good) ++count().failed;
  ++count().ended;
  process::rest();
}

rt::Result<void> run() {
  RT_TRY(kWorker.make());
  RT_TRY(kWorker.give(rt::start::console()));
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    RT_TRY(kWorker.start(thread, thread_main, thread));
  }
  while (count().ended < kThreads) rt::pause();
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto done = run(); !done) return done.error().status;
  return count().failed == 0 ? 0 : 1;
}

}  // namespace tessera
