// How what is more than a scalar lies in the words of a message: structs, and the two directions of
// a method that is not plain. docs/adr/0005-wire-of-bounded-values.md has the rules.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"
#include "gen/layout.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

std::uint64_t low_bits(int count) { return ~std::uint64_t{0} >> (64 - count); }

// A word of a struct's data section, from its fields; and the bits of it that are some field's.
struct DataWord {
  std::vector<std::string> parts;
  std::uint64_t used = 0;
};

bool is_scalar(const Field& field) {
  return !is_bounded(field.type) && element_bytes(field.type) != 0;
}

std::vector<DataWord> data_words(const Struct& structure) {
  std::vector<DataWord> words(structure.data_words);
  for (const Field& each : structure.fields) {
    if (!is_scalar(each) || each.bit / 64 >= words.size()) continue;
    DataWord& word = words[each.bit / 64];
    const unsigned shift = each.bit % 64;
    std::string part = absl::StrCat("abi::bits(from.", cxx_name(each.name), ")");
    if (each.preset != 0) part = absl::StrFormat("(%s ^ %#x)", part, each.preset);
    if (shift != 0) part = absl::StrCat(part, " << ", shift);
    word.parts.push_back(part);
    word.used |= low_bits(field_bits(each.type)) << shift;
  }
  return words;
}

std::string write_function(const Struct& structure) {
  std::string body;
  for (const DataWord& word : data_words(structure)) {
    absl::StrAppend(&body, "  words.put(", word.parts.empty() ? "0" : "");
    std::string line;
    for (const std::string& part : word.parts) {
      absl::StrAppend(&line, line.empty() ? "" : " |\n            ", part);
    }
    absl::StrAppend(&body, line, ");\n");
  }
  for (const Field& each : structure.fields) {
    if (each.type.kind != Kind::kStruct) continue;
    absl::StrAppend(&body, "  write_words(words, from.", cxx_name(each.name), ");\n");
  }
  const char* unused = body.empty() ? "[[maybe_unused]] " : "";
  return absl::StrCat(wrapped("inline void write_words(",
                              {absl::StrCat(unused, "abi::Sink& words"),
                               absl::StrCat(unused, "const ", structure.name, "& from")},
                              ") {", 0),
                      body, "}\n");
}

// The bits of a field.
std::string field_bits_of(const Field& field) {
  const unsigned shift = field.bit % 64;
  const int bits = field_bits(field.type);
  std::string word = absl::StrCat("w", field.bit / 64);
  if (shift != 0) absl::StrAppend(&word, " >> ", shift);
  if (bits != 64) absl::StrAppendFormat(&word, " & %#x", low_bits(bits));
  if (field.preset != 0) {
    word = bits != 64 ? absl::StrFormat("(%s) ^ %#x", word, field.preset)
                      : absl::StrFormat("%s ^ %#x", word, field.preset);
  }
  return word;
}

Parameter as_parameter(const Field& field) {
  Parameter result;
  result.name = field.name;
  result.type = field.type;
  result.range = field.range;
  return result;
}

// As a whole register would have the value, for the checks that registers get. Enumerants and
// unsigned numbers of less than 32 bits are so already.
std::string register_form(const Field& field) {
  const std::string word = field_bits_of(field);
  if (field.type.kind != Kind::kUint32) return word;
  return absl::StrCat("abi::extended<std::uint32_t>(", word, ")");
}

std::string read_field(const Field& field) {
  const std::string name = cxx_name(field.name);
  const Parameter parameter = as_parameter(field);
  const bool is_checked = field.type.kind == Kind::kEnum || field.range;
  if (!is_checked) {
    return absl::StrCat("  to.", name, " = ", decoded(field.type, field_bits_of(field)), ";\n");
  }
  const std::string value = absl::StrCat("v", field.bit);
  return absl::StrCat("  const std::uint64_t ", value, " = ", register_form(field), ";\n",
                      refuse_unless(refusal(parameter, value),
                                    absl::StrCat("return ", refusal_detail(parameter), ";"), 2),
                      "  to.", name, " = ", decoded(field.type, value), ";\n");
}

std::string read_function(const Struct& structure) {
  std::string body;
  const std::vector<DataWord> words = data_words(structure);
  for (std::size_t index = 0; index < words.size(); ++index) {
    const std::uint64_t unused = ~words[index].used;
    const bool is_checked = unused != 0 && !structure.extensible;
    if (words[index].used == 0 && !is_checked) {
      body += "  words.skip(1);\n";
      continue;
    }
    absl::StrAppend(&body, "  const std::uint64_t w", index, " = words.next();\n");
    if (!is_checked) continue;
    absl::StrAppendFormat(&body, "  if ((w%d & %#x) != 0) return abi::Detail::kBadRange;\n", index,
                          unused);
  }
  for (const Field& each : structure.fields) {
    if (is_scalar(each) && each.bit / 64 < words.size()) body += read_field(each);
  }
  for (const Field& each : structure.fields) {
    if (each.type.kind != Kind::kStruct) continue;
    absl::StrAppend(&body, "  if (const auto why = read_words(words, to.", cxx_name(each.name),
                    "); why != abi::Detail::kNone) {\n    return why;\n  }\n");
  }
  const char* unused = body.empty() ? "[[maybe_unused]] " : "";
  return absl::StrCat(wrapped("inline abi::Detail read_words(",
                              {absl::StrCat(unused, "abi::Source& words"),
                               absl::StrCat(unused, structure.name, "& to")},
                              ") {", 0),
                      body, "  return abi::Detail::kNone;\n}\n");
}

// --- Messages ---

bool is_extensible(const Parameter& each) {
  return each.type.kind == Kind::kStruct && each.type.structure->extensible;
}

// Qualified: a parameter may be called as the function is.
std::string write_struct(const Parameter& each) {
  return absl::StrCat("  ", each.type.structure->file->name_space, "::write_words(words, ",
                      cxx_name(each.name), ");\n");
}

std::string put_head(const Parameter& each) {
  const std::string name = cxx_name(each.name);
  if (is_extensible(each)) return absl::StrCat("  words.put(", cxx_type(each.type), "::kWords);\n");
  if (each.type.kind == Kind::kStruct) return write_struct(each);
  if (is_bounded(each.type)) return absl::StrCat("  words.put(", name, ".size());\n");
  return absl::StrCat("  words.put(", encoded(each.type, name), ");\n");
}

std::string put_tail(const Parameter& each) {
  const std::string name = cxx_name(each.name);
  if (is_extensible(each)) return write_struct(each);
  if (!is_bounded(each.type)) return "";
  if (each.type.kind == Kind::kText) {
    return absl::StrCat("  words.put_items(std::span<const char>(", name, "));\n");
  }
  const bool structs = each.type.element != nullptr && each.type.element->kind == Kind::kStruct;
  return absl::StrCat("  words.put_", structs ? "structs" : "items", "(", name, ");\n");
}

// Argument numbers count capabilities too.
std::string bad(const std::string& detail, int argument) {
  return absl::StrCat("return {abi::Detail::", detail, ", ", argument, "};");
}

std::string take_head(const Parameter& each, int argument) {
  const std::string target = absl::StrCat("message.", cxx_name(each.name));
  const std::string head = absl::StrCat("h", argument);
  if (each.type.kind == Kind::kStruct && !is_extensible(each)) {
    return absl::StrCat("  if (const auto why = read_words(words, ", target,
                        "); why != abi::Detail::kNone) {\n    return {why, ", argument,
                        "};\n  }\n");
  }
  std::string result = absl::StrCat("  const std::uint64_t ", head, " = words.next();\n");
  if (has_tail(each.type)) {
    const std::string most =
        is_extensible(each) ? "abi::kMessageWordsMax" : absl::StrCat(each.max.value_or(0), "U");
    return absl::StrCat(result, "  if (", head, " > ", most, ") ", bad("kBadLength", argument),
                        "\n");
  }
  return absl::StrCat(
      result,
      refuse_unless(refusal(each, head),
                    absl::StrCat("return {", refusal_detail(each), ", ", argument, "};"), 2),
      "  ", target, " = ", decoded(each.type, head), ";\n");
}

// How many words its content is, of its head.
std::string tail_length(const Parameter& each, int argument) {
  const std::string head = absl::StrCat("h", argument);
  if (is_extensible(each)) return head;
  const Type& element = each.type.element != nullptr ? *each.type.element : each.type;
  if (element.kind == Kind::kStruct) return absl::StrCat(head, " * ", element.structure->words);
  return absl::StrCat("abi::packed_words(", head, ", ", element_bytes(element), ")");
}

std::string take_tail(const Parameter& each, int argument) {
  const std::string target = absl::StrCat("message.", cxx_name(each.name));
  const std::string head = absl::StrCat("h", argument);
  std::string call = absl::StrCat("take(", target, ", ", head, ")");
  const Type* element = each.type.element.get();
  if (is_extensible(each)) {
    call = absl::StrCat("take_extensible(", target, ", ", head, ")");
  } else if (element != nullptr && element->kind == Kind::kStruct) {
    call = absl::StrCat("take_structs(", target, ", ", head, ")");
  } else if (element != nullptr && element->kind == Kind::kEnum) {
    call = absl::StrCat("take(", target, ", ", head, ", ", validator(*element->enumeration),
                        ",\n                   abi::Detail::kBadEnum)");
  } else if (element != nullptr && element->kind == Kind::kBool) {
    call = absl::StrCat("take(", target, ", ", head, ", abi::fits<bool>, abi::Detail::kBadRange)");
  }
  return absl::StrCat("  why = words.", call, ";\n  if (why != abi::Detail::kNone) return {why, ",
                      argument, "};\n");
}

std::string decode_body(const std::vector<Parameter>& list) {
  const Layout layout = layout_of(list);
  std::string heads;
  std::string tails;
  std::string length;
  int argument = 0;
  for (const Parameter& each : list) {
    ++argument;
    if (each.type.is_capability()) continue;
    heads += take_head(each, argument);
    if (!has_tail(each.type)) continue;
    absl::StrAppend(&length, "  used += ", tail_length(each, argument), ";\n");
    tails += take_tail(each, argument);
  }
  return absl::StrCat(
      "  if (words.words() < ", layout.least, ") ", bad("kBadLength", 0), "\n", heads,
      length.empty() ? "" : absl::StrCat("  std::uint64_t used = ", layout.least, ";\n"), length,
      "  if (!words.has(", length.empty() ? absl::StrCat(layout.least) : "used", ")) ",
      bad("kBadLength", 0), "\n", tails.empty() ? "" : "  abi::Detail why{};\n", tails,
      "  if (!words.finish()) ", bad("kBadLength", 0), "\n  return {};\n");
}

}  // namespace

std::string struct_codec(const Struct& structure) {
  if (!structure.unfit.empty()) return "";
  return absl::StrCat(write_function(structure), read_function(structure));
}

std::string preset_value(const Field& field) {
  if (field.type.kind == Kind::kEnum) {
    return absl::StrCat("static_cast<", cxx_type(field.type), ">(", field.preset, ")");
  }
  if (field.type.kind == Kind::kBool) return "true";
  return absl::StrCat("static_cast<", cxx_type(field.type), ">(", field.preset, "U)");
}

std::string message_codec(const std::string& name, const std::vector<Parameter>& list) {
  std::string fields;
  std::string heads;
  std::string tails;
  std::vector<std::string> parameters = {"abi::Sink& words"};
  for (const Parameter& each : list) {
    if (each.type.is_capability()) continue;
    absl::StrAppend(&fields, "  ", owned_type(each), " ", cxx_name(each.name), "{};\n");
    parameters.push_back(absl::StrCat(view_type(each), " ", cxx_name(each.name)));
    heads += put_head(each);
    tails += put_tail(each);
  }
  return absl::StrCat(
      "struct ", name, " {\n", fields, "};\n\n",
      wrapped(absl::StrCat("inline void encode_", snake(name), "("), parameters, ") {", 0), heads,
      tails, "  words.finish();\n}\n\n// `message` is whole only when nothing was wrong.\n",
      wrapped("inline abi::Refusal decode(", {"abi::Source& words", name + "& message"}, ") {", 0),
      decode_body(list), "}\n");
}

}  // namespace kidl
