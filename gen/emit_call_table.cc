// Every system call as data: what the decoders (emit_decode.cc) check, for tests and tools that go
// through all of them. Written from the model alone, so that the two can be held against each
// other.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "gen/emit.h"
#include "gen/layout.h"

namespace kidl {
namespace {

constexpr char kTypes[] =
    R"(// How a parameter lies in its register: kFlags is a set of an enum's bits.
enum class Kind : std::uint8_t {
  kBool,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kEnum,
  kFlags,
  kCapability,
  kLength,  // of what lies in the registers from `tail` on, which are zero beyond it
};

struct Parameter {
  std::string_view name;
  unsigned place;  // x register
  Kind kind;
  // Not of a signed number, which any of its type is, nor of a capability.
  std::uint64_t min;
  std::uint64_t max;
  // kCapability.
  abi::ObjectType type;
  std::uint8_t rights;  // that it must hold
  bool optional = false;
  // kLength.
  unsigned tail = 0;
  unsigned tail_words = 0;
};

struct Call {
  std::string_view name;
  abi::SystemCall number;
  abi::ObjectType invoked;  // null: it takes no capability in t0
  std::uint8_t rights;      // that the invoked capability must hold
  bool receives;
  std::span<const Parameter> parameters;  // in order: argument 1 is parameters[0]
};

struct Object {
  std::string_view name;
  abi::ObjectType type;
  std::uint8_t rights;  // all that there are
};
)";

struct Bounds {
  absl::string_view kind;
  std::uint64_t max = 0;
};

Bounds bounds(const Type& type) {
  switch (type.kind) {
    case Kind::kBool:
      return {"kBool", 1};
    case Kind::kInt8:
      return {"kI8"};
    case Kind::kInt16:
      return {"kI16"};
    case Kind::kInt32:
      return {"kI32"};
    case Kind::kInt64:
      return {"kI64"};
    case Kind::kUint8:
      return {"kU8", 0xff};
    case Kind::kUint16:
      return {"kU16", 0xffff};
    case Kind::kUint32:
      return {"kU32", 0xffffffff};
    case Kind::kEnum: {
      const auto count = type.enumeration->enumerants.size();
      if (type.enumeration->flags) return {"kFlags", set_of_all(*type.enumeration)};
      return {"kEnum", count - 1};
    }
    case Kind::kCapability:
      return {"kCapability"};
    case Kind::kText:
    case Kind::kData:
    case Kind::kList:
      return {"kLength"};
    default:
      return {"kU64", ~std::uint64_t{0}};
  }
}

std::string row(const System& system, const Parameter& parameter) {
  const Bounds type = bounds(parameter.type);
  const std::uint64_t min = parameter.range ? parameter.range->min : 0;
  const std::uint64_t max = parameter.range ? parameter.range->max
                            : parameter.max ? *parameter.max
                                            : type.max;
  const std::string object = parameter.type.is_capability()
                                 ? object_type(system, *parameter.type.interface)
                                 : "abi::ObjectType::kNull";
  std::vector<std::string> items = {absl::StrCat("\"", parameter.name, "\""),
                                    absl::StrCat(parameter.place),
                                    absl::StrCat("Kind::", type.kind),
                                    absl::StrFormat("%#x", min),
                                    absl::StrFormat("%#x", max),
                                    object,
                                    absl::StrFormat("0x%02x", parameter.rights_mask)};
  const int content = tail_words(parameter);
  if (parameter.optional || content > 0) items.emplace_back(parameter.optional ? "true" : "false");
  if (content > 0) {
    items.insert(items.end(), {absl::StrCat(parameter.tail), absl::StrCat(content)});
  }
  return wrapped("{", items, "},", 4);
}

std::string call_name(const Method& method) {
  return absl::StrCat("k", method.interface->name, upper_first(method.name));
}

std::string parameters(const System& system, const Method& method) {
  if (method.parameters.empty()) return "";
  std::string result =
      absl::StrCat("inline constexpr Parameter ", call_name(method), "Parameters[] = {\n");
  for (const Parameter& each : method.parameters) result += row(system, each);
  return result + "};\n";
}

std::string call(const System& system, const Method& method) {
  const bool object = method.interface->role == Interface::Role::kObject;
  const std::vector<std::string> items = {
      absl::StrCat("\"", method.interface->name, ".", method.name, "\""),
      absl::StrCat("abi::SystemCall::", call_name(method)),
      object ? object_type(system, *method.interface) : "abi::ObjectType::kNull",
      absl::StrFormat("0x%02x", method.need_mask),
      method.receives ? "true" : "false",
      method.parameters.empty() ? "{}"
                                : absl::StrCat("internal::", call_name(method), "Parameters")};
  return wrapped("{", items, "},", 4);
}

std::string object(const System& system, const Interface& interface) {
  const unsigned rights = (1U << interface.rights.size()) - 1;
  return wrapped("{",
                 {absl::StrCat("\"", interface.name, "\""), object_type(system, interface),
                  absl::StrFormat("0x%02x", rights)},
                 "},", 4);
}

}  // namespace

void emit_call_table(const System& system, Output& output) {
  std::vector<const Method*> calls;
  std::vector<const Interface*> objects;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role == Interface::Role::kService) continue;
      if (interface->role == Interface::Role::kObject) objects.push_back(interface.get());
      for (const Method& method : interface->methods) calls.push_back(&method);
    }
  }
  const auto by_number = [](const Method* a, const Method* b) { return a->number < b->number; };
  std::sort(calls.begin(), calls.end(), by_number);
  const auto by_type = [](const Interface* a, const Interface* b) {
    return a->object_type < b->object_type;
  };
  std::sort(objects.begin(), objects.end(), by_type);

  std::string lists;
  std::string rows;
  for (const Method* method : calls) {
    const std::string list = parameters(system, *method);
    if (!list.empty()) absl::StrAppend(&lists, list, "\n");
    rows += call(system, *method);
  }
  std::string types;
  for (const Interface* interface : objects) types += object(system, *interface);
  const std::string body =
      absl::StrCat(kTypes, "\nnamespace internal {\n\n", lists, "}  // namespace internal\n\n",
                   "// By number.\ninline constexpr Call kAll[] = {\n", rows, "};\n\n",
                   "// By type.\ninline constexpr Object kObjects[] = {\n", types, "};\n");
  output["idl/kernel_calls.h"] = header(
      "idl/kernel_calls.h", "idl/kernel/*.idl",
      "Every system call as data: its number, the object that it is invoked on, and its parameters "
      "with their registers, bounds and rights. What the decoders check; for tests.",
      {"<cstdint>", "<span>", "<string_view>", "idl/abi.h", "idl/system_call.h"},
      in_namespace("calls", body));
}

}  // namespace kidl
