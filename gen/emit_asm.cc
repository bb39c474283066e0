// abi.idl's integers and enumerants, and the system calls' numbers, for assembly.
#include <string>

#include "absl/strings/str_cat.h"
#include "gen/emit.h"

namespace kidl {
namespace {

std::string number(const Constant& constant) {
  if (!constant.literal.empty()) {
    return constant.literal[0] == '-' ? absl::StrCat("(", constant.literal, ")") : constant.literal;
  }
  return constant.value.kind == Value::Kind::kInt ? absl::StrCat("(", constant.value.number, ")")
                                                  : absl::StrCat(constant.value.natural);
}

std::string constants(const File& file) {
  std::string result;
  for (const Constant& each : file.constants) {
    if (each.value.kind != Value::Kind::kInt && each.value.kind != Value::Kind::kUint) continue;
    absl::StrAppend(&result, "#define ABI_", macro_name(each.name), " ", number(each), "\n");
  }
  for (const auto& each : file.enums) {
    result += '\n';
    for (std::size_t index = 0; index < each->enumerants.size(); ++index) {
      absl::StrAppend(&result, "#define ABI_", macro_name(each->name), "_",
                      macro_name(each->enumerants[index].name), " ",
                      each->flags ? std::size_t{1} << index : index, "\n");
    }
  }
  return result;
}

}  // namespace

void emit_asm(const System& system, Output& output) {
  std::string body;
  for (const auto& file : system.files) {
    if (file->name_space == "abi") absl::StrAppend(&body, constants(*file));
  }
  body += "\n// System calls.\n";
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role == Interface::Role::kService) continue;
      for (const Method& method : interface->methods) {
        absl::StrAppend(&body, "#define ABI_NUMBER_", macro_name(interface->name), "_",
                        macro_name(method.name), " ", method.number, "\n");
      }
    }
  }
  output["idl/abi_asm.h"] = header("idl/abi_asm.h", "idl/abi.idl and idl/kernel/*.idl",
                                   "For assembly: the preprocessor is all it needs.", {}, body);
}

}  // namespace kidl
