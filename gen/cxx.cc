#include "gen/cxx.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

constexpr std::size_t kColumns = 100;

// A comment line that is longer than this was broken for width, not for sense.
constexpr std::size_t kFullLine = 88;

// Between spaces, each. At the end what the C library and the compiler have for macros.
constexpr char kKeywords[] =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char class "
    "compl concept const const_cast consteval constexpr constinit continue co_await co_return "
    "co_yield decltype default delete do double dynamic_cast else enum explicit export extern "
    "false "
    "float for friend goto if inline int long mutable namespace new noexcept not not_eq "
    "nullptr operator or or_eq private protected public register reinterpret_cast requires "
    "return short signed sizeof static static_assert static_cast struct switch template this "
    "thread_local throw true try typedef typeid typename union unsigned using virtual void "
    "volatile "
    "wchar_t while xor xor_eq assert errno linux offsetof setjmp unix ";

// What generated functions use beside their parameters. A class's own members end in '_' and have
// none of these before it, nor a keyword.
constexpr char kLocals[] =
    " in out impl endpoint caller message completer kernel frame self words call_deadline "
    "kept result rt abi std release k encode has_all through pass0 pass1 pass2 ";

bool is_one_of(absl::string_view names, absl::string_view name) {
  return absl::StrContains(names, absl::StrCat(" ", name, " "));
}

}  // namespace

std::string upper_first(absl::string_view name) {
  std::string result(name);
  if (!result.empty()) result[0] = absl::ascii_toupper(static_cast<unsigned char>(result[0]));
  return result;
}

std::string snake(absl::string_view name) {
  std::string result;
  for (std::size_t index = 0; index < name.size(); ++index) {
    const bool upper = absl::ascii_isupper(static_cast<unsigned char>(name[index]));
    const bool after_upper =
        index > 0 && absl::ascii_isupper(static_cast<unsigned char>(name[index - 1]));
    const bool before_lower =
        index + 1 < name.size() && absl::ascii_islower(static_cast<unsigned char>(name[index + 1]));
    // KiB is one word, and so is CNode: a last capital, or one after the first letter, begins none.
    const bool last = index + 1 == name.size();
    if (upper && index > 1 && !last && (!after_upper || before_lower)) result += '_';
    if (upper && index == 1 && !after_upper && !last) result += '_';
    result += absl::ascii_tolower(static_cast<unsigned char>(name[index]));
  }
  return result;
}

std::string cxx_name(absl::string_view name) {
  std::string result = snake(name);
  if (is_one_of(kKeywords, result) || is_one_of(kLocals, result)) result += '_';
  return result;
}

std::string function_name(absl::string_view method) {
  std::string result = snake(method);
  if (is_one_of(kKeywords, result)) result += '_';
  return result;
}

std::string namespace_name(absl::string_view service) { return function_name(service); }

std::string until_name(absl::string_view method) { return snake(method) + "_until"; }

std::string constant_name(absl::string_view name) { return "k" + upper_first(name); }

std::string macro_name(absl::string_view name) { return absl::AsciiStrToUpper(snake(name)); }

std::string stem(absl::string_view path) { return std::string(absl::StripSuffix(path, ".idl")); }

std::string qualified(const Enum& enumeration) {
  return absl::StrCat(enumeration.file->name_space, "::", enumeration.name);
}

std::string qualified(const Interface& interface) {
  return absl::StrCat(interface.file->name_space, "::", interface.name);
}

std::string object_type(const System& system, const Interface& interface) {
  const bool is_service = interface.role == Interface::Role::kService;
  const Interface& object = is_service ? *system.find("Endpoint") : interface;
  for (const auto& file : system.files) {
    if (file->name_space != "abi") continue;
    for (const auto& each : file->enums) {
      if (each->name != "ObjectType" || object.object_type >= each->enumerants.size()) continue;
      return absl::StrCat(qualified(*each),
                          "::", constant_name(each->enumerants[object.object_type].name));
    }
  }
  return absl::StrCat("static_cast<abi::ObjectType>(", object.object_type, ")");
}

std::string cxx_type(const Type& type) {
  switch (type.kind) {
    case Kind::kVoid:
      return "void";
    case Kind::kBool:
      return "bool";
    case Kind::kInt8:
      return "std::int8_t";
    case Kind::kInt16:
      return "std::int16_t";
    case Kind::kInt32:
      return "std::int32_t";
    case Kind::kInt64:
      return "std::int64_t";
    case Kind::kUint8:
      return "std::uint8_t";
    case Kind::kUint16:
      return "std::uint16_t";
    case Kind::kUint32:
      return "std::uint32_t";
    case Kind::kUint64:
      return "std::uint64_t";
    case Kind::kEnum:
      return qualified(*type.enumeration);
    case Kind::kCapability:
      return qualified(*type.interface) +
             (type.interface->role == Interface::Role::kService ? "Client" : "");
    case Kind::kText:
      return "std::string_view";
    case Kind::kData:
      return "std::span<const std::byte>";
    case Kind::kList:
      return absl::StrCat("std::span<const ", cxx_type(*type.element), ">");
    case Kind::kStruct:
      return absl::StrCat(type.structure->file->name_space, "::", type.structure->name);
  }
  return "void";
}

std::string view_type(const Parameter& parameter) {
  const std::string type = cxx_type(parameter.type);
  return parameter.type.kind == Kind::kStruct ? absl::StrCat("const ", type, "&") : type;
}

std::string owned_type(const Parameter& parameter) {
  const std::uint32_t max = parameter.max.value_or(0);
  switch (parameter.type.kind) {
    case Kind::kText:
      return absl::StrCat("abi::Text<", max, ">");
    case Kind::kData:
      return absl::StrCat("abi::Bytes<", max, ">");
    case Kind::kList:
      return absl::StrCat("abi::List<", cxx_type(*parameter.type.element), ", ", max, ">");
    default:
      return cxx_type(parameter.type);
  }
}

std::string validator(const Enum& enumeration) {
  return absl::StrCat(enumeration.file->name_space, "::valid_", snake(enumeration.name));
}

std::string types_header(const File& file) {
  return absl::StrCat(stem(file.path), file.has_objects() ? "_types.h" : ".h");
}

std::string handle_header(const Interface& interface) {
  if (interface.role != Interface::Role::kService) return stubs_header(*interface.file);
  return absl::StrCat(stem(interface.file->path), "_client.h");
}

std::string stubs_header(const File& file) { return absl::StrCat(stem(file.path), ".h"); }

std::vector<std::string> declarations(const std::vector<Parameter>& parameters) {
  std::vector<std::string> result;
  result.reserve(parameters.size());
  for (const Parameter& each : parameters) {
    result.push_back(absl::StrCat(view_type(each), " ", cxx_name(each.name)));
  }
  return result;
}

std::string comment(absl::string_view doc, int indent) {
  if (doc.empty()) return "";
  const std::string lead = std::string(static_cast<std::size_t>(indent), ' ') + "//";
  std::string result;
  std::string out;
  bool continues = false;  // the last source line was full: this one goes on with its paragraph
  const auto finish = [&] {
    if (!out.empty()) absl::StrAppend(&result, out, "\n");
    out.clear();
  };
  for (const absl::string_view line : absl::StrSplit(doc, '\n')) {
    const std::size_t margin = line.find_first_not_of(' ');
    const bool is_plain = margin == 0;
    if (!continues || !is_plain) {
      finish();
      out = lead + std::string(is_plain || margin == absl::string_view::npos ? 0 : margin, ' ');
    }
    const std::string next_lead =
        lead + std::string(is_plain || margin == absl::string_view::npos ? 0 : margin, ' ');
    for (const absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      if (out.size() + 1 + word.size() > kColumns) {
        absl::StrAppend(&result, out, "\n");
        out = next_lead;
      }
      absl::StrAppend(&out, " ", word);
    }
    continues = is_plain && line.size() > kFullLine;
  }
  finish();
  return result;
}

std::string wrapped(absl::string_view before, const std::vector<std::string>& items,
                    absl::string_view after, int indent) {
  const std::string lead(static_cast<std::size_t>(indent), ' ');
  std::string result;
  std::string line = absl::StrCat(lead, before);
  for (std::size_t index = 0; index < items.size(); ++index) {
    const bool last = index + 1 == items.size();
    const std::string item = absl::StrCat(items[index], last ? after : ",");
    const bool fits = line.size() + 1 + item.size() <= kColumns;
    if (!fits) {
      absl::StrAppend(&result, line, "\n");
      line = lead + "    ";
    } else if (index > 0) {
      line += ' ';
    }
    line += item;
  }
  if (items.empty()) absl::StrAppend(&line, after);
  return absl::StrCat(result, line, "\n");
}

namespace {

std::string file_head(absl::string_view from, absl::string_view about) {
  return absl::StrCat("// Generated by kidl from ", from, ". Do not edit.\n",
                      about.empty() ? "" : "//\n", comment(about, 0));
}

std::string include_lines(const std::vector<std::string>& includes) {
  std::set<std::string> system;
  std::set<std::string> own;
  for (const std::string& each : includes) (each[0] == '<' ? system : own).insert(each);
  std::string result;
  for (const std::string& each : system) absl::StrAppend(&result, "#include ", each, "\n");
  if (!system.empty() && !own.empty()) result += '\n';
  for (const std::string& each : own) absl::StrAppend(&result, "#include \"", each, "\"\n");
  if (!system.empty() || !own.empty()) result += '\n';
  return result;
}

}  // namespace

std::string header(absl::string_view path, absl::string_view from, absl::string_view about,
                   const std::vector<std::string>& includes, absl::string_view body) {
  std::string guard;
  for (const char c : path) {
    guard += absl::ascii_isalnum(static_cast<unsigned char>(c))
                 ? absl::ascii_toupper(static_cast<unsigned char>(c))
                 : '_';
  }
  guard += '_';
  return absl::StrCat(file_head(from, about), "#ifndef ", guard, "\n#define ", guard, "\n\n",
                      include_lines(includes), body, "\n#endif  // ", guard, "\n");
}

std::string source_file(const File& from, absl::string_view about,
                        const std::vector<std::string>& includes, absl::string_view body) {
  return absl::StrCat(file_head(from.path, about), include_lines(includes), body);
}

std::string header(absl::string_view path, const File& from, absl::string_view about,
                   const std::vector<std::string>& includes, absl::string_view body) {
  return header(path, from.path, about, includes, body);
}

std::string making_calls(absl::string_view code) {
  constexpr char kChecks[] =
      "(cppcoreguidelines-pro-type-member-init,bugprone-unused-return-value)";
  return absl::StrCat(
      "// Registers that a call does not take stay unset; a failure that nobody can be told of is\n"
      "// dropped by a cast.\n// NOLINTBEGIN",
      kChecks, "\n\n", code, "\n// NOLINTEND", kChecks, "\n");
}

std::string in_namespace(absl::string_view name, absl::string_view body) {
  // Everything lives in the system's own namespace: `abi` alone would clash with <cxxabi.h>.
  return absl::StrCat("namespace tessera::", name, " {\n\n", body,
                      "\n}  // namespace tessera::", name, "\n");
}

}  // namespace kidl
