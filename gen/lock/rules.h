// What a change of an .idl does to those who were built against it.
#ifndef GEN_LOCK_RULES_H_
#define GEN_LOCK_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "gen/diagnostics.h"
#include "gen/lock/lock.h"

namespace kidl {

struct Change {
  std::optional<Code> rule;  // none: compatible
  std::string path;          // of the element
  std::string what;
  std::string before;  // its lines in the locks; empty where it is not there
  std::string after;

  bool breaks() const { return rule.has_value(); }
};

// Element by element, in the order of their paths. An element whose owner came or went is told
// once, with its owner.
std::vector<Change> compare(const Lock& released, const Lock& now);

bool breaks(const std::vector<Change>& changes);

// Each change: what it is, both lines and, where it breaks, the rule and what to do instead.
std::string render(const std::vector<Change>& changes);
std::string render_json(const std::string& file, const std::vector<Change>& changes);

}  // namespace kidl

#endif  // GEN_LOCK_RULES_H_
