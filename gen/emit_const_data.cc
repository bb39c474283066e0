// Constants. A list becomes an array of its own in namespace internal, and the constant a span over
// it.
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"

namespace kidl {
namespace {

class Data {
 public:
  explicit Data(std::string name) : name_(std::move(name)) {}

  std::string expression(const Type& type, const Value& value, int indent) {
    const std::string lead(static_cast<std::size_t>(indent), ' ');
    switch (type.kind) {
      case Kind::kBool:
        return value.natural != 0 ? "true" : "false";
      case Kind::kText:
        return absl::StrCat("\"", absl::CEscape(value.text), "\"");
      case Kind::kEnum:
        return enumerant(*type.enumeration, value.natural);
      case Kind::kList:
        return list(type, value);
      case Kind::kStruct: {
        std::string result = "{\n";
        for (std::size_t index = 0; index < value.parts.size(); ++index) {
          const Field& field = type.structure->fields[index];
          absl::StrAppend(&result, lead, "    .", cxx_name(field.name), " = ",
                          expression(field.type, value.parts[index], indent + 4), ",\n");
        }
        return absl::StrCat(result, lead, "}");
      }
      default:
        return value.kind == Value::Kind::kInt ? signed_number(value.number)
                                               : unsigned_number(value.natural);
    }
  }

  std::string arrays() const { return arrays_; }

  static std::string unsigned_number(std::uint64_t number) {
    return number > 0x7fffffffffffffff ? absl::StrFormat("0x%x", number) : absl::StrCat(number);
  }

  // The smallest number has no literal of its own in C++.
  static std::string signed_number(std::int64_t number) {
    if (number == std::numeric_limits<std::int64_t>::min()) return "-9223372036854775807 - 1";
    return absl::StrCat(number);
  }

 private:
  static std::string enumerant(const Enum& enumeration, std::uint64_t number) {
    if (enumeration.flags || number >= enumeration.enumerants.size()) {
      return absl::StrCat("static_cast<", qualified(enumeration), ">(", number, ")");
    }
    return absl::StrCat(qualified(enumeration),
                        "::", constant_name(enumeration.enumerants[number].name));
  }

  std::string list(const Type& type, const Value& value) {
    if (value.parts.empty()) return "{}";
    std::string elements;
    for (const Value& part : value.parts) {
      absl::StrAppend(&elements, "    ", expression(*type.element, part, 4), ",\n");
    }
    // After the elements, whose own lists come first.
    const std::string array = absl::StrCat(name_, ++count_);
    absl::StrAppend(&arrays_, "inline constexpr std::array<", cxx_type(*type.element), ", ",
                    value.parts.size(), "> ", array, "{{\n", elements, "}};\n");
    return "internal::" + array;
  }

  std::string name_;
  std::string arrays_;
  int count_ = 0;
};

}  // namespace

std::string constant_definition(const Constant& constant) {
  const std::string name = constant_name(constant.name);
  Data data(name);
  std::string value = data.expression(constant.type, constant.value, 0);
  if (!constant.literal.empty()) {
    value = constant.literal;
    const bool decimal = value[0] != '-' && value.rfind("0x", 0) != 0;
    if (decimal && constant.value.natural > 0x7fffffffffffffff) value += "U";
  }
  std::string result;
  if (!data.arrays().empty()) {
    result = absl::StrCat("namespace internal {\n", data.arrays(), "}  // namespace internal\n");
  }
  const bool braces = constant.type.kind == Kind::kStruct;
  absl::StrAppend(&result, "inline constexpr ", cxx_type(constant.type), " ", name,
                  braces ? "" : " = ", value, ";\n");
  return result;
}

}  // namespace kidl
