// What both sides of the boundary share beyond abi.idl's numbers: how a value lies in a register,
// the system calls' numbers, and the rights of each object.
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"

namespace kidl {
namespace {

constexpr char kWire[] =
    R"(// A value of 32 bits and less fills its whole register: 32-bit values sign-extended whatever their
// sign, narrower ones extended by their own sign, as the RISC-V calling convention (lp64) has them.
template <class T>
constexpr std::uint64_t word(T value) {
  static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
  if constexpr (std::is_enum_v<T>) {
    return word(std::to_underlying(value));
  } else if constexpr (sizeof(T) == 4) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(value)));
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  } else {
    return value;
  }
}

// The value that lies in a register; what is beyond its type is not looked at.
template <class T>
constexpr T value(std::uint64_t word) {
  return static_cast<T>(word);
}

// Whether a whole register is some T's. Says nothing of enumerants.
template <class T>
constexpr bool fits(std::uint64_t raw) {
  return word(static_cast<T>(raw)) == raw;
}

// How many words a message has, of the field of a tag or a shape that tells it: up to
// kMessageRegisters the words themselves; from there on two words a step, the most
// kMessageWordsMax.
constexpr unsigned message_words(unsigned code) {
  return code <= kMessageRegisters ? code : kMessageRegisters + 2 * (code - kMessageRegisters);
}
// The field for so many words, rounded up to what there is.
constexpr unsigned message_code(unsigned words) {
  return words <= kMessageRegisters ? words
                                    : kMessageRegisters + (words - kMessageRegisters + 1) / 2;
}

// The detail register's content: what was wrong, and which argument, counted from 1 (0: none in
// particular).
constexpr std::uint32_t detail(Detail what, std::uint32_t argument) {
  return argument << 8 | static_cast<std::uint32_t>(what);
}
constexpr std::uint64_t detail_argument(std::uint64_t detail) { return detail >> 8; }
constexpr Detail detail_what(std::uint64_t detail) { return static_cast<Detail>(detail & 0xff); }
)";

std::string system_calls(const System& system) {
  std::map<std::uint16_t, std::string> numbers;
  std::map<std::uint16_t, std::string> names;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role == Interface::Role::kService) continue;
      for (const Method& method : interface->methods) {
        numbers[method.number] = absl::StrCat("k", interface->name, upper_first(method.name));
        names[method.number] = absl::StrCat(interface->name, ".", method.name);
      }
    }
  }
  std::string result = "enum class SystemCall : std::uint64_t {\n";
  for (const auto& [number, name] : numbers) {
    absl::StrAppend(&result, "  ", name, " = ", number, ",\n");
  }
  absl::StrAppend(&result,
                  "};\n\n// \"Endpoint.call\", for traces; \"?\" for a number that is no call's.\n"
                  "constexpr std::string_view to_string(SystemCall call) {\n  switch (call) {\n");
  for (const auto& [number, name] : numbers) {
    absl::StrAppend(&result, "    case SystemCall::", name, ":\n      return \"", names[number],
                    "\";\n");
  }
  return result + "  }\n  return \"?\";\n}\n";
}

std::string rights(const System& system) {
  std::string result;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role != Interface::Role::kObject) continue;
      absl::StrAppend(&result, result.empty() ? "" : "\n", "enum class ", interface->name,
                      "Right : std::uint8_t {\n");
      for (std::size_t bit = 0; bit < interface->rights.size(); ++bit) {
        absl::StrAppend(&result, "  ", constant_name(interface->rights[bit]), " = 1 << ", bit,
                        ",\n");
      }
      absl::StrAppendFormat(&result, "};\ninline constexpr std::uint8_t kAll%sRights = 0x%02x;\n",
                            interface->name, (1U << interface->rights.size()) - 1);
    }
  }
  return result;
}

}  // namespace

void emit_wire(const System& system, Output& output) {
  const std::string from = "idl/kernel/*.idl";
  output["idl/wire.h"] =
      header("idl/wire.h", "gen/emit_wire.cc", "How values lie in registers.",
             {"<cstdint>", "<type_traits>", "<utility>", "idl/abi.h"}, in_namespace("abi", kWire));
  output["idl/system_call.h"] =
      header("idl/system_call.h", from, "The system calls' numbers (register a7).",
             {"<cstdint>", "<string_view>"}, in_namespace("abi", system_calls(system)));
  output["idl/kernel_rights.h"] = header(
      "idl/kernel_rights.h", from,
      "The rights of each kernel object. One enum an object: the wrong one does not compile.",
      {"<cstdint>"}, in_namespace("abi", rights(system)));
}

}  // namespace kidl
