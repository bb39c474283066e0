// Completers: what a deferred method is given, to answer later.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/emit.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

std::string class_body(const std::string& name, const std::string& complete,
                       const std::string& fail) {
  return absl::StrCat(
      " public:\n  static ", name, " adopt(rt::Slot slot) { return ", name, "(slot); }\n  ", name,
      "(", name, "&& other) noexcept : slot_(other.release()) {}\n  ", name, "& operator=(", name,
      "&& other) noexcept {\n    std::swap(slot_, other.slot_);\n    return *this;\n  }\n  ~", name,
      "() {\n    if (slot_ != rt::Slot{}) (void)fail(rt::kDropped);\n  }\n\n"
      "  rt::Slot release() { return std::exchange(slot_, rt::Slot{}); }\n\n",
      complete, "\n", fail, "\n private:\n  explicit ", name,
      "(rt::Slot slot) : slot_(slot) {}\n  rt::Slot slot_;\n");
}

std::string sending(const Method& send, const std::string& before,
                    const std::vector<Argument>& arguments) {
  return absl::StrCat(before, "    const rt::Slot kept = release();\n",
                      make_call(send, "abi::word(kept.index)", arguments, 4),
                      "    if (out.a6 != 0) return rt::failure(out);\n    return {};\n  }\n");
}

// What does not fit is not answered: the completer can still fail.
std::string preparation(const Method& method) {
  std::string result;
  int index = 0;
  for (const Parameter& each : method.results) {
    ++index;
    if (!each.max) continue;
    absl::StrAppend(&result, "    if (", cxx_name(each.name), ".size() > ", *each.max,
                    "U) {\n      return rt::failure(abi::kEinval, abi::Detail::kBadLength, ", index,
                    ");\n    }\n");
  }
  return result + put_together(method, upper_first(method.name) + "Reply", method.results,
                               method.out, "",
                               "return rt::failure(abi::kEinval, abi::Detail::kBadLength);", 4);
}

std::string complete_function(const Method& send, const Method& method) {
  const std::string one =
      method.results.size() == 1 ? cxx_name(method.results[0].name) : std::string();
  return absl::StrCat(
      "  // einval, noReply: the caller is gone (cancelled, dead). The Reply object is empty again "
      "in\n"
      "  // any case.\n",
      wrapped("rt::Result<void> complete(", declarations(method.results), ") {", 2),
      sending(send, preparation(method), success_arguments(send, method, true, one, "")));
}

std::string one_line_if_it_fits(const std::string& head, const std::string& body) {
  const bool fits = head.size() + body.size() + 3 <= 100;
  return fits ? absl::StrCat(head, " ", body, " }\n")
              : absl::StrCat(head, "\n    ", body, "\n  }\n");
}

std::string fail_functions(const Method& send, const Method& method) {
  std::vector<Argument> arguments = {
      argument(send, "status", "abi::word(rt::answer_status(error))"),
      argument(send, "shape", "rt::kRefusalShape"), argument(send, "w0", "error.detail")};
  for (int each = 0; each < 3; ++each) {
    arguments.push_back(argument(send, capability_name(each), "0"));
  }
  const Enum* errors = method.errors != nullptr ? method.errors : method.interface->errors;
  return absl::StrCat(
      "  rt::Result<void> fail(const rt::Error& error) {\n", sending(send, "", arguments),
      errors == nullptr ? ""
                        : one_line_if_it_fits(absl::StrCat("  rt::Result<void> fail(",
                                                           qualified(*errors), " status) {"),
                                              "return fail(rt::failure(status).error());"));
}

}  // namespace

std::string completer(const Interface& reply, const Method& method) {
  const Method& send = *reply.find("send");
  const std::string name = upper_first(method.name) + "Completer";
  return absl::StrCat(
      comment(
          absl::StrCat("The right to answer ", method.interface->name, ".", method.name,
                       " once, later. It lies in a Reply object, whose slot is all that has to be "
                       "remembered: release() gives it, adopt() takes it up again. Dropped "
                       "unanswered: the caller gets epipe."),
          0),
      "class [[nodiscard]] ", method.interface->name, "::", name, " {\n",
      class_body(name, complete_function(send, method), fail_functions(send, method)), "};\n");
}

}  // namespace kidl
