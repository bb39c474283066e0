// Who of a manifest may call whom, and who may start whom.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gen/check_manifest.h"

namespace kidl::internal {
namespace {

constexpr absl::string_view kConsole = "console";
constexpr absl::string_view kTimed = "timed";

bool contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A list of names, of an image. What it reports begins with "'a' uses 'b', ".
class Named {
 public:
  Named(const Manifest& manifest, const Image& image, absl::string_view list,
        absl::string_view verb, const std::vector<std::string>& names)
      : manifest_(manifest), image_(image), list_(list), verb_(verb), names_(names) {}

  void report(Code code, std::size_t index, const std::string& what) const {
    manifest_.report(code, image_, element_of(list_, index),
                     absl::StrCat("'", image_.name, "' ", verb_, " '", names_[index], "', ", what));
  }

  // The image of that name; none that is unknown or named before, which are reported.
  const Image* find(std::size_t index) const {
    const auto here = names_.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::find(names_.begin(), here, *here) != here) {
      report(Code::kImageTwice, index, "and names it twice; take one out");
      return nullptr;
    }
    const auto found = manifest_.find(*here);
    if (!found) {
      report(Code::kUnknownImage, index,
             "which is no image of the manifest; add it, or take the name out");
      return nullptr;
    }
    return &manifest_.images()[*found];
  }

 private:
  const Manifest& manifest_;
  const Image& image_;
  absl::string_view list_;
  absl::string_view verb_;
  const std::vector<std::string>& names_;
};

// The edges from who uses to who is used, by index, of services that there are; and which of them
// are part of a cycle that was told.
class Uses {
 public:
  explicit Uses(const Manifest& manifest) : manifest_(manifest), states_(manifest.images().size()) {
    for (std::size_t index = 0; index < states_.size(); ++index) visit(index);
  }

  bool is_in_cycle(std::size_t from, std::size_t to) const { return told_.contains({from, to}); }

 private:
  enum class State { kNew, kOpen, kDone };

  // As deep as there are images.
  void visit(std::size_t from) {
    if (states_[from] != State::kNew) return;
    states_[from] = State::kOpen;
    path_.push_back(from);
    const std::vector<std::string>& uses = manifest_.images()[from].uses;
    for (std::size_t element = 0; element < uses.size(); ++element) {
      const auto to = manifest_.find(uses[element]);
      if (!to) continue;
      if (states_[*to] == State::kOpen) tell(from, *to, element);
      visit(*to);
    }
    path_.pop_back();
    states_[from] = State::kDone;
  }

  // At the use that closes it.
  void tell(std::size_t from, std::size_t to, std::size_t element) {
    const auto begin = std::find(path_.begin(), path_.end(), to);
    std::string names;
    for (auto each = begin; each != path_.end(); ++each) {
      absl::StrAppend(&names, manifest_.images()[*each].name, " -> ");
      told_.insert({*each, each + 1 == path_.end() ? to : *(each + 1)});
    }
    manifest_.report(Code::kUsesCycle, manifest_.images()[from], element_of("uses", element),
                     absl::StrCat("a cycle of uses: ", names, manifest_.images()[to].name,
                                  "; each would be started after the others, so take one of these "
                                  "uses out"));
  }

  const Manifest& manifest_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  std::set<std::pair<std::size_t, std::size_t>> told_;
};

void check_uses_of(const Manifest& manifest, const Uses& uses, std::size_t index) {
  const Image& image = manifest.images()[index];
  const Named named(manifest, image, "uses", "uses", image.uses);
  for (std::size_t element = 0; element < image.uses.size(); ++element) {
    const Image* used = named.find(element);
    if (used == nullptr) continue;
    const auto at = static_cast<std::size_t>(used - manifest.images().data());
    if (!used->service) {
      named.report(Code::kNotAllowed, element,
                   "which is no service: nobody may call it; say service = true there, or take the "
                   "name out");
    } else if (!used->clients.empty() && !contains(used->clients, image.name)) {
      named.report(Code::kNotAllowed, element,
                   absl::StrCat("whose clients (", manifest.line_of(*used, image),
                                ") it is none of: add it there, or take the name out"));
    }
    if (at >= index && !uses.is_in_cycle(index, at)) {
      named.report(Code::kStartOrder, element,
                   absl::StrCat("which is started later (", manifest.line_of(*used, image),
                                "); move it before '", image.name, "'"));
    }
  }
}

// Beside them there is room for what whoever has it started gives it.
void check_room(const Manifest& manifest, const Image& image) {
  const std::uint64_t most = manifest.limits().uses;
  const auto peers = static_cast<std::size_t>(
      std::count_if(image.uses.begin(), image.uses.end(),
                    [](const std::string& each) { return each != kConsole && each != kTimed; }));
  if (!image.is_spawned() || peers + manifest.limits().given <= most) return;
  manifest.report(
      Code::kSpawned, image, ".uses",
      absl::StrCat("'", image.name, "' has start = spawned and uses ", peers,
                   " images beside console and timed; it can use ",
                   most - std::min(most, manifest.limits().given), ", so take some out"));
}

void check_clients(const Manifest& manifest, const Image& image) {
  if (!image.clients.empty() && !image.service) {
    manifest.report(Code::kNotAllowed, image, ".clients",
                    absl::StrCat("'", image.name,
                                 "' has clients and is no service; say service = true, or take "
                                 "clients out"));
  }
  const Named named(manifest, image, "clients", "has the client", image.clients);
  for (std::size_t index = 0; index < image.clients.size(); ++index) {
    const Image* client = named.find(index);
    if (client == nullptr || contains(client->uses, image.name)) continue;
    named.report(Code::kNotAllowed, index,
                 absl::StrCat("which does not use it (", manifest.line_of(*client, image),
                              "); add it to uses there, or take the name out"));
  }
}

// Whom it asks to start them: the first that can.
void check_spawns(const Manifest& manifest, const Image& image) {
  const Named named(manifest, image, "spawns", "spawns", image.spawns);
  for (std::size_t index = 0; index < image.spawns.size(); ++index) {
    const Image* spawned = named.find(index);
    if (spawned == nullptr || spawned->is_spawned()) continue;
    named.report(Code::kNotAllowed, index,
                 "which init starts: nobody else may; say start = spawned there, or take the name "
                 "out");
  }
  const bool asks =
      std::any_of(manifest.images().begin(), manifest.images().end(), [&image](const Image& each) {
        return each.is_granted("spawner") && contains(image.uses, each.name);
      });
  if (image.spawns.empty() || asks) return;
  manifest.report(
      Code::kNotAllowed, image, ".spawns",
      absl::StrCat("'", image.name,
                   "' has spawns and uses no image with the grant spawner, so it can ask "
                   "nobody; add execd to its uses, or take spawns out"));
}

// A right of its capability to console.
void check_input(const Manifest& manifest, const Image& image) {
  if (!image.is_granted("input") || contains(image.uses, kConsole)) return;
  manifest.report(
      Code::kNotAllowed, image, ".grants",
      absl::StrCat("'", image.name,
                   "' has the grant input and does not use console, so it has nothing to "
                   "read by; add console to its uses, or take input out"));
}

}  // namespace

void check_uses(const Manifest& manifest) {
  const Uses uses(manifest);
  for (std::size_t index = 0; index < manifest.images().size(); ++index) {
    const Image& image = manifest.images()[index];
    check_uses_of(manifest, uses, index);
    check_room(manifest, image);
    check_clients(manifest, image);
    check_spawns(manifest, image);
    check_input(manifest, image);
  }
}

}  // namespace kidl::internal
