#include "gen/tool/skipped.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gen/lexer.h"
#include "gen/lock/lock.h"
#include "gen/tool/files.h"

namespace kidl::tool {
namespace {

// What the lock calls an ordinal, and the rules for one that is gone and one that moved.
struct Member {
  absl::string_view kind;
  absl::string_view ordinal;
  Code gone;
  Code moved;
};
constexpr Member kMembers[] = {
    {"method", "ordinal", Code::kMethodRemoved, Code::kMethodReordered},
    {"enumerant", "value", Code::kEnumerantRemoved, Code::kEnumerantRenumbered},
    {"enumerant", "bit", Code::kEnumerantRemoved, Code::kEnumerantRenumbered},
    {"field", "index", Code::kFieldRemoved, Code::kFieldReordered},
};

// "Skipped ordinal @1.  Ordinals must be sequential with no holes."
std::optional<std::string> skipped_ordinal(const Diagnostic& diagnostic) {
  absl::string_view text = diagnostic.message;
  if (diagnostic.code != Code::kFrontEnd || !absl::ConsumePrefix(&text, "Skipped ordinal @")) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  if (!absl::SimpleAtoi(text.substr(0, text.find('.')), &number)) return std::nullopt;
  return absl::StrCat(number);
}

// Whose member stands at the position: "Timed".
std::string owner_at(const Outline& outline, const Position& position) {
  std::string owner;
  int nearest = 0;
  for (const auto& [key, place] : outline) {
    const std::size_t dot = key.find_last_of('.');
    const bool is_member =
        dot != std::string::npos && key.find_first_of("()$") == std::string::npos;
    if (!is_member || place.line != position.line || place.column > position.column) continue;
    if (place.column < nearest) continue;
    nearest = place.column;
    owner = key.substr(0, dot);
  }
  return owner;
}

std::optional<Diagnostic> name_one(const Lock& lock, const Outline& outline,
                                   const Diagnostic& diagnostic, const std::string& ordinal) {
  const std::string owner = owner_at(outline, diagnostic.position);
  const std::string locked = absl::StrReplaceAll(owner, {{".", ""}});  // Outer.Inner is OuterInner
  for (const Element& each : lock.elements) {
    if (each.owner() != locked) continue;
    for (const Member& member : kMembers) {
      if (each.kind != member.kind || each.get(member.ordinal) != ordinal) continue;
      const bool moved = outline.contains(absl::StrCat(owner, ".", each.name()));
      const Code code = moved ? member.moved : member.gone;
      return Diagnostic{
          diagnostic.position, code,
          absl::StrCat("@", ordinal, " is left out: it was released as the ", each.kind, " '",
                       each.name(), "'", moved ? ", which has another ordinal now" : "", "; ",
                       advice(code))};
    }
  }
  return std::nullopt;
}

}  // namespace

Diagnostics name_skipped(const std::string& root, const Diagnostics& diagnostics,
                         const Sources& sources) {
  Diagnostics result;
  for (const Diagnostic& each : diagnostics.sorted()) {
    std::optional<Diagnostic> named;
    if (const std::optional<std::string> ordinal = skipped_ordinal(each)) {
      const std::string& file = each.position.file;
      const absl::StatusOr<std::string> text = read_file(join(root, file + ".lock"));
      const absl::StatusOr<Lock> lock = text.ok() ? parse_lock(*text) : text.status();
      if (lock.ok()) named = name_one(*lock, outline(sources.text(file)), each, *ordinal);
    }
    const Diagnostic& said = named ? *named : each;
    result.report(said.code, said.position, said.message);
  }
  return result;
}

}  // namespace kidl::tool
