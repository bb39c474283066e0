#include "kernel/explore/explorer.h"

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <utility>
#include <vector>

#include "absl/debugging/symbolize.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "kernel/base/check.h"

namespace tessera::explore {
namespace {

// Which way each choice goes: a walk through the tree of all, depth first.
class Choices {
 public:
  void rewind() { at_ = 0; }
  std::size_t of(std::size_t ways) {
    if (at_ == path_.size()) path_.push_back({0, ways});
    const Choice& choice = path_[at_++];
    CHECK(choice.ways == ways);  // or the scenario is not the same each time
    return choice.way;
  }
  // False: all are done.
  bool next() {
    while (!path_.empty() && path_.back().way + 1 == path_.back().ways) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().way;
    return true;
  }

 private:
  struct Choice {
    std::size_t way, ways;
  };
  std::vector<Choice> path_;
  std::size_t at_ = 0;
};

enum class Status { kRuns, kRelaxes, kWaits, kOver };

struct HartOfRun {
  explicit HartOfRun(std::function<void()> job) : own(std::move(job)) {}

  Fiber own;
  Fiber* place = nullptr;  // where it goes on
  Status status = Status::kOver;
  std::uint64_t since = 0;                           // kRelaxes: how far all were
  const std::function<bool()>* condition = nullptr;  // kWaits
  const void* where = nullptr;                       // its last point
};

class Run;
Run* current = nullptr;

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {}

  void one(Scenario& scenario, Choices& choices, bool traced) {
    begin(scenario, choices, traced);
    {
      const Unseen unseen;
      current = this;
      enter(choose(who_can(0)), host_, Fiber::Order::kBefore);
      current = nullptr;
    }
    if (failure_.empty()) failure_ = scenario.check();
  }
  const std::string& failure() const { return failure_; }
  const std::string& trace() const { return trace_; }
  std::uint64_t points() const { return points_; }

  unsigned self() const { return self_; }
  HartOfRun& here() { return *harts_[self_]; }
  bool traced() const { return traced_; }
  void note(const std::string& line) {
    if (traced_) absl::StrAppend(&trace_, "  hart ", self_, ": ", line, "\n");
  }

  void point(const void* where) {
    here().where = where;
    ++progress_;
    if (++points_ > options_.most_points) fail("it does not end");
    if (preemptions_ == options_.preemptions) return;
    const std::uint32_t others = others_that_can();
    if (others == 0) return;
    const std::size_t way = choices_->of(static_cast<std::size_t>(std::popcount(others)) + 1);
    if (way == 0) return;
    ++preemptions_;
    note(absl::StrCat("is preempted in ", name_of(where)));
    leave_for(nth(others, way - 1));
  }

  void relax() {
    here().status = Status::kRelaxes;
    here().since = progress_;
    give_way();
  }

  // This one cannot go on by itself; its status says until when.
  void give_way() {
    // Those that wait as this one does have to go on only when nobody else can.
    std::uint32_t others = others_that_can();
    if (const std::uint32_t able = others & ~relaxing(); able != 0) others = able;
    if (others != 0) {
      leave_for(choose(others));
    } else if (can(here())) {
      here().status = Status::kRuns;
    } else if (here().status != Status::kRelaxes) {
      for (unsigned i = 0; i < harts_.size(); ++i) {
        if (harts_[i]->status == Status::kRelaxes) return leave_for(i);
      }
      finish();
    } else if (++in_vain_ == kInVain) {
      fail("none goes on before another has");
    } else {
      here().status = Status::kRuns;
    }
  }

  void go_on_in(Fiber& other) {
    Fiber& from = *std::exchange(here().place, &other);
    from.switch_to(other, Fiber::Order::kBefore);
  }

  [[noreturn]] void fail(std::string_view why) {
    failure_ = why;
    for (std::size_t i = 0; i < harts_.size(); ++i) {
      if (harts_[i]->where == nullptr) continue;
      absl::StrAppend(&failure_, "\n  hart ", i, " is in ", name_of(harts_[i]->where));
    }
    finish();
  }

 private:
  void begin(Scenario& scenario, Choices& choices, bool traced) {
    choices.rewind();
    choices_ = &choices;
    scenario_ = &scenario;
    traced_ = traced;
    trace_.clear();
    failure_.clear();
    points_ = 0;
    preemptions_ = 0;
    while (harts_.size() < scenario.harts()) {
      const auto number = static_cast<unsigned>(harts_.size());
      harts_.push_back(std::make_unique<HartOfRun>([this, number] { live(number); }));
    }
    scenario.begin();  // before the harts are, which know of all that was done until then
    for (const auto& hart : harts_) {
      hart->own.begin();
      hart->place = &hart->own;
      hart->status = Status::kRuns;
      hart->where = nullptr;
    }
  }

  void live(unsigned number) {
    scenario_->run(number);
    const Unseen unseen;
    here().status = Status::kOver;
    give_way();
    std::abort();  // nobody lets it go on
  }

  bool can(const HartOfRun& hart) const {
    switch (hart.status) {
      case Status::kRuns:
        return true;
      case Status::kRelaxes:
        return progress_ != hart.since;
      case Status::kWaits:
        return (*hart.condition)();
      case Status::kOver:
        break;
    }
    return false;
  }
  // A bit each; no memory, since a hart may be left for good here.
  std::uint32_t who_can(std::uint32_t but) const {
    std::uint32_t found = 0;
    for (unsigned i = 0; i < harts_.size(); ++i) {
      if ((but >> i & 1) == 0 && can(*harts_[i])) found |= 1u << i;
    }
    return found;
  }
  std::uint32_t relaxing() const {
    std::uint32_t found = 0;
    for (unsigned i = 0; i < harts_.size(); ++i) {
      if (harts_[i]->status == Status::kRelaxes) found |= 1u << i;
    }
    return found;
  }
  std::uint32_t others_that_can() const { return who_can(1u << self_); }
  unsigned choose(std::uint32_t among) {
    const auto count = static_cast<unsigned>(std::popcount(among));
    return nth(among, count == 1 ? 0 : choices_->of(count));
  }
  static unsigned nth(std::uint32_t harts, std::size_t n) {
    for (; n != 0; --n) harts &= harts - 1;
    return static_cast<unsigned>(std::countr_zero(harts));
  }

  void leave_for(unsigned other) { enter(other, *here().place, Fiber::Order::kNone); }
  void enter(unsigned hart, Fiber& from, Fiber::Order order) {
    self_ = hart;
    if (here().status != Status::kRelaxes) ++progress_;
    in_vain_ = 0;
    here().status = Status::kRuns;
    note(here().where == nullptr ? "begins" : absl::StrCat("goes on in ", name_of(here().where)));
    scenario_->enters(hart);
    from.switch_to(*here().place, order);
  }
  [[noreturn]] void finish() {
    here().place->switch_to(host_, Fiber::Order::kBefore);
    std::abort();  // nobody lets it go on
  }

  static constexpr unsigned kInVain = 100;

  // The function, and the address for a symbolizer that knows lines.
  static std::string name_of(const void* where) {
    char name[200];
    Dl_info object{};
    if (!absl::Symbolize(where, name, sizeof name) || dladdr(where, &object) == 0) return "?";
    const auto offset =
        static_cast<const char*>(where) - static_cast<const char*>(object.dli_fbase);
    return absl::StrCat(name, " (", absl::Hex(offset), ")");
  }

  const Options& options_;
  Fiber host_;
  std::vector<std::unique_ptr<HartOfRun>> harts_;
  Choices* choices_ = nullptr;
  Scenario* scenario_ = nullptr;
  unsigned self_ = 0;
  std::uint64_t points_ = 0;
  std::uint64_t progress_ = 0;
  // How often in a row a hart that relaxes has gone on itself, since no other could: each time it
  // may find what it waits for, but not for ever.
  unsigned in_vain_ = 0;
  unsigned preemptions_ = 0;
  bool traced_ = false;
  std::string trace_;
  std::string failure_;
};

// More would not end, whatever is explored.
constexpr std::uint64_t kMostPreemptions = 100;

// What the variable says, from `least` to `most`; else the process ends, and says why.
std::uint64_t number_in_environment(const char* name, std::uint64_t otherwise, std::uint64_t least,
                                    std::uint64_t most) {
  const char* text = std::getenv(name);
  if (text == nullptr) return otherwise;
  std::uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < least || value > most) {
    std::cerr << name << " is \"" << text << "\": a number of " << least << " to " << most
              << " is wanted\n";
    std::exit(kBadUsage);
  }
  return value;
}

}  // namespace

unsigned this_hart() {
  const Unseen unseen;
  return current->self();
}

void point(const void* where) {
  const Unseen unseen;
  if (current != nullptr) current->point(where);
}

void relax() {
  const Unseen unseen;
  if (current == nullptr) return;
  current->relax();
}

void wait_until(const std::function<bool()>& condition) {
  const Unseen unseen;
  CHECK(current != nullptr);
  current->here().status = Status::kWaits;
  current->here().condition = &condition;
  current->give_way();
}

Fiber& place() {
  const Unseen unseen;
  return *current->here().place;
}
void go_on_in(Fiber& other) {
  const Unseen unseen;
  current->go_on_in(other);
}

void fail(std::string_view why) {
  const Unseen unseen;
  CHECK(current != nullptr);
  current->fail(why);
}

void note(const std::function<std::string()>& line) {
  const Unseen unseen;
  if (current != nullptr && current->traced()) current->note(line());
}

Options options_from_environment() {
  Options options;
  options.preemptions = static_cast<unsigned>(
      number_in_environment("EXPLORE_PREEMPTIONS", options.preemptions, 0, kMostPreemptions));
  options.only = number_in_environment("EXPLORE_ONLY", options.only, 1,
                                       std::numeric_limits<std::uint64_t>::max());
  return options;
}

Report explore(const std::function<std::unique_ptr<Scenario>()>& make, const Options& options) {
  // A scenario's memory goes to the next one, not back to the system: that would be most of the
  // time.
  mallopt(M_MMAP_THRESHOLD, 1 << 28);
  mallopt(M_TRIM_THRESHOLD, 1 << 28);
  Report report;
  Choices choices;
  Run run(options);
  do {
    ++report.interleavings;
    bool traced = report.interleavings == options.only;
    run.one(*make(), choices, traced);
    report.longest = std::max(report.longest, run.points());
    const std::string failure = run.failure();
    if (failure.empty() && !traced) continue;
    if (!traced) run.one(*make(), choices, true);
    report.trace = run.trace();
    report.failure = failure;
    return report;
  } while (choices.next());
  if (options.only != 0) {
    report.failure = absl::StrCat("there is no interleaving ", options.only, ", of these ",
                                  report.interleavings);
  }
  return report;
}

}  // namespace tessera::explore
