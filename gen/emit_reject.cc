// What a service's messages may be, as data (gen/message_rules.h), and the reject tests over it.
// Written from the model, not from what the codec's emitter makes of it: the two are held against
// each other.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"
#include "gen/layout.h"
#include "gen/service_cxx.h"
#include "gen/tag.h"

namespace kidl {
namespace {

std::uint64_t low_bits(int count) { return ~std::uint64_t{0} >> (64 - count); }

bool is_signed(Kind kind) {
  return kind == Kind::kInt8 || kind == Kind::kInt16 || kind == Kind::kInt32;
}

// The array with the rules of a struct's fields.
std::string fields_name(const Struct& structure) {
  return absl::StrCat("k", structure.name, "Fields");
}

// A Value of gen/message_rules.h, field by field; those that are as there are left out.
struct Value {
  std::string name;
  int word = 0;
  int shift = 0;
  int width = 64;
  int bits = 64;
  bool sign_extended = false;
  std::uint64_t least = 0;
  std::uint64_t most = ~std::uint64_t{0};
  std::uint64_t preset = 0;
  bool is_length = false;
  int item_bytes = 0;
  std::uint64_t item_most = ~std::uint64_t{0};
  bool is_extensible = false;
  const Struct* item = nullptr;

  std::string text() const {
    std::vector<std::string> items = {absl::StrCat(".name = \"", name, "\""),
                                      absl::StrCat(".word = ", word)};
    const auto add = [&items](const char* field, std::uint64_t value, std::uint64_t usual) {
      if (value != usual) items.push_back(absl::StrFormat(".%s = %#x", field, value));
    };
    if (shift != 0) items.push_back(absl::StrCat(".shift = ", shift));
    if (width != 64) items.push_back(absl::StrCat(".width = ", width));
    if (bits != 64) items.push_back(absl::StrCat(".bits = ", bits));
    if (sign_extended) items.emplace_back(".sign_extended = true");
    add("least", least, 0);
    add("most", most, ~std::uint64_t{0});
    add("preset", preset, 0);
    if (is_length) items.emplace_back(".is_length = true");
    if (item_bytes != 0) items.push_back(absl::StrCat(".item_bytes = ", item_bytes));
    add("item_most", item_most, ~std::uint64_t{0});
    if (is_extensible) items.emplace_back(".is_extensible = true");
    if (item != nullptr && item->words > 0) {
      items.push_back(absl::StrCat(".item_words = ", item->words));
      items.push_back(absl::StrCat(".fields = ", fields_name(*item)));
    }
    return wrapped("{", items, "},", 4);
  }
};

// The bits of a type as such, and the greatest value that it has.
int type_bits(const Type& type) {
  if (type.kind == Kind::kBool) return 1;
  if (type.kind == Kind::kEnum && type.enumeration->flags) {
    return static_cast<int>(type.enumeration->enumerants.size());
  }
  return 8 * element_bytes(type);
}

std::uint64_t greatest(const Type& type) {
  if (type.kind == Kind::kEnum && !type.enumeration->flags && !type.enumeration->flexible) {
    return type.enumeration->enumerants.size() - 1;
  }
  return low_bits(type_bits(type));
}

// A register of its own: nothing may be beyond the type.
Value scalar(const std::string& name, int word, const Type& type,
             const std::optional<Range>& range) {
  Value value{.name = name, .word = word, .bits = type_bits(type), .most = greatest(type)};
  value.sign_extended = is_signed(type.kind) || type.kind == Kind::kUint32;
  if (range) {
    value.least = range->min;
    value.most = range->max;
  }
  return value;
}

// More than a word: gen/reject.h makes no such item.
constexpr int kStructItem = 16;

// What follows a length. Of structs no values are made, but that they are there is looked at.
Value length(const Parameter& parameter, int word) {
  const Type& type = parameter.type;
  Value value{.name = parameter.name, .word = word, .is_length = true};
  if (type.structure != nullptr) {  // extensible: a word each
    value.most = kMessageWords;
    value.item_bytes = 8;
    value.is_extensible = true;
    value.item = type.structure;
    return value;
  }
  value.most = parameter.max.value_or(0);
  const Type& item = type.element != nullptr ? *type.element : type;
  value.item_bytes = element_bytes(item);
  value.item = item.structure;
  if (item.structure != nullptr && item.structure->words > 0) value.item_bytes = kStructItem;
  if (item.kind == Kind::kEnum || item.kind == Kind::kBool) value.item_most = greatest(item);
  return value;
}

// Fields that have a rule of their own, and what is between the fields. Returns the next word.
int add_struct(const Struct& structure, const std::string& name, int word,
               std::vector<Value>& values) {
  std::vector<std::uint64_t> used(structure.data_words);
  for (const Field& each : structure.fields) {
    const int bits = field_bits(each.type);
    if (bits == 0 || is_bounded(each.type)) continue;
    const int shift = static_cast<int>(each.bit % 64);
    used.at(each.bit / 64) |= low_bits(bits) << shift;
    if (each.type.kind != Kind::kEnum && !each.range) continue;
    Value value = scalar(absl::StrCat(name, ".", each.name), word + static_cast<int>(each.bit / 64),
                         each.type, each.range);
    value.shift = shift;
    value.width = value.bits = bits;
    value.preset = each.preset;
    value.sign_extended = false;
    values.push_back(value);
  }
  for (std::size_t index = 0; index < used.size(); ++index, ++word) {
    for (int begin = 0, end = 0; begin < 64; begin = end + 1) {
      for (end = begin; end < 64 && (used[index] >> end & 1) == 0;) ++end;
      if (end == begin) continue;
      values.push_back({.name = name + ", unused",
                        .word = word,
                        .shift = begin,
                        .width = end - begin,
                        .bits = end - begin,
                        .most = 0});
    }
  }
  for (const Field& each : structure.fields) {
    if (each.type.kind != Kind::kStruct) continue;
    word = add_struct(*each.type.structure, absl::StrCat(name, ".", each.name), word, values);
  }
  return word;
}

std::vector<Value> values_of(const std::vector<Parameter>& list) {
  std::vector<Value> values;
  int word = 0;
  for (const Parameter& each : list) {
    if (each.type.is_capability()) continue;
    if (has_tail(each.type)) {
      values.push_back(length(each, word++));
    } else if (each.type.kind == Kind::kStruct) {
      word = add_struct(*each.type.structure, each.name, word, values);
    } else {
      values.push_back(scalar(each.name, word++, each.type, each.range));
    }
  }
  return values;
}

std::string status(std::uint8_t answer) {
  return answer == 0 ? "abi::kEinval" : absl::StrCat(answer);
}
// The interface's answers; of a method with errors of its own the transport's.
std::string status(const Method& method, std::uint8_t answer) {
  return status(method.errors != nullptr ? 0 : answer);
}

std::string array(const std::string& type, const std::string& name, const std::string& lines) {
  return lines.empty()
             ? ""
             : absl::StrCat("inline constexpr gen::", type, " ", name, "[] = {\n", lines, "};\n");
}

// Those of the arrays that there are.
void add_arrays(const std::string& name, const std::vector<Parameter>& list,
                std::vector<std::string>& items) {
  if (!values_of(list).empty()) items.push_back(absl::StrCat(".values = k", name, "Values"));
  if (has_capability(list)) {
    items.push_back(absl::StrCat(".capabilities = k", name, "Capabilities"));
  }
}

void add_answer(const Method& method, std::vector<std::string>& items) {
  items.push_back(absl::StrCat(".answer = {.least_words = ", method.out.least));
  add_arrays(upper_first(method.name) + "Answer", method.results, items);
  items.back() += "}";
}

std::string method_rules(const Method& method) {
  const std::string name = upper_first(method.name);
  std::vector<std::string> items = {
      absl::StrCat(".name = \"", method.name, "\""),
      absl::StrFormat(
          ".tag = 0x%08x",
          tag_of(method) |
              (method.in.fixed() ? 0U : static_cast<std::uint32_t>(word_code(method.in.least)))),
      absl::StrCat(".least_words = ", method.in.least)};
  if (!method.in.fixed()) items.emplace_back(".varies = true");
  if (method.one_way) items.emplace_back(".one_way = true");
  if (method.deferred) items.emplace_back(".deferred = true");
  if (method.deadline != 0) items.push_back(absl::StrCat(".deadline = ", method.deadline));
  add_arrays(name, method.parameters, items);
  const Interface& own = *method.interface;
  items.push_back(".bad_value = " + status(method, own.bad_value));
  items.push_back(".malformed = " + status(method, own.malformed));
  if (method.errors == nullptr && own.malformed != 0) {
    items.push_back(absl::StrCat(".bad_capability = ", own.malformed));
  }
  if (!method.results.empty()) add_answer(method, items);
  return wrapped("{", items, "},", 4);
}

std::string direction(const System& system, const std::string& name,
                      const std::vector<Parameter>& list,
                      std::map<std::string, std::string>& fields) {
  std::string values;
  for (const Value& value : values_of(list)) {
    values += value.text();
    if (value.item == nullptr || value.item->words == 0) continue;
    std::vector<Value> all;
    add_struct(*value.item, value.item->name, 0, all);
    std::string lines;
    for (const Value& each : all) lines += each.text();
    fields[fields_name(*value.item)] = lines;
  }
  std::string capabilities;
  for (const Parameter& parameter : list) {
    if (!parameter.type.is_capability()) continue;
    absl::StrAppendFormat(&capabilities, "    {%s, 0x%02x, %s},\n",
                          object_type(system, *parameter.type.interface), parameter.rights_mask,
                          parameter.optional ? "true" : "false");
  }
  return absl::StrCat(array("Value", absl::StrCat("k", name, "Values"), values),
                      array("Capability", absl::StrCat("k", name, "Capabilities"), capabilities));
}

std::string rules(const System& system, const Interface& service) {
  std::string body;
  std::string methods;
  std::map<std::string, std::string> fields;
  for (const Method* each : service.all_methods()) {
    const std::string name = upper_first(each->name);
    body += direction(system, name, each->parameters, fields);
    body += direction(system, name + "Answer", each->results, fields);
    methods += method_rules(*each);
  }
  std::string supers;
  for (const Interface* each = service.super; each != nullptr; each = each->super) {
    absl::StrAppend(&supers, "    {", each->name, "::kInterface, ", status(each->malformed),
                    "},\n");
  }
  std::string structs;
  for (const auto& [name, lines] : fields) {
    structs += lines.empty()
                   ? absl::StrCat("inline constexpr std::span<const gen::Value> ", name, ";\n")
                   : array("Value", name, lines);
  }
  body = structs + body;
  absl::StrAppend(&body, array("MethodRules", "kMethods", methods),
                  array("SuperRules", "kSupers", supers),
                  "inline constexpr gen::ServiceRules kRules = {\n    .name = \"", service.name,
                  "\",\n    .interface = ", service.name,
                  "::kInterface,\n    .malformed = ", status(service.malformed), ",\n",
                  methods.empty() ? "" : "    .methods = kMethods,\n",
                  supers.empty() ? "" : "    .supers = kSupers,\n", "};\n");
  return in_namespace(rules_namespace(service), body);
}

std::string test_of(const Interface& service) {
  const std::string space = service.file->name_space;
  return absl::StrCat(
      "struct ", service.name, "Rejects {\n  using Fake = ", space, "::Fake", service.name,
      ";\n  static constexpr const ServiceRules& kRules = ", rules_namespace(service),
      "::kRules;\n};\n", "INSTANTIATE_TYPED_TEST_SUITE_P(", service.name, ", RejectTest, ",
      service.name, "Rejects);\n");
}

}  // namespace

std::string rules_namespace(const Interface& service) {
  return absl::StrCat(service.file->name_space, "::", namespace_name(service.name), "_rules");
}

void emit_reject(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::string all_rules;
    std::string tests;
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      absl::StrAppend(&all_rules, all_rules.empty() ? "" : "\n", rules(system, *each));
      absl::StrAppend(&tests, tests.empty() ? "" : "\n", test_of(*each));
    }
    const std::string base = stem(file->path);
    output[base + "_rules.h"] = header(
        base + "_rules.h", *file, absl::StrCat("What a message may be, for tests. ", file->doc),
        {"<span>", "gen/message_rules.h", "idl/abi.h", types_header(*file)}, all_rules);
    output[base + "_reject_test.cc"] = source_file(
        *file, absl::StrCat("Each message that is refused. ", file->doc),
        {"gen/reject.h", base + "_fake.h", base + "_rules.h"},
        in_namespace("gen", absl::StrCat("namespace {\n\n", tests, "\n}  // namespace\n")));
  }
}

}  // namespace kidl
