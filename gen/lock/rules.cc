#include "gen/lock/rules.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

using Set = std::set<std::string>;

Set words(absl::string_view text) { return absl::StrSplit(text, ',', absl::SkipEmpty()); }

bool contains(const Set& all, const Set& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

struct Bound {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

// "1..40", "16" (a length), or "": none.
Bound bound(absl::string_view text) {
  Bound result;
  if (text.empty()) return result;
  const std::vector<absl::string_view> ends = absl::StrSplit(text, "..");
  (void)absl::SimpleAtoi(ends.back(), &result.max);
  if (ends.size() == 2) (void)absl::SimpleAtoi(ends.front(), &result.min);
  return result;
}

// Whether `inner` lies within `outer`.
bool within(const Bound& outer, const Bound& inner) {
  return outer.min <= inner.min && inner.max <= outer.max;
}

// What a change of an attribute does. kFree: it is told, and nobody relies on it. Callers built
// before send what was allowed then, and take what was promised then: so a parameter may only grow,
// a result may only shrink, and what travels both ways stays as it is.
enum class Policy { kSame, kMayWiden, kMayNarrow, kFewer, kMore, kFree };

struct Rule {
  absl::string_view kind;
  absl::string_view attribute;
  Policy policy;
  Code code;
  absl::string_view what;
};

constexpr Rule kRules[] = {
    {"file", "namespace", Policy::kSame, Code::kNamespaceChanged, "the namespace changed"},
    {"constant", "type", Policy::kSame, Code::kConstantChanged, "the constant's type changed"},
    {"constant", "value", Policy::kSame, Code::kConstantChanged, "the constant's value changed"},
    {"enum", "unknown", Policy::kSame, Code::kMannerChanged,
     "what becomes of unknown values changed"},
    {"enum", "flags", Policy::kSame, Code::kMannerChanged, "numbers became bits, or bits numbers"},
    {"enumerant", "since", Policy::kFree, Code::kMannerChanged, "it says another version"},
    {"field", "since", Policy::kFree, Code::kMannerChanged, "it says another version"},
    {"interface", "since", Policy::kFree, Code::kMannerChanged, "it says another version"},
    {"method", "since", Policy::kFree, Code::kMannerChanged, "it says another version"},
    {"enumerant", "value", Policy::kSame, Code::kEnumerantRenumbered, "the value changed"},
    {"enumerant", "bit", Policy::kSame, Code::kEnumerantRenumbered, "the bit changed"},
    {"struct", "extensible", Policy::kSame, Code::kMannerChanged,
     "whether fields may be appended changed"},
    {"field", "index", Policy::kSame, Code::kFieldReordered, "the field stands elsewhere"},
    {"field", "type", Policy::kSame, Code::kTypeChanged, "the type changed"},
    {"field", "max", Policy::kSame, Code::kBoundChanged, "the bound changed"},
    {"field", "range", Policy::kSame, Code::kBoundChanged, "the bound changed"},
    {"field", "bit", Policy::kSame, Code::kFieldReordered, "the field lies elsewhere"},
    {"field", "default", Policy::kSame, Code::kMannerChanged, "the default changed"},
    {"interface", "service", Policy::kSame, Code::kNumberChanged, "the service's number changed"},
    {"interface", "object", Policy::kSame, Code::kNumberChanged, "the object's type changed"},
    {"interface", "ambient", Policy::kSame, Code::kMannerChanged, "what is invoked changed"},
    {"interface", "extends", Policy::kSame, Code::kMannerChanged, "what it extends changed"},
    {"interface", "errors", Policy::kSame, Code::kErrorsChanged, "the errors are another enum's"},
    {"interface", "badValue", Policy::kSame, Code::kErrorsChanged,
     "the answer to a bad value changed"},
    {"interface", "malformed", Policy::kSame, Code::kErrorsChanged,
     "the answer to a malformed message changed"},
    {"right", "bit", Policy::kSame, Code::kRightRemoved, "the right's bit changed"},
    {"method", "ordinal", Policy::kSame, Code::kMethodReordered, "the ordinal changed"},
    {"method", "number", Policy::kSame, Code::kNumberChanged, "the system call's number changed"},
    {"method", "need", Policy::kFewer, Code::kRightAdded, "it needs other rights"},
    {"method", "receives", Policy::kSame, Code::kMannerChanged, "which registers it keeps changed"},
    {"method", "oneWay", Policy::kSame, Code::kMannerChanged, "whether it is answered changed"},
    {"method", "event", Policy::kSame, Code::kMannerChanged, "whether its sender waits changed"},
    {"method", "deprecated", Policy::kFree, Code::kMannerChanged, "whether it is to go changed"},
    {"method", "errors", Policy::kSame, Code::kErrorsChanged, "the errors are another enum's"},
    {"parameter", "index", Policy::kSame, Code::kParametersReordered, "it stands elsewhere"},
    {"parameter", "type", Policy::kSame, Code::kTypeChanged, "the type changed"},
    {"parameter", "max", Policy::kMayWiden, Code::kBoundChanged, "the bound changed"},
    {"parameter", "range", Policy::kMayWiden, Code::kBoundChanged, "the bound changed"},
    {"parameter", "rights", Policy::kFewer, Code::kRightAdded, "it must hold other rights"},
    {"parameter", "optional", Policy::kMore, Code::kMannerChanged, "it may not be absent any more"},
    {"result", "optional", Policy::kFewer, Code::kMannerChanged, "it may be absent now"},
    {"parameter", "length", Policy::kSame, Code::kBoundChanged, "the bound changed"},
    {"result", "length", Policy::kSame, Code::kBoundChanged, "the bound changed"},
    {"parameter", "tail", Policy::kSame, Code::kPlaceMoved, "the content's register changed"},
    {"result", "tail", Policy::kSame, Code::kPlaceMoved, "the content's register changed"},
    {"result", "index", Policy::kSame, Code::kParametersReordered, "it stands elsewhere"},
    {"result", "type", Policy::kSame, Code::kTypeChanged, "the type changed"},
    {"result", "max", Policy::kMayNarrow, Code::kBoundChanged, "the bound changed"},
    {"result", "range", Policy::kMayNarrow, Code::kBoundChanged, "the bound changed"},
    {"result", "rights", Policy::kMore, Code::kRightRemoved, "it holds other rights"},
    {"parameter", "register", Policy::kSame, Code::kPlaceMoved, "the register changed"},
    {"parameter", "word", Policy::kSame, Code::kPlaceMoved, "the word changed"},
    {"parameter", "capability", Policy::kSame, Code::kPlaceMoved, "the capability's place changed"},
    {"result", "register", Policy::kSame, Code::kPlaceMoved, "the register changed"},
    {"result", "word", Policy::kSame, Code::kPlaceMoved, "the word changed"},
    {"result", "capability", Policy::kSame, Code::kPlaceMoved, "the capability's place changed"},
};

// An attribute that no rule knows is one that somebody has added to lock_of and not here: the
// strictest rule holds for it.
constexpr Rule kUnknown = {"", "", Policy::kSame, Code::kMannerChanged, "it changed"};

const Rule& rule_of(absl::string_view kind, absl::string_view attribute) {
  const auto* found = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& each) {
    return each.kind == kind && each.attribute == attribute;
  });
  return found == std::end(kRules) ? kUnknown : *found;
}

bool allowed(Policy policy, absl::string_view before, absl::string_view after) {
  switch (policy) {
    case Policy::kSame:
      return before == after;
    case Policy::kMayWiden:
      return within(bound(after), bound(before));
    case Policy::kMayNarrow:
      return within(bound(before), bound(after));
    case Policy::kFewer:
      return contains(words(before), words(after));
    case Policy::kMore:
      return contains(words(after), words(before));
    case Policy::kFree:
      return true;
  }
  return false;
}

std::string with_article(absl::string_view kind) {
  return absl::StrCat(absl::StrContains("aeiou", kind[0]) ? "an " : "a ", kind);
}

class Comparison {
 public:
  Comparison(const Lock& released, const Lock& now) : released_(released), now_(now) {}

  std::vector<Change> run() {
    for (const Element& each : released_.elements) {
      const Element* same = now_.find(each.path);
      if (same == nullptr) {
        went(each);
      } else if (same->kind != each.kind) {
        tell(Code::kDeclarationRemoved, &each, same,
             absl::StrCat("the ", each.kind, " became ", with_article(same->kind)));
      } else {
        changed(each, *same);
      }
    }
    for (const Element& each : now_.elements) {
      if (released_.find(each.path) == nullptr) came(each);
    }
    std::sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
      return std::tie(a.path, a.what) < std::tie(b.path, b.what);
    });
    return std::move(changes_);
  }

 private:
  void tell(std::optional<Code> rule, const Element* before, const Element* after,
            std::string what) {
    changes_.push_back({rule, before != nullptr ? before->path : after->path, std::move(what),
                        before == nullptr ? "" : before->line(),
                        after == nullptr ? "" : after->line()});
  }

  static bool is_gone(const Lock& lock, absl::string_view owner) {
    const Element* element = lock.find(owner);
    return element == nullptr || element->get("removed") == "yes";
  }

  // What stands elsewhere, or is of another type, has another place by that alone.
  static bool is_place(absl::string_view attribute) {
    return attribute == "register" || attribute == "word" || attribute == "capability" ||
           attribute == "tail" || attribute == "bit";
  }
  static bool place_follows(const Element& before, const Element& after) {
    return before.get("index") != after.get("index") || before.get("type") != after.get("type");
  }

  void changed(const Element& before, const Element& after) {
    if (before.get("removed") != after.get("removed")) {
      if (after.get("removed").empty()) {
        return tell(Code::kTombstoneRevived, &before, &after, "a removed method came back");
      }
      // Its callers were told with a release that it would go.
      if (before.get("deprecated") == "yes") {
        return tell(std::nullopt, &before, &after, "the method became a tombstone");
      }
      return tell(Code::kMethodBuried, &before, &after,
                  "the method became a tombstone, and was not deprecated");
    }
    Set attributes;
    for (const auto& [name, value] : before.attributes) attributes.insert(name);
    for (const auto& [name, value] : after.attributes) attributes.insert(name);
    for (const std::string& each : attributes) {
      const absl::string_view was = before.get(each);
      const absl::string_view is = after.get(each);
      if (was == is || (is_place(each) && place_follows(before, after))) continue;
      const Rule& rule = rule_of(before.kind, each);
      const bool fine = allowed(rule.policy, was, is);
      tell(fine ? std::nullopt : std::optional(rule.code), &before, &after,
           absl::StrCat(rule.what, ": ", each, " ", was.empty() ? "none" : was, ", now ",
                        is.empty() ? "none" : is));
    }
  }

  // The element of `lock` that has the place of `element` (its index, ordinal, value or bit) under
  // the same owner.
  static const Element* in_place_of(const Lock& lock, const Element& element) {
    for (const absl::string_view place : {"ordinal", "index", "value", "bit"}) {
      if (element.get(place).empty()) continue;
      for (const Element& each : lock.elements) {
        if (each.kind == element.kind && each.owner() == element.owner() &&
            each.get(place) == element.get(place)) {
          return &each;
        }
      }
    }
    return nullptr;
  }

  // Under another name, and else as it was.
  static bool is_renamed(const Element& before, const Element* after) {
    return after != nullptr && before.attributes == after->attributes;
  }

  void went(const Element& element) {
    const absl::string_view owner = element.owner();
    // Told with its owner.
    if (!owner.empty() && is_gone(now_, owner)) return;
    const Element* other = in_place_of(now_, element);
    if (other != nullptr && released_.find(other->path) != nullptr) other = nullptr;
    const std::string instead =
        other == nullptr ? "" : absl::StrCat(": '", other->name(), "' is in its place");
    if (element.kind == "parameter" && is_renamed(element, other)) {
      return tell(std::nullopt, &element, other, "the parameter was renamed");
    }
    if (element.kind == "result" && is_renamed(element, other)) {
      return tell(Code::kResultRenamed, &element, other, "the result was renamed");
    }
    const Code code = element.kind == "method" ? Code::kMethodRemoved
                      : element.kind == "parameter" || element.kind == "result"
                          ? Code::kParametersChanged
                      : element.kind == "enumerant" ? Code::kEnumerantRemoved
                      : element.kind == "field"     ? Code::kFieldRemoved
                      : element.kind == "right"     ? Code::kRightRemoved
                                                    : Code::kDeclarationRemoved;
    tell(code, &element, other, absl::StrCat("the ", element.kind, " is gone", instead));
  }

  void came(const Element& element) {
    const absl::string_view owner = element.owner();
    const Element* held = released_.find(owner);
    // With an owner that is new, or that just came back from the dead.
    if (!owner.empty() && (held == nullptr || held->get("removed") == "yes")) return;
    const Element* other = in_place_of(released_, element);
    if (other != nullptr && now_.find(other->path) == nullptr) {
      // The other way round of what went() told; but enumerants that only changed their name.
      if (element.kind == "parameter" || element.kind == "result" || element.kind == "method" ||
          element.kind == "field" || element.kind == "enumerant" || element.kind == "right") {
        return;
      }
    }
    tell(rule_of_addition(element, held), nullptr, &element,
         absl::StrCat(with_article(element.kind), " more"));
  }

  std::optional<Code> rule_of_addition(const Element& element, const Element* owner) const {
    if (element.kind == "parameter" || element.kind == "result") return Code::kParametersChanged;
    if (element.kind == "enumerant" && owner->get("unknown") != "accepted") {
      return Code::kEnumerantAdded;
    }
    if (element.kind == "field" && (owner->get("extensible") != "yes" || !is_appended(element))) {
      return Code::kFieldAdded;
    }
    return std::nullopt;
  }

  // After every field that was released.
  bool is_appended(const Element& field) const {
    std::uint64_t index = 0;
    if (!absl::SimpleAtoi(field.get("index"), &index)) return false;
    return std::none_of(released_.elements.begin(), released_.elements.end(),
                        [&](const Element& each) {
                          std::uint64_t at = 0;
                          return each.owner() == field.owner() &&
                                 absl::SimpleAtoi(each.get("index"), &at) && at >= index;
                        });
  }

  const Lock& released_;
  const Lock& now_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> compare(const Lock& released, const Lock& now) {
  return Comparison(released, now).run();
}

bool breaks(const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const Change& each) { return each.breaks(); });
}

}  // namespace kidl
