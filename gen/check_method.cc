// A method but for its parameters: what it needs, how it is called.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gen/check_internal.h"

namespace kidl::internal {
namespace {

void check_call(Context& context, const Annotations& annotations, const Site& site,
                Method& result) {
  const Interface& interface = *result.interface;
  const Value* number = annotations.find("number");
  if (number == nullptr || number->natural == 0) {
    context.report(
        Code::kNoNumber, site.position(),
        absl::StrCat("system call '", result.name, "' has no number; add $K.number(N), N from 1"));
  } else {
    result.number = static_cast<std::uint16_t>(number->natural);
  }
  result.receives = annotations.has("receives");
  result.need = words_of(annotations.text("need"));
  if (interface.role == Interface::Role::kAmbient) {
    annotations.refuse({"need"}, "where no capability is invoked");
  } else {
    result.need_mask = rights_mask(context, interface, result.need, site.position("need"));
  }
  annotations.refuse({"oneWay"}, "on a system call");
  if (annotations.has("deferred")) {
    context.report(Code::kDeferred, site.position("deferred"),
                   "$deferred is for services: a system call answers itself");
  }
}

void check_service_method(Context& context, const Annotations& annotations, const Site& site,
                          Method& result) {
  annotations.refuse({"number", "need", "receives"}, "on a service's method");
  result.event = annotations.has("event");
  result.one_way = annotations.has("oneWay") || result.event;
  if (result.event) annotations.refuse({"oneWay"}, "on an event, which is");
  result.deferred = annotations.has("deferred");
  if (result.one_way && result.deferred) {
    context.report(Code::kDeferred, site.position("deferred"),
                   absl::StrCat("'", result.name, "' is $oneWay: there is no answer to defer"));
  }
  if (result.one_way && !result.results.empty()) {
    const char* what = result.event ? "event" : "oneWay";
    context.report(Code::kOneWayResults, site.position(what),
                   absl::StrCat("'", result.name, "' is $", what, " and has results"));
  }
  if (result.ordinal > 255) {
    context.report(Code::kOrdinal, site.position(),
                   absl::StrCat("'", result.name, "' is method ", result.ordinal,
                                "; the tag has room for 0 to 255"));
  }
}

}  // namespace

std::vector<std::string> words_of(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

std::uint8_t rights_mask(Context& context, const Interface& object,
                         const std::vector<std::string>& names, const Position& position) {
  unsigned mask = 0;
  for (const std::string& name : names) {
    bool known = false;
    for (std::size_t bit = 0; bit < object.rights.size() && bit < 8; ++bit) {
      if (object.rights[bit] != name) continue;
      mask |= 1U << bit;
      known = true;
    }
    if (!known) {
      context.report(Code::kUnknownRight, position,
                     absl::StrCat(object.name, " has no right '", name, "'"));
    }
  }
  return static_cast<std::uint8_t>(mask);
}

bool check_method(Context& context, const RawNode& node, const RawMethod& raw, Method& result) {
  const Site site{context.sources, node.file, absl::StrCat(node.name, ".", raw.name)};
  const Annotations annotations(context, raw.annotations, site);
  result.name = raw.name;
  result.doc = site.doc();
  result.position = site.position();
  if (result.doc.empty()) {
    context.report(Code::kNoDoc, result.position,
                   absl::StrCat("method '", raw.name, "' has no comment that says what it does"));
  }
  if (raw.is_generic) {
    context.report(Code::kGeneric, result.position,
                   absl::StrCat("'", raw.name, "' has type parameters"));
    return false;
  }
  ParameterList parameters = check_parameters(context, node, raw, result, false);
  ParameterList results = check_parameters(context, node, raw, result, true);
  result.parameters = std::move(parameters.list);
  result.results = std::move(results.list);
  result.in = parameters.layout;
  result.out = results.layout;
  result.capabilities_in = parameters.capabilities;
  result.capabilities_out = results.capabilities;
  if (result.interface->role == Interface::Role::kService) {
    check_service_method(context, annotations, site, result);
  } else {
    check_call(context, annotations, site, result);
  }
  check_options(context, annotations, site, result);
  if (!annotations.has("removed")) return false;
  if (!result.parameters.empty() || !result.results.empty()) {
    context.report(Code::kRemoved, site.position("removed"),
                   absl::StrCat("'", raw.name, "' was removed; leave '() -> ()' of it"));
  }
  return true;
}

}  // namespace kidl::internal
