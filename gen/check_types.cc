#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/check_internal.h"
#include "gen/layout.h"

namespace kidl::internal {
namespace {

// Groups are nodes too; their names continue the struct's.
void check_shape(Context& context, const RawNode& node) {
  bool has_group = node.has_union;
  for (const RawField& field : node.fields) has_group = has_group || field.is_group;
  if (has_group) {
    context.report(Code::kUnion, context.site(node).position(),
                   absl::StrCat("'", node.name, "' has a union or a group"));
  }
}

bool reaches(const Context& context, const RawType& type, std::uint64_t goal,
             std::set<std::uint64_t>& seen);

bool reaches(const Context& context, std::uint64_t from, std::uint64_t goal,
             std::set<std::uint64_t>& seen) {
  const RawNode* node = context.find(from);
  if (node == nullptr || !seen.insert(from).second) return false;
  for (const RawField& field : node->fields) {
    if (reaches(context, field.type, goal, seen)) return true;
  }
  return false;
}

bool reaches(const Context& context, const RawType& type, std::uint64_t goal,
             std::set<std::uint64_t>& seen) {
  if (type.kind == RawType::Kind::kList) return reaches(context, *type.element, goal, seen);
  if (type.kind != RawType::Kind::kStruct) return false;
  return type.id == goal || reaches(context, type.id, goal, seen);
}

// Where a value of a constant stands.
struct ValueSite {
  const Sources& sources;
  std::string file;
  std::string key;

  Position position() const { return sources.value_position(file, key); }
  ValueSite part(const std::string& of) const { return {sources, file, key + of}; }
};

void check_lengths(Context& context, const ValueSite& site, const Type& type,
                   const std::optional<std::uint32_t>& max, const std::string& name,
                   const Value& value) {
  const std::size_t length =
      value.kind == Value::Kind::kText ? value.text.size() : value.parts.size();
  if (max && (type.kind == Kind::kText || type.kind == Kind::kList) && length > *max) {
    context.report(
        Code::kTooLong, site.position(),
        absl::StrCat("a '", name, "' here is ", length, " long, more than its $max(", *max, ")"));
  }
  if (type.kind == Kind::kList) {
    for (std::size_t index = 0; index < value.parts.size(); ++index) {
      check_lengths(context, site.part(absl::StrCat("[", index, "]")), *type.element, std::nullopt,
                    name, value.parts[index]);
    }
  }
  if (type.kind == Kind::kStruct && type.structure != nullptr) {
    for (std::size_t index = 0; index < value.parts.size(); ++index) {
      if (index >= type.structure->fields.size()) break;
      const Field& field = type.structure->fields[index];
      check_lengths(context, site.part("." + field.name), field.type, field.max, field.name,
                    value.parts[index]);
    }
  }
}

// Where a scalar lies in the data section. A flags enum of more bits than a field has is refused.
void check_place(Context& context, const RawField& raw, Field& field) {
  if (element_bytes(field.type) == 0 || is_bounded(field.type)) return;
  field.bit = raw.offset * static_cast<std::uint32_t>(field_bits(field.type));
  field.preset = raw.preset;
  const Enum* enumeration = field.type.enumeration;
  if (enumeration != nullptr && enumeration->flags && enumeration->enumerants.size() > 16) {
    context.report(Code::kFieldType, field.position,
                   absl::StrCat("'", field.name, "' is a set of ", enumeration->enumerants.size(),
                                " flags; a field has room for 16"));
  }
}

// A field that nobody has set has its default, and so has one that an older sender does not know.
void check_default(Context& context, const Field& field) {
  if (!field.range || (field.range->min <= field.preset && field.preset <= field.range->max))
    return;
  context.report(
      Code::kDefaultOutside, field.position,
      absl::StrCat("'", field.name, "' is ", field.preset, " when nobody sets it, outside ",
                   field.range->min, " to ", field.range->max, "; give it a default"));
}

}  // namespace

std::optional<std::uint32_t> check_max(Context& context, const Annotations& annotations,
                                       const Site& site, const Type& type,
                                       const std::string& name) {
  if (!is_bounded(type)) {
    annotations.refuse({"max"}, "on what has no length");
    return std::nullopt;
  }
  const Value* max = annotations.find("max");
  if (max == nullptr) {
    context.report(Code::kNoMax, site.position(),
                   absl::StrCat("'", name, "' has no maximum length; add $max(N)"));
    return std::nullopt;
  }
  if (max->natural == 0) {
    context.report(Code::kEmptyRange, site.position("max"),
                   absl::StrCat("'", name, "' is always empty"));
  }
  return static_cast<std::uint32_t>(max->natural);
}

std::optional<Range> check_range(Context& context, const Annotations& annotations, const Site& site,
                                 const Type& type, const std::string& name) {
  const Value* value = annotations.find("range");
  if (value == nullptr) return std::nullopt;
  const Range range{member(*value, "min"), member(*value, "max")};
  if (!is_unsigned(type)) {
    context.report(Code::kRangeType, site.position("range"),
                   absl::StrCat("$range is for unsigned integers; '", name, "' is none"));
  } else if (range.min > range.max) {
    context.report(Code::kEmptyRange, site.position("range"),
                   absl::StrCat("no number is from ", range.min, " to ", range.max));
  } else if (range.max > largest(type)) {
    context.report(Code::kRangeType, site.position("range"),
                   absl::StrCat(range.max, " is more than '", name, "' can hold"));
  } else {
    return range;
  }
  return std::nullopt;
}

void measure_struct(Context& context, std::uint64_t id, std::set<std::uint64_t>& done) {
  const RawNode* node = context.find(id);
  const auto found = context.structs.find(id);
  if (node == nullptr || found == context.structs.end() || !done.insert(id).second) return;
  for (const RawField& each : node->fields) {
    if (each.type.kind == RawType::Kind::kStruct) measure_struct(context, each.type.id, done);
  }
  measure(*found->second);
}

std::optional<Type> resolve_type(Context& context, const RawType& raw, const Position& position,
                                 const std::string& name) {
  Type type;
  switch (raw.kind) {
    case RawType::Kind::kPlain:
      type.kind = raw.plain;
      break;
    case RawType::Kind::kFloat:
      context.report(Code::kFloat, position,
                     absl::StrCat("'", name, "' is a floating-point number"));
      return std::nullopt;
    case RawType::Kind::kAnyPointer:
      context.report(Code::kAnyPointer, position,
                     absl::StrCat("'", name, "' can be anything; give it a type"));
      return std::nullopt;
    case RawType::Kind::kEnum:
      type.kind = Kind::kEnum;
      type.enumeration = context.enums[raw.id];
      break;
    case RawType::Kind::kInterface:
      type.kind = Kind::kCapability;
      type.interface = context.interfaces[raw.id];
      break;
    case RawType::Kind::kStruct:
      type.kind = Kind::kStruct;
      type.structure = context.structs[raw.id];
      break;
    case RawType::Kind::kList:
      type.kind = Kind::kList;
      if (raw.element->kind == RawType::Kind::kInterface) {
        context.report(Code::kListOfCapabilities, position,
                       absl::StrCat("'", name, "' is a list of capabilities"));
        return std::nullopt;
      }
      if (const auto element = resolve_type(context, *raw.element, position, name)) {
        type.element = std::make_shared<Type>(*element);
        return type;
      }
      return std::nullopt;
  }
  const bool known = raw.kind == RawType::Kind::kPlain || type.enumeration != nullptr ||
                     type.interface != nullptr || type.structure != nullptr;
  if (known) return type;
  context.report(Code::kFieldType, position,
                 absl::StrCat("'", name, "' is of a type of the vocabulary itself"));
  return std::nullopt;
}

bool is_unsigned(const Type& type) {
  return type.kind == Kind::kUint8 || type.kind == Kind::kUint16 || type.kind == Kind::kUint32 ||
         type.kind == Kind::kUint64;
}

std::uint64_t largest(const Type& type) {
  switch (type.kind) {
    case Kind::kUint8:
      return 0xff;
    case Kind::kUint16:
      return 0xffff;
    case Kind::kUint32:
      return 0xffffffff;
    default:
      return ~std::uint64_t{0};
  }
}

void check_enum(Context& context, const RawNode& node, Enum& result) {
  const Site site = context.site(node);
  const Annotations own(context, node.annotations, site);
  result.flags = own.has("flags");
  result.flexible = own.has("flexible");
  if (result.flags) own.refuse({"flexible"}, "on flags");
  if (result.flexible) own.refuse({"strict"}, "on a flexible enum");
  for (const RawEnumerant& raw : node.enumerants) {
    const Site at{context.sources, node.file, absl::StrCat(node.name, ".", raw.name)};
    const Annotations annotations(context, raw.annotations, at);
    result.enumerants.push_back({raw.name, at.doc(), annotations.since(raw.name)});
  }
  if (result.enumerants.empty()) {
    context.report(Code::kEmptyEnum, site.position(),
                   absl::StrCat("enum '", node.name, "' has no enumerants"));
  }
  if (result.flags && result.enumerants.size() > kMaxFlags) {
    context.report(Code::kTooManyFlags, site.position(),
                   absl::StrCat("'", node.name, "' has ", result.enumerants.size(),
                                " flags; a register has room for ", kMaxFlags));
    result.enumerants.resize(kMaxFlags);  // so that nobody shifts beyond it
  }
}

void check_struct(Context& context, const RawNode& node, Struct& result) {
  const Site site = context.site(node);
  const Annotations annotations(context, node.annotations, site);
  result.extensible = annotations.has("extensible");
  result.data_words = node.data_words;
  if (const Value* limits = annotations.find("manifest")) {
    result.manifest = manifest_limits(*limits);
  }
  if (node.is_generic) return;  // reported; its fields have no types
  check_shape(context, node);
  if (!check_recursion(context, node)) return;  // without fields: nobody walks in circles
  std::vector<std::pair<std::string, Position>> names;
  for (const RawField& raw : node.fields) {
    const Site at{context.sources, node.file, absl::StrCat(node.name, ".", raw.name)};
    Field field;
    field.name = raw.name;
    field.doc = at.doc();
    field.position = at.position();
    names.emplace_back(raw.name, field.position);
    const Annotations field_annotations(context, raw.annotations, at);
    field.since = field_annotations.since(raw.name);
    field.sensitive = field_annotations.has("sensitive");
    const auto type = resolve_type(context, raw.type, field.position, raw.name);
    result.fields.push_back(field);
    if (!type) continue;
    field.type = *type;
    if (field.type.kind == Kind::kCapability || field.type.kind == Kind::kData) {
      context.report(Code::kFieldType, field.position,
                     absl::StrCat("'", raw.name, "' is of a type that a struct does not hold"));
    }
    field.max = check_max(context, field_annotations, at, field.type, raw.name);
    field.range = check_range(context, field_annotations, at, field.type, raw.name);
    check_place(context, raw, field);
    check_default(context, field);
    result.fields.back() = std::move(field);
  }
  check_field_names(context, "field", names);
}

bool check_recursion(Context& context, const RawNode& node) {
  std::set<std::uint64_t> seen;
  if (!reaches(context, node.id, node.id, seen)) return true;
  context.report(Code::kRecursion, context.site(node).position(),
                 absl::StrCat("'", node.name, "' contains itself"));
  return false;
}

void check_constant(Context& context, const RawNode& node, Constant& result) {
  const Site site = context.site(node);
  const Annotations annotations(context, node.annotations, site);
  result.doc = site.doc();
  result.position = site.position();
  result.literal = context.sources.literal(node.file, node.name);
  const auto type = resolve_type(context, node.type, result.position, node.name);
  if (!type) return;
  result.type = *type;
  result.value = node.value;
  if (result.type.kind == Kind::kData || result.type.kind == Kind::kCapability) {
    context.report(Code::kFieldType, result.position,
                   absl::StrCat("'", node.name, "' is of a type that a constant does not have"));
  }
  const ValueSite value{context.sources, node.file, node.name + "="};
  check_lengths(context, value, result.type, std::nullopt, node.name, result.value);
  const bool is_manifest =
      result.type.structure != nullptr && result.type.structure->manifest.has_value();
  if (is_manifest && result.type.kind == Kind::kStruct) check_manifest(context, node, result);
}

}  // namespace kidl::internal
