#include "gen/service_cxx.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

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
                                        const std::string& prefix) {
  std::vector<Argument> words;
  std::vector<Argument> capabilities;
  for (const Parameter& each : list) {
    const std::string value = encoded(each.type, prefix + cxx_name(each.name));
    if (each.type.is_capability()) {
      capabilities.push_back(argument(call, capability_name(each.place), value));
    } else {
      words.push_back(argument(call, word_name(each.place), value));
    }
  }
  words.insert(words.end(), capabilities.begin(), capabilities.end());
  return words;
}

std::vector<Argument> success_arguments(const Method& call, const Method& method,
                                        bool with_capabilities, const std::string& one,
                                        const std::string& prefix) {
  std::vector<Argument> arguments;
  if (method.results.size() == 1) {
    const Parameter& each = method.results[0];
    const bool is_capability = each.type.is_capability();
    arguments.push_back(argument(call, is_capability ? capability_name(0) : word_name(0),
                                 is_capability ? absl::StrCat("abi::word((", one, ").slot().index)")
                                               : encoded(each.type, one)));
  } else {
    arguments = message_arguments(call, method.results, prefix);
  }
  if (with_capabilities) {
    for (int each = method.capabilities_out; each < 3; ++each) {
      arguments.push_back(argument(call, capability_name(each), "0"));
    }
  }
  arguments.push_back(argument(call, "status", "0"));
  arguments.push_back(
      argument(call, "shape",
               absl::StrCat(method.interface->name, "::k", upper_first(method.name), "Shape")));
  return arguments;
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
          if (each.type.enumeration != nullptr) {
            list.push_back(types_header(*each.type.enumeration->file));
          }
        }
      }
    }
  }
  return list;
}

}  // namespace kidl
