// The users' system-call stubs: one class an object, a handle that holds a slot and nothing more.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gen/emit.h"
#include "gen/registers.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

std::string result_of(const Parameter& result) {
  return decoded(result.type, absl::StrCat("out.", register_name(result.place)));
}

std::string result_type(const Method& method) {
  if (method.results.empty()) return "void";
  if (method.results.size() == 1) return owned_type(method.results[0]);
  return upper_first(method.name) + "Result";
}

std::string result_struct(const Method& method) {
  if (method.results.size() < 2) return "";
  std::string result = absl::StrCat("  struct ", result_type(method), " {\n");
  for (const Parameter& each : method.results) {
    absl::StrAppend(&result, comment(each.doc, 4), "    ", owned_type(each), " ",
                    cxx_name(each.name), "{};\n");
  }
  return result + "  };\n";
}

std::string return_statement(const Method& method) {
  if (method.results.empty()) return "    return {};\n";
  if (method.results.size() == 1) {
    return absl::StrCat("    return ", result_of(method.results[0]), ";\n");
  }
  std::vector<std::string> items;
  items.reserve(method.results.size());
  for (const Parameter& each : method.results) {
    items.push_back(absl::StrCat(".", cxx_name(each.name), " = ", result_of(each)));
  }
  return wrapped(absl::StrCat("return ", result_type(method), "{"), items, "};", 4);
}

std::string stub(const Method& method) {
  const bool ambient = method.interface->role == Interface::Role::kAmbient;
  std::vector<Argument> arguments;
  arguments.reserve(method.parameters.size());
  for (const Parameter& each : method.parameters) {
    arguments.push_back({each.place, encoded(each.type, cxx_name(each.name))});
  }
  const std::string before =
      absl::StrCat("[[gnu::always_inline]] ", ambient ? "static " : "", "rt::Result<",
                   result_type(method), "> ", function_name(method.name), "(");
  return absl::StrCat(
      result_struct(method), comment(method.doc, 2),
      wrapped(before, declarations(method.parameters), ambient ? ") {" : ") const {", 2),
      make_call(method, ambient ? "" : "abi::word(slot_.index)", arguments, 4),
      "    if (out.a6 != 0) return rt::failure(out);\n", return_statement(method), "  }\n");
}

std::string handle(const System& system, const Interface& interface) {
  const bool ambient = interface.role == Interface::Role::kAmbient;
  const std::string& name = interface.name;
  std::string result = absl::StrCat(comment(interface.doc, 0), "class ", name, " {\n public:\n");
  if (!ambient) {
    absl::StrAppend(&result,
                    "  static constexpr abi::ObjectType kType = ", object_type(system, interface),
                    ";\n  using Right = abi::", name, "Right;\n\n  constexpr ", name,
                    "() = default;\n  explicit constexpr ", name,
                    "(rt::Slot slot) : slot_(slot) {}\n"
                    "  constexpr rt::Slot slot() const { return slot_; }\n");
  }
  for (const Method& method : interface.methods) absl::StrAppend(&result, "\n", stub(method));
  if (!ambient) result += "\n private:\n  rt::Slot slot_;\n";
  return result + "};\n";
}

std::vector<std::string> includes_of(const File& file) {
  std::vector<std::string> list = {"<cstdint>",         "idl/abi.h",  "idl/kernel_rights.h",
                                   "idl/system_call.h", "idl/wire.h", "servers/runtime/ipc.h"};
  if (file.has_types()) list.push_back(types_header(file));
  for (const auto& interface : file.interfaces) {
    for (const Method& method : interface->methods) {
      for (const auto* parameters : {&method.parameters, &method.results}) {
        for (const Parameter& each : *parameters) {
          if (each.type.interface != nullptr && each.type.interface->file != &file) {
            list.push_back(stubs_header(*each.type.interface->file));
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

}  // namespace

std::string make_call(const Method& call, const std::string& invoked,
                      const std::vector<Argument>& arguments, int indent) {
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  std::string result =
      absl::StrCat(lead, "rt::Registers in;\n", lead, "in.a7 = abi::word(abi::SystemCall::k",
                   call.interface->name, upper_first(call.name), ");\n");
  std::vector<std::string> used = {"rt::kA7"};
  const auto set = [&](int place, const std::string& value) {
    const absl::string_view name = register_name(place);
    absl::StrAppend(&result, lead, "in.", name, " = ", value, ";\n");
    used.push_back(absl::StrCat("rt::k", upper_first(name)));
  };
  if (!invoked.empty()) set(kT0, invoked);
  for (const Argument& each : arguments) set(each.place, each.value);
  const std::string before =
      absl::StrCat("const rt::Registers out = rt::", call.receives ? "ecall_receiving<" : "ecall<");
  // A mask reads as one item after the other.
  std::string line = lead + before;
  for (std::size_t index = 0; index < used.size(); ++index) {
    const std::string item =
        absl::StrCat(index > 0 ? " | " : "", used[index], index + 1 == used.size() ? ">(in);" : "");
    if (line.size() + item.size() > 100) {
      absl::StrAppend(&result, line, " |\n");
      line = lead + "    " + absl::StrCat(used[index], index + 1 == used.size() ? ">(in);" : "");
    } else {
      line += item;
    }
  }
  return absl::StrCat(result, line, "\n");
}

int place_of(const std::vector<Parameter>& list, absl::string_view name) {
  for (const Parameter& each : list) {
    if (each.name == name) return each.place;
  }
  return -1;
}

void emit_syscalls(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_objects()) continue;
    std::string body;
    for (const auto& each : file->interfaces) {
      if (each->role == Interface::Role::kService) continue;
      absl::StrAppend(&body, body.empty() ? "" : "\n", handle(system, *each));
    }
    const std::string path = stubs_header(*file);
    output[path] = header(path, *file, file->doc, includes_of(*file),
                          in_namespace(file->name_space, making_calls(body)));
  }
}

}  // namespace kidl
