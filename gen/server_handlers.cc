#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/registers.h"
#include "gen/server_cxx.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

class Handlers {
 public:
  Handlers(const System& system, const Interface& service)
      : system_(system), service_(service), endpoint_(*system.find("Endpoint")) {}

  std::string handler(const Method& method) const {
    std::string result =
        absl::StrCat("  // ", method.interface->name, ".", method.name, "\n",
                     handler_head(absl::StrCat("on_", snake(method.name)),
                                  answers_itself(method) ? "rt::Slot endpoint" : ""));
    if (method.one_way) {
      absl::StrAppend(&result,
                      "    // A caller that waits would wait for nothing.\n"
                      "    if (answer_due(message)) return refused(why, ",
                      malformed(method), ", abi::Detail::kNoReply);\n");
    } else {
      absl::StrAppend(&result,
                      "    // Nobody to answer: not executed.\n"
                      "    if (!answer_due(message)) return rt::Next::kReceive;\n");
    }
    absl::StrAppend(&result, value_checks(method), capability_checks(method));
    if (method.one_way) {
      absl::StrAppend(&result, invoke(method, "    impl."), "    return rt::Next::kReceive;\n");
    } else if (method.deferred) {
      result += deferred_body(method);
    } else {
      absl::StrAppend(&result, invoke(method, "    const auto result = impl."),
                      "    if (!result) return refused(why, result.error());\n", answer(method));
    }
    return result + "  }\n";
  }

 private:
  std::string message(absl::string_view result) const { return message_register(system_, result); }
  std::string message_word(const Parameter& each) const { return message(word_name(each.place)); }

  // The interface's answers are not those of a method with errors of its own.
  std::string bad_value(const Method& method) const {
    return answer_of(method, "kBadValue", method.interface->bad_value);
  }
  std::string malformed(const Method& method) const {
    return answer_of(method, "kMalformed", method.interface->malformed);
  }
  // Of a method that the service has from another, it is that one's.
  std::string answer_of(const Method& method, const std::string& own,
                        std::uint8_t inherited) const {
    if (method.errors != nullptr) return "abi::kEinval";
    if (method.interface == &service_) return own;
    return status_of(inherited);
  }

  std::string value_checks(const Method& method) const {
    if (!method.in.plain) {
      const std::string status =
          malformed(method) == bad_value(method)
              ? bad_value(method)
              : absl::StrCat("result.malformed() ? ", malformed(method), " : ", bad_value(method));
      return take_apart(
          method, upper_first(method.name) + "Request", "request", "message", message("tag"),
          method.one_way ? "return rt::Next::kReceive;"
                         : absl::StrCat("return refused(why, ", status,
                                        ",\n                     result.what, result.argument);"),
          4);
    }
    std::string result;
    int argument = 0;
    for (const Parameter& each : method.parameters) {
      ++argument;
      if (each.type.is_capability()) continue;
      const std::string statement =
          method.one_way ? "return rt::Next::kReceive;"
                         : absl::StrCat("return refused(why, ", bad_value(method), ", ",
                                        refusal_detail(each), ", ", argument, ");");
      result += refuse_unless(refusal(each, message_word(each)), statement, 4);
    }
    return result;
  }

  // A capability of another type, or with too few rights, is refused before the method sees it.
  std::string capability_checks(const Method& method) const {
    std::string result;
    if (optional_of(method.parameters) != nullptr) {
      absl::StrAppend(&result, "    const bool has_all = (", message("tag"),
                      " >> abi::kTagCapabilitiesShift & 3) == ", method.capabilities_in, ";\n");
    }
    const std::string refuse =
        method.one_way ? "return rt::Next::kReceive;"
        : method.interface->malformed != 0 && method.errors == nullptr
            ? absl::StrCat("return refused(why, ", malformed(method), ", abi::Detail::kBadCap);")
            : "return refused<rt::Next::kReject>(why, kept.error());";
    int argument = 0;
    for (const Parameter& each : method.parameters) {
      ++argument;
      if (!each.type.is_capability()) continue;
      result += check_capability(system_, each, argument, refuse);
    }
    return result;
  }

  // Where the capability is; nowhere when an optional one is absent.
  static std::string window(const Parameter& each) {
    return absl::StrCat(each.optional ? "rt::window_slot_if(has_all, " : "rt::window_slot(",
                        each.place, ")");
  }

  std::string invoke(const Method& method, absl::string_view before) const {
    std::vector<std::string> arguments = {"caller_of(message)"};
    if (method.deferred) arguments.push_back(absl::StrCat(completer_name(method), "::adopt(slot)"));
    for (const Parameter& each : method.parameters) {
      arguments.push_back(each.type.is_capability()
                              ? absl::StrCat(given_type(each), "(", window(each), ")")
                          : method.in.plain ? decoded(each.type, message_word(each))
                                            : absl::StrCat("request.", cxx_name(each.name)));
    }
    return wrapped(absl::StrCat(before.substr(4), function_name(method.name), "("), arguments, ");",
                   4);
  }

  // The reply right goes into a Reply object before the method runs; the loop then owes no answer.
  std::string deferred_body(const Method& method) const {
    return absl::StrCat(
        "    const rt::Slot slot = impl.reply_slot();\n"
        "    if (slot == rt::Slot{}) return refused(why, abi::kEnomem, abi::Detail::kNoMemory);\n"
        "    if (const auto kept = kernel::Reply(slot).keep(); !kept) {\n"
        "      return refused<rt::Next::kReject>(why, kept.error());\n    }\n",
        invoke(method, "    impl."), "    return rt::Next::kReceive;\n");
  }

  std::string answer(const Method& method) const {
    const bool with = method.capabilities_out > 0;
    const Method& call = *endpoint_.find(with ? "replyReceiveWith" : "replyReceive");
    const bool one = method.results.size() == 1;
    return absl::StrCat(
        put_together(
            method, upper_first(method.name) + "Reply", method.results, method.out,
            one ? "*result" : "result->",
            "return refused(why, {abi::kEnospc, abi::detail(abi::Detail::kTruncated, 0)});", 4),
        make_call(call, "abi::word(endpoint.index)",
                  success_arguments(call, method, with, "*result", "result->"), 4),
        "    message = out;\n    return rt::Next::kHandled;\n");
  }

  const System& system_;
  const Interface& service_;
  const Interface& endpoint_;
};

}  // namespace

std::string message_register(const System& system, absl::string_view result) {
  const Method& receive = *system.find("Endpoint")->find("receive");
  return absl::StrCat("message.", register_name(place_of(receive.results, result)));
}

std::string status_of(std::uint8_t answer) {
  return answer == 0 ? "abi::kEinval" : absl::StrCat(answer);
}

bool answers_itself(const Method& method) { return !method.one_way && !method.deferred; }

// `message` becomes the next one where the handler itself answers.
std::string handler_head(const std::string& name, const std::string& endpoint) {
  std::vector<std::string> parameters = {"Impl& impl", endpoint, "rt::Registers& message",
                                         "rt::Error& why"};
  std::erase(parameters, "");
  return wrapped(absl::StrCat("[[gnu::always_inline]] static rt::Next ", name, "("), parameters,
                 ") {", 2);
}

std::string method_handler(const System& system, const Interface& service, const Method& method) {
  return Handlers(system, service).handler(method);
}

}  // namespace kidl
