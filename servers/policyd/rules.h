// Who may do what, as the manifest says it. What no rule here allows is denied. Pure: a manifest, a
// subject and what it wants, and nothing that is remembered.
#ifndef SERVERS_POLICYD_RULES_H_
#define SERVERS_POLICYD_RULES_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "idl/abi.h"
#include "idl/manifest.h"
#include "servers/manifest/check.h"
#include "servers/manifest/subject.h"

namespace tessera::policyd {

using manifest::Grant;
using manifest::Image;

// What a decision came to, and why.
enum class Reason : std::uint8_t {
  kRule,            // allowed: a rule of the manifest
  kItself,          // allowed: it is about the subject's own
  kUnknownSubject,  // no image of the manifest has that identity
  kSpoofed,         // asked in another's name, without the grant
  kUnknownTarget,   // no image of that name, or not one of the kind that was asked for
  kNoRule,          // nothing allows it
  kNotOwnTask,      // a capability to a task that is not the caller's
  kUnsupported,     // allowed, and it cannot be done
  kMalformed,       // no request of policyd's
};

constexpr bool allows(Reason reason) {
  return reason == Reason::kRule || reason == Reason::kItself;
}

constexpr std::string_view name_of(Reason reason) {
  constexpr std::string_view kNames[] = {"rule",         "itself",         "unknown_subject",
                                         "spoofed",      "unknown_target", "no_rule",
                                         "not_own_task", "unsupported",    "malformed"};
  return kNames[std::to_underlying(reason)];
}

class Rules {
 public:
  // `init`: the identity of the first task, which is no image of the manifest.
  constexpr Rules(const manifest::Manifest& manifest, std::uint64_t init)
      : manifest_(manifest), init_(init) {}

  // Whether `caller` may ask in the name of `subject`.
  constexpr bool speaks_for(std::uint64_t caller, std::uint64_t subject) const {
    return caller == subject || manifest::speaks_for_others(manifest_, init_, caller);
  }

  constexpr Reason may_start(std::uint64_t subject, std::string_view image) const {
    const Image* who = image_of(subject);
    if (who == nullptr) return Reason::kUnknownSubject;
    const Image* target = named(image);
    if (target == nullptr || target->start != manifest::Start::kSpawned) {
      return Reason::kUnknownTarget;
    }
    return rule(has(who->spawns, image));
  }

  // A service always reaches itself, so that bring-up does not depend on policy.
  constexpr Reason may_reach(std::uint64_t subject, std::string_view service) const {
    const Image* who = image_of(subject);
    if (who == nullptr) return Reason::kUnknownSubject;
    const Image* target = named(service);
    if (target == nullptr || !target->service) return Reason::kUnknownTarget;
    if (target == who) return Reason::kItself;
    return rule(has(who->uses, service));
  }

  // What it begins with is its own; above that only `highest` allows. So perfBurst takes a word of
  // the manifest's that says perfBurst.
  constexpr Reason may_have(std::uint64_t subject, abi::QosClass c) const {
    const Image* who = image_of(subject);
    if (who == nullptr) return Reason::kUnknownSubject;
    return rule(c <= std::max(who->qos, who->highest));
  }

  // A window has one owner, whose name it is called by.
  constexpr Reason may_map(std::uint64_t subject, std::string_view window) const {
    const Image* who = image_of(subject);
    if (who == nullptr) return Reason::kUnknownSubject;
    const Image* target = named(window);
    if (target == nullptr || !manifest::has_window(*target)) return Reason::kUnknownTarget;
    return rule(target == who);
  }

 private:
  static constexpr Reason rule(bool holds) { return holds ? Reason::kRule : Reason::kNoRule; }

  static constexpr bool has(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  }

  constexpr const Image* image_of(std::uint64_t identity) const {
    const auto index = manifest::image_of(manifest_, identity);
    return index ? &manifest_.images[*index] : nullptr;
  }
  constexpr const Image* named(std::string_view name) const {
    const auto index = manifest::find(manifest_, name);
    return index ? &manifest_.images[*index] : nullptr;
  }

  const manifest::Manifest& manifest_;
  std::uint64_t init_;
};

}  // namespace tessera::policyd

#endif  // SERVERS_POLICYD_RULES_H_
