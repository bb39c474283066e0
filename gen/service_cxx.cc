#include "gen/service_cxx.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gen/layout.h"
#include "gen/tag.h"

namespace kidl {

std::string word_name(int index) { return absl::StrCat("w", index); }
std::string capability_name(int index) { return absl::StrCat("c", index); }

std::string encoded(const Type& type, const std::string& name) {
  if (type.is_capability()) {
    const bool is_service = type.interface->role == Interface::Role::kService;
    return absl::StrCat("abi::word(", name, is_service ? ".endpoint()" : ".slot()", ".index)");
  }
  return type.kind == Kind::kUint64 ? name : absl::StrCat("abi::word(", name, ")");
}

std::string decoded(const Type& type, const std::string& word) {
  return type.kind == Kind::kUint64 ? word
                                    : absl::StrCat("abi::value<", cxx_type(type), ">(", word, ")");
}

std::string refusal(const Parameter& parameter, const std::string& word) {
  const Type& type = parameter.type;
  std::vector<std::string> conditions;
  if (type.kind == Kind::kEnum) {
    conditions.push_back(absl::StrCat("!", validator(*type.enumeration), "(", word, ")"));
  } else if (type.kind != Kind::kUint64 && type.kind != Kind::kInt64) {
    // A range that is narrower than the type, and below the sign bit of a 32-bit register, is all
    // there is to check.
    const bool range_is_enough =
        parameter.range && (type.kind != Kind::kUint32 || parameter.range->max < 0x80000000);
    if (!range_is_enough) {
      conditions.push_back(absl::StrCat("!abi::fits<", cxx_type(type), ">(", word, ")"));
    }
  }
  if (parameter.range) {
    const bool typed = type.kind == Kind::kUint32 && parameter.range->max >= 0x80000000;
    const std::string value = typed ? decoded(type, word) : word;
    if (parameter.range->min > 0) {
      conditions.push_back(absl::StrCat(value, " < ", parameter.range->min, "U"));
    }
    conditions.push_back(absl::StrCat(value, " > ", parameter.range->max, "U"));
  }
  return absl::StrJoin(conditions, " || ");
}

std::string refuse_unless(const std::string& refusal, const std::string& statement, int indent) {
  if (refusal.empty()) return "";
  const std::vector<std::string> conditions = absl::StrSplit(refusal, " || ");
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  std::string result;
  std::string line = lead + "if (";
  for (std::size_t index = 0; index < conditions.size(); ++index) {
    const bool last = index + 1 == conditions.size();
    const std::string item = absl::StrCat(conditions[index], last ? ") {" : " ||");
    if (line.size() + 1 + item.size() > 100) {
      absl::StrAppend(&result, line, "\n");
      line = lead + "    ";
    } else if (index > 0) {
      line += ' ';
    }
    line += item;
  }
  return absl::StrCat(result, line, "\n", lead, "  ", statement, "\n", lead, "}\n");
}

std::string refusal_detail(const Parameter& parameter) {
  return parameter.type.kind == Kind::kEnum ? "abi::Detail::kBadEnum" : "abi::Detail::kBadRange";
}

Argument argument(const Method& call, absl::string_view parameter, const std::string& value) {
  return {place_of(call.parameters, parameter), value};
}

std::vector<Argument> message_arguments(const Method& call, const std::vector<Parameter>& list,
                                        const Layout& layout, const std::string& prefix) {
  std::vector<Argument> words;
  std::vector<Argument> capabilities;
  for (const Parameter& each : list) {
    const std::string value = encoded(each.type, prefix + cxx_name(each.name));
    if (each.type.is_capability()) {
      capabilities.push_back(argument(call, capability_name(each.place), value));
    } else if (layout.plain) {
      words.push_back(argument(call, word_name(each.place), value));
    }
  }
  for (int each = 0; !layout.plain && each < std::min(layout.most, kMessageRegisters); ++each) {
    words.push_back(argument(call, word_name(each), absl::StrCat("words.word(", each, ")")));
  }
  words.insert(words.end(), capabilities.begin(), capabilities.end());
  return words;
}

std::vector<Argument> success_arguments(const Method& call, const Method& method,
                                        bool with_capabilities, const std::string& one,
                                        const std::string& prefix) {
  std::vector<Argument> arguments;
  if (method.results.size() == 1 && method.out.plain) {
    const Parameter& each = method.results[0];
    const bool is_capability = each.type.is_capability();
    arguments.push_back(
        argument(call, is_capability ? capability_name(0) : word_name(0),
                 encoded(each.type, is_capability ? absl::StrCat("(", one, ")") : one)));
  } else {
    arguments = message_arguments(call, method.results, method.out, prefix);
  }
  if (with_capabilities) {
    for (int each = method.capabilities_out; each < 3; ++each) {
      arguments.push_back(argument(call, capability_name(each), "0"));
    }
  }
  arguments.push_back(argument(call, "status", "0"));
  const std::string shape =
      absl::StrCat(method.interface->name, "::k", upper_first(method.name), "Shape");
  const std::string before = method.results.size() == 1 && !one.empty() ? one : prefix;
  const bool is_named = method.results.size() == 1 && !one.ends_with("result");
  arguments.push_back(argument(
      call, "shape", sent_shape(shape, method.results, method.out, is_named ? "" : before)));
  const bool waits = std::ranges::any_of(
      call.parameters, [](const Parameter& each) { return each.name == "deadline"; });
  if (waits) arguments.push_back(argument(call, "deadline", "abi::kNoDeadline"));
  return arguments;
}

std::string slot_of(const Parameter& capability, const std::string& name) {
  const bool is_service = capability.type.interface->role == Interface::Role::kService;
  return absl::StrCat(name, is_service ? ".endpoint()" : ".slot()");
}

const Parameter* optional_of(const std::vector<Parameter>& list) {
  for (const Parameter& each : list) {
    if (each.optional) return &each;
  }
  return nullptr;
}

std::string without_optional(const std::string& constant) {
  return absl::StrCat(constant, " - (1U << abi::kTagCapabilitiesShift)");
}

std::string sent_shape(const std::string& constant, const std::vector<Parameter>& list,
                       const Layout& layout, const std::string& prefix) {
  std::string result = constant;
  if (const Parameter* each = optional_of(list)) {
    const bool is_only = prefix.ends_with("*result");
    const std::string name = is_only ? "(*result)" : prefix + cxx_name(each->name);
    result = absl::StrCat("(", result, " - rt::absent(", slot_of(*each, name), "))");
  }
  return layout.fixed() ? result : absl::StrCat(result, " | words.code()");
}

std::string check_capability(const System& system, const Parameter& capability, int argument,
                             const std::string& refuse) {
  const int indent = capability.optional ? 6 : 4;
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  const std::string check =
      wrapped("if (const auto kept = rt::lookup(",
              {absl::StrCat("rt::window_slot(", capability.place, ")"),
               object_type(system, *capability.type.interface),
               absl::StrFormat("0x%02x", capability.rights_mask), absl::StrCat(argument)},
              "); !kept) {", indent);
  const std::string result = absl::StrCat(check, lead, "  ", refuse, "\n", lead, "}\n");
  return capability.optional ? absl::StrCat("    if (has_all) {\n", result, "    }\n") : result;
}

namespace {

std::string message_namespace(const Method& method) {
  return absl::StrCat(method.interface->file->name_space,
                      "::", namespace_name(method.interface->name));
}

std::string buffer_of(const Layout& layout) {
  return layout.most > kMessageRegisters ? "rt::message_buffer()" : "nullptr";
}

}  // namespace

std::string put_together(const Method& method, const std::string& name,
                         const std::vector<Parameter>& list, const Layout& layout,
                         const std::string& before, const std::string& refuse, int indent) {
  if (layout.plain) return "";
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  std::vector<std::string> arguments = {"words"};
  const bool is_only = list.size() == 1 && before.ends_with("result");
  for (const Parameter& each : list) {
    if (each.type.is_capability()) continue;
    arguments.push_back(is_only ? before : before + cxx_name(each.name));
  }
  std::string result = absl::StrCat(lead, "abi::Sink words(", buffer_of(layout), ");\n");
  absl::StrAppend(&result,
                  wrapped(absl::StrCat(message_namespace(method), "::encode_", snake(name), "("),
                          arguments, ");", indent));
  if (layout.most > kMessageRegisters) {
    absl::StrAppend(&result, lead, "if (!words.fits()) ", refuse, "\n");
  }
  return result;
}

std::string take_apart(const Method& method, const std::string& name, const std::string& what,
                       const std::string& registers, const std::string& shape,
                       const std::string& refuse, int indent) {
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  const std::string in = message_namespace(method);
  return absl::StrCat(lead, "rt::Incoming frame(", registers, ", ", shape, ");\n", lead, in,
                      "::", name, " ", what, ";\n", lead, "if (const abi::Refusal result = ", in,
                      "::decode(frame.words(), ", what, ")) {\n", lead, "  ", refuse, "\n", lead,
                      "}\n");
}

std::string given_type(const Parameter& parameter) {
  if (!parameter.type.is_capability()) return view_type(parameter);
  const bool lent = parameter.pass == Parameter::Pass::kLend;
  return absl::StrCat(lent ? "rt::Lent<" : "rt::Received<", cxx_type(parameter.type), ">");
}

std::string answer_type(const Method& method) {
  if (method.results.empty()) return "void";
  if (method.results.size() == 1) return owned_type(method.results[0]);
  return absl::StrCat(method.interface->name, "::", upper_first(method.name), "Result");
}

std::string completer_name(const Method& method) {
  return absl::StrCat(method.interface->name, "::", upper_first(method.name), "Completer");
}

std::string implemented_type(const Method& method) {
  return method.deferred || method.one_way ? "void"
                                           : absl::StrCat("rt::Result<", answer_type(method), ">");
}

void add_type_header(const Type& type, std::vector<std::string>& includes) {
  if (type.element != nullptr) return add_type_header(*type.element, includes);
  if (type.kind == Kind::kData) includes.emplace_back("<cstddef>");
  if (type.enumeration != nullptr) includes.push_back(types_header(*type.enumeration->file));
  if (type.structure != nullptr) includes.push_back(types_header(*type.structure->file));
}

std::string deprecation(const Method& method) {
  if (method.deprecated.empty()) return "";
  return absl::StrCat("  [[deprecated(\"", absl::CEscape(method.deprecated), "\")]]\n");
}

bool has_capability(const std::vector<Parameter>& list) {
  for (const Parameter& each : list) {
    if (each.type.is_capability()) return true;
  }
  return false;
}

void add_supers(const File& file, absl::string_view ending, std::vector<std::string>& includes) {
  for (const auto& each : file.interfaces) {
    if (each->super == nullptr || each->super->file == &file) continue;
    includes.push_back(absl::StrCat(stem(each->super->file->path), ending));
  }
}

std::vector<std::string> service_includes(const File& file) {
  std::vector<std::string> list = {
      "<cstdint>",       "idl/abi.h", "idl/system_call.h", "idl/wire.h", "servers/runtime/ipc.h",
      types_header(file)};
  for (const auto& interface : file.interfaces) {
    if (interface->role != Interface::Role::kService) continue;
    for (const Method& method : interface->methods) {
      for (const auto* parameters : {&method.parameters, &method.results}) {
        for (const Parameter& each : *parameters) {
          if (each.type.interface != nullptr) {
            if (each.type.interface->file != &file ||
                each.type.interface->role != Interface::Role::kService) {
              list.push_back(handle_header(*each.type.interface));
            }
            list.push_back("idl/kernel/cnode.h");  // Received::keep moves with it
          }
          add_type_header(each.type, list);
          if (each.pass != Parameter::Pass::kCopy) list.push_back("servers/runtime/passing.h");
        }
      }
      if (method.deadline != 0) list.emplace_back("idl/kernel/self.h");
      if (method.in.plain && method.out.plain) continue;
      list.push_back(absl::StrCat(stem(file.path), "_message.h"));
      for (const char* each :
           {"<span>", "<string_view>", "idl/bounded.h", "servers/runtime/incoming.h"}) {
        list.emplace_back(each);
      }
    }
  }
  return list;
}

}  // namespace kidl
