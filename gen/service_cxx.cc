#include "gen/service_cxx.h"

#include <algorithm>

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
  if (type.is_capability()) return absl::StrCat("abi::word(", name, ".slot().index)");
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
    arguments.push_back(argument(call, is_capability ? capability_name(0) : word_name(0),
                                 is_capability ? absl::StrCat("abi::word((", one, ").slot().index)")
                                               : encoded(each.type, one)));
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
  arguments.push_back(argument(call, "shape", with_words(shape, method.out)));
  return arguments;
}

std::string with_words(const std::string& constant, const Layout& layout) {
  return layout.fixed() ? constant : absl::StrCat(constant, " | words.code()");
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

void add_type_header(const Type& type, std::vector<std::string>& includes) {
  if (type.element != nullptr) return add_type_header(*type.element, includes);
  if (type.kind == Kind::kData) includes.emplace_back("<cstddef>");
  if (type.enumeration != nullptr) includes.push_back(types_header(*type.enumeration->file));
  if (type.structure != nullptr) includes.push_back(types_header(*type.structure->file));
}

bool has_capability(const std::vector<Parameter>& list) {
  for (const Parameter& each : list) {
    if (each.type.is_capability()) return true;
  }
  return false;
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
            list.push_back(stubs_header(*each.type.interface->file));
            list.push_back("idl/kernel/cnode.h");  // Received::keep moves with it
          }
          add_type_header(each.type, list);
        }
      }
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
