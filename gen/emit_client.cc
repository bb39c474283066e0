// A service's client stubs: each method one system call, inlined, one branch on success.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"
#include "gen/registers.h"
#include "gen/service_cxx.h"
#include "gen/tag.h"

namespace kidl {
namespace {

class Client {
 public:
  Client(const System& system, const Interface& service)
      : system_(system), service_(service), endpoint_(*system.find("Endpoint")) {}

  std::string definition() const {
    const std::string name = service_.name + "Client";
    const std::string super =
        service_.super == nullptr ? "" : absl::StrCat(service_.super->name, "Client");
    std::string result =
        absl::StrCat(comment(service_.doc, 0), "class ", name,
                     super.empty() ? "" : absl::StrCat(" : public ", super), " {\n public:\n");
    for (const Method& method : service_.methods) result += result_struct(method);
    absl::StrAppend(
        &result, "  constexpr ", name, "() = default;\n  explicit constexpr ", name,
        "(rt::Slot endpoint) : ", super.empty() ? "slot_" : super, "(endpoint) {}\n",
        super.empty() ? "  constexpr rt::Slot endpoint() const { return slot_; }\n" : "");
    for (const Method& method : service_.methods) {
      absl::StrAppend(&result, "\n", comment(method.doc, 2), plain(method),
                      "  // The same, until `call_deadline` (nanoseconds, absolute) at the latest: "
                      "then etimedout.\n",
                      with_deadline(method));
    }
    return result + (super.empty() ? "\n private:\n  rt::Slot slot_;\n};\n" : "};\n");
  }

 private:
  std::string result_struct(const Method& method) const {
    if (method.results.size() < 2) return "";
    const std::string name = upper_first(method.name) + "Result";
    if (!has_capability(method.results)) {
      return absl::StrCat("  using ", name, " = ", service_.name, "::", name, ";\n");
    }
    std::string result = absl::StrCat("  struct ", name, " {\n");
    for (const Parameter& each : method.results) {
      absl::StrAppend(&result, "    ", result_type(each), " ", cxx_name(each.name), "{};\n");
    }
    return result + "  };\n";
  }

  static std::string result_type(const Parameter& result) {
    return result.type.is_capability() ? absl::StrCat("rt::Received<", cxx_type(result.type), ">")
                                       : owned_type(result);
  }

  static std::string return_type(const Method& method) {
    if (method.results.empty()) return "void";
    if (method.results.size() == 1) return result_type(method.results[0]);
    return upper_first(method.name) + "Result";
  }

  static std::string signature(const Method& method, const std::string& name,
                               const std::vector<std::string>& parameters) {
    return deprecation(method) + wrapped(absl::StrCat("[[gnu::always_inline]] rt::Result<",
                                                      return_type(method), "> ", name, "("),
                                         parameters, ") const {", 2);
  }

  // Endpoint.call carries neither a deadline nor capabilities; what needs them goes through the
  // variant.
  std::string plain(const Method& method) const {
    std::string result = signature(method, function_name(method.name), stub_parameters(method));
    if (method.one_way || method.capabilities_in > 0 || method.deadline != 0) {
      if (method.deadline != 0) {
        absl::StrAppend(&result,
                        "    const auto kept = kernel::Self::now();\n"
                        "    if (!kept) return rt::failure(kept.error());\n");
      }
      std::vector<std::string> names = {method.deadline != 0
                                            ? absl::StrCat("*kept + ", method.deadline, "U")
                                        : method.event ? "0"
                                                       : "abi::kNoDeadline"};
      if (passes(method)) names.emplace_back("through");
      for (const Parameter& each : method.parameters) names.push_back(cxx_name(each.name));
      absl::StrAppend(&result, wrapped(absl::StrCat("return this->", until_name(method.name), "("),
                                       names, ");", 4));
    } else {
      const Method& call = *endpoint_.find("call");
      std::vector<Argument> arguments = message_arguments(call, method.parameters, method.in, "");
      arguments.push_back(argument(call, "tag", tag(method)));
      absl::StrAppend(&result, preparation(method), make_call(call, invoked(), arguments, 4),
                      answer(call, method));
    }
    return result + "  }\n";
  }

  std::string with_deadline(const Method& method) const {
    std::vector<std::string> list = stub_parameters(method);
    list.insert(list.begin(), "std::uint64_t call_deadline");
    const Method& call = *endpoint_.find(method.one_way ? "send" : "callWith");
    std::vector<Argument> arguments = message_arguments(call, method.parameters, method.in, "");
    // "The other slots must be 0."
    for (int each = method.capabilities_in; each < 3; ++each) {
      arguments.push_back(argument(call, capability_name(each), "0"));
    }
    arguments.push_back(argument(call, "tag", tag(method)));
    arguments.push_back(argument(call, "deadline", "call_deadline"));
    replace_passed(call, method, arguments);
    return absl::StrCat(signature(method, until_name(method.name), list), preparation(method),
                        passing(method), make_call(call, invoked(), arguments, 4),
                        answer(call, method), "  }\n");
  }

  // Whether the stub makes capabilities for the call, for which it needs empty slots.
  static bool makes(const Parameter& each) {
    return each.pass == Parameter::Pass::kMint || each.pass == Parameter::Pass::kLend;
  }
  static bool passes(const Method& method) {
    return std::any_of(method.parameters.begin(), method.parameters.end(), makes);
  }

  static std::vector<std::string> stub_parameters(const Method& method) {
    std::vector<std::string> list = declarations(method.parameters);
    if (passes(method)) list.insert(list.begin(), "rt::Slot through");
    return list;
  }

  // `through`: as many empty slots in a row as the method has capabilities that are made for it.
  static std::string passing(const Method& method) {
    std::string result;
    for (const Parameter& each : method.parameters) {
      if (!makes(each)) continue;
      if (result.empty()) result = "    rt::Passing self(through);\n";
      const std::string name = cxx_name(each.name);
      const bool lent = each.pass == Parameter::Pass::kLend;
      absl::StrAppend(
          &result,
          each.optional
              ? absl::StrCat("    auto pass", each.place, " = rt::Result<rt::Slot>(rt::Slot{});\n",
                             "    if (", slot_of(each, name), " != rt::Slot{}) pass", each.place,
                             " =\n        ")
              : absl::StrCat("    const auto pass", each.place, " =\n        "),
          absl::StrFormat("self.mint(%s, 0x%02x, %s);\n", slot_of(each, name), each.rights_mask,
                          lent ? "true" : "false"),
          "    if (!pass", each.place, ") return rt::failure(pass", each.place, ".error());\n");
    }
    return result;
  }

  // What a capability's register is set to.
  static void replace_passed(const Method& call, const Method& method,
                             std::vector<Argument>& arguments) {
    for (const Parameter& each : method.parameters) {
      if (!makes(each)) continue;
      const int place = place_of(call.parameters, capability_name(each.place));
      for (Argument& argument : arguments) {
        if (argument.place != place) continue;
        argument.value = absl::StrCat("abi::word(pass", each.place, "->index)");
      }
    }
  }

  std::string moved(const Method& method) const {
    std::string result;
    for (const Parameter& each : method.parameters) {
      if (each.pass != Parameter::Pass::kMove) continue;
      absl::StrAppend(&result, "    rt::Passing::give_up(", slot_of(each, cxx_name(each.name)),
                      ");\n");
    }
    return result;
  }

  std::string invoked() const {
    return service_.super == nullptr ? "abi::word(slot_.index)"
                                     : "abi::word(this->endpoint().index)";
  }

  std::string tag(const Method& method) const {
    const std::string constant =
        absl::StrCat(service_.name, "::k", upper_first(method.name), "Tag");
    return sent_shape(constant, method.parameters, method.in, "");
  }

  // What is too long is not sent; nor what needs a buffer that the thread does not have.
  static std::string preparation(const Method& method) {
    std::string result;
    int index = 0;
    for (const Parameter& each : method.parameters) {
      ++index;
      if (!each.max) continue;
      absl::StrAppend(&result, "    if (", cxx_name(each.name), ".size() > ", *each.max,
                      "U) {\n      return rt::failure(abi::kEinval, abi::Detail::kBadLength, ",
                      index, ");\n    }\n");
    }
    const std::string refuse = "return rt::failure(abi::kEinval, abi::Detail::kBadLength);";
    if (method.out.most > kMessageRegisters) {
      absl::StrAppend(&result, "    if (rt::message_buffer() == nullptr) {\n      ", refuse,
                      "\n    }\n");
    }
    return result + put_together(method, upper_first(method.name) + "Request", method.parameters,
                                 method.in, "", refuse, 4);
  }

  std::string word(const Method& call, const Parameter& result) const {
    return absl::StrCat("out.", register_name(place_of(call.results, word_name(result.place))));
  }

  std::string value(const Method& call, const Parameter& result) const {
    if (!result.type.is_capability()) return decoded(result.type, word(call, result));
    if (result.optional) {
      return absl::StrCat(result_type(result), "(rt::window_slot_if(has_all, ", result.place, "))");
    }
    return absl::StrCat(result_type(result), "(rt::window_slot(", result.place, "))");
  }

  // A server is another domain: what it answers is checked like any message.
  std::string answer(const Method& call, const Method& method) const {
    std::string result =
        absl::StrCat("    if (out.a6 != 0) return rt::refusal(out);\n", moved(method));
    if (!method.out.plain) return result + long_answer(call, method);
    if (method.capabilities_out > 0) {
      const std::string shape =
          absl::StrCat("out.", register_name(place_of(call.results, "shape")));
      const std::string constant =
          absl::StrCat(service_.name, "::k", upper_first(method.name), "Shape");
      result += shape_check(method, shape, constant, without_optional(constant));
      result += capability_checks(method);
    }
    int index = 0;
    for (const Parameter& each : method.results) {
      ++index;
      if (each.type.is_capability()) continue;
      result += refuse_unless(refusal(each, word(call, each)),
                              absl::StrCat("return rt::failure(abi::kEinval, ",
                                           refusal_detail(each), ", ", index, ");"),
                              4);
    }
    if (method.results.empty()) return result + "    return {};\n";
    if (method.results.size() == 1) {
      return absl::StrCat(result, "    return ", value(call, method.results[0]), ";\n");
    }
    std::vector<std::string> items;
    items.reserve(method.results.size());
    for (const Parameter& each : method.results) {
      items.push_back(absl::StrCat(".", cxx_name(each.name), " = ", value(call, each)));
    }
    return absl::StrCat(result,
                        wrapped(absl::StrCat("return ", return_type(method), "{"), items, "};", 4));
  }

  // As many capabilities as there must be.
  static std::string shape_check(const Method& method, const std::string& shape,
                                 const std::string& wanted, const std::string& without) {
    const std::string refuse =
        " {\n      return rt::failure(abi::kEinval, abi::Detail::kBadLength);\n    }\n";
    if (optional_of(method.results) == nullptr) {
      return absl::StrCat("    if (", shape, " != ", wanted, ")", refuse);
    }
    return absl::StrCat("    const bool has_all = ", shape, " == ", wanted,
                        ";\n    if (!has_all && ", shape, " != (", without, "))", refuse);
  }

  // What has come must be what is declared.
  std::string capability_checks(const Method& method) const {
    std::string result;
    int index = 0;
    for (const Parameter& each : method.results) {
      ++index;
      if (!each.type.is_capability()) continue;
      result += check_capability(system_, each, index, "return rt::failure(kept.error());");
    }
    return result;
  }

  // One that is taken apart word by word.
  std::string long_answer(const Method& call, const Method& method) const {
    const std::string shape = absl::StrCat("out.", register_name(place_of(call.results, "shape")));
    std::string result = absl::StrCat(
        shape_check(method, absl::StrCat("rt::capabilities(", shape, ")"),
                    absl::StrCat(method.capabilities_out),
                    absl::StrCat(method.capabilities_out - 1)),
        capability_checks(method),
        take_apart(method, upper_first(method.name) + "Reply", "kept", "out", shape,
                   "return rt::failure(abi::kEinval, result.what, result.argument);", 4));
    if (method.results.size() == 1) {
      return absl::StrCat(result, "    return kept.", cxx_name(method.results[0].name), ";\n");
    }
    std::vector<std::string> items;
    items.reserve(method.results.size());
    for (const Parameter& each : method.results) {
      const std::string name = cxx_name(each.name);
      items.push_back(absl::StrCat(
          ".", name, " = ",
          each.type.is_capability() ? value(call, each) : absl::StrCat("kept.", name)));
    }
    return absl::StrCat(result,
                        wrapped(absl::StrCat("return ", return_type(method), "{"), items, "};", 4));
  }

  const System& system_;
  const Interface& service_;
  const Interface& endpoint_;
};

}  // namespace

void emit_client(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::string body;
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      absl::StrAppend(&body, body.empty() ? "" : "\n", Client(system, *each).definition());
    }
    const std::string path = stem(file->path) + "_client.h";
    std::vector<std::string> includes = service_includes(*file);
    add_supers(*file, "_client.h", includes);
    output[path] = header(path, *file, absl::StrCat("Client stubs. ", file->doc), includes,
                          in_namespace(file->name_space, making_calls(body)));
  }
}

}  // namespace kidl
