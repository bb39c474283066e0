#include "servers/bench/rows.h"

#include "idl/kernel/self.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

// While the console printed, the bench waited: its class is owed a turn, which the scheduler looks
// at whenever it chooses, until the class has run for so long. So a row costs the same after any
// other.
rt::Result<void> settle() {
  RT_TRY_ASSIGN(const std::uint64_t begin, kernel::Self::now());
  for (std::uint64_t now = begin; now <= begin + abi::kShareTurn;) {
    RT_TRY_ASSIGN(now, kernel::Self::now());
  }
  return kernel::Self::yield();
}

Result<void> run(const Row& row, Figures& figures) {
  Arena arena;
  RT_TRY(step("settle", settle()));
  RT_TRY(arena.open());
  const auto done = row.run(arena, figures);
  const auto closed = arena.close();  // for the next row, whatever became of this one
  return done ? closed : done;
}

}  // namespace

bool measure_rows(std::span<const Row> rows) {
  bool all = true;
  for (const Row& row : rows) {
    if (!is_wanted(row.name)) continue;
    Figures figures;
    const auto done = run(row, figures);
    all &= done ? report(row.name, figures.samples()) : fail(row.name, done.error());
  }
  return all;
}

}  // namespace tessera::bench
