// What a method says of itself: how it is called, how long it is there, which errors it has.
#include <string>

#include "absl/strings/str_cat.h"
#include "gen/check_internal.h"

namespace kidl::internal {
namespace {

// Whatever would make a call slower than six words in registers each way.
std::string why_not_fast(const Method& method) {
  if (!method.in.plain) return "its parameters do not lie in registers";
  if (!method.out.plain) return "its results do not lie in registers";
  if (method.capabilities_in + method.capabilities_out > 0) return "it carries a capability";
  if (method.one_way) return "a one-way message is sent by the long way";
  if (method.deferred) return "it is answered later";
  if (method.deadline != 0) return "a call with a deadline goes by the long way";
  return "";
}

void check_age(Context& context, const Annotations& annotations, const Site& site, Method& result) {
  result.since = annotations.since(result.name);
  result.deprecated = annotations.text("deprecated");
  if (annotations.has("deprecated") && result.deprecated.empty()) {
    context.report(Code::kNoDoc, site.position("deprecated"),
                   absl::StrCat("$deprecated on '", result.name, "' says nothing"));
  }
}

void check_service_options(Context& context, const Annotations& annotations, const Site& site,
                           Method& result) {
  result.fast = annotations.has("fast");
  result.idempotent = annotations.has("idempotent");
  if (const Value* deadline = annotations.find("deadline")) {
    result.deadline = deadline->natural;
    if (result.one_way) annotations.refuse({"deadline"}, "where no answer is waited for");
    if (result.deadline == 0) {
      context.report(Code::kEmptyRange, site.position("deadline"),
                     absl::StrCat("no call of '", result.name, "' ends in no time"));
    }
  }
  if (annotations.has("errors")) {
    result.errors = find_errors(context, annotations, site, *result.interface->file);
    if (result.one_way) annotations.refuse({"errors"}, "where nothing is answered");
  }
  const std::string slow = why_not_fast(result);
  if (result.fast && !slow.empty()) {
    context.report(Code::kFast, site.position("fast"),
                   absl::StrCat("'", result.name, "' is not fast: ", slow));
  }
}

}  // namespace

const Enum* find_errors(Context& context, const Annotations& annotations, const Site& site,
                        const File& file) {
  const std::string name = annotations.text("errors");
  const Enum* found = nullptr;
  for (const auto& each : file.enums) {
    if (each->name == name) found = each.get();
  }
  if (found == nullptr) {
    context.report(Code::kNoErrorsEnum, site.position("errors"),
                   absl::StrCat("there is no enum '", name, "' in this file"));
  } else if (found->enumerants.empty() || found->enumerants[0].name != "ok") {
    context.report(Code::kErrorsNotOk, site.position("errors"),
                   absl::StrCat("enumerant 0 of '", name, "' must be ok"));
  }
  return found;
}

void check_options(Context& context, const Annotations& annotations, const Site& site,
                   Method& result) {
  check_age(context, annotations, site, result);
  if (result.interface->role == Interface::Role::kService) {
    check_service_options(context, annotations, site, result);
  } else {
    annotations.refuse({"fast", "idempotent", "deadline", "errors", "event"}, "on a system call");
  }
}

}  // namespace kidl::internal
