#include "servers/bench/rows.h"

#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

Result<void> run(const Row& row, Figures& figures) {
  Arena arena;
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
