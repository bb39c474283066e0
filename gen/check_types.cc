#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/check_internal.h"

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

void check_max(Context& context, const Annotations& annotations, const Site& site, Field& field) {
  if (!is_bounded(field.type)) {
    annotations.refuse({"max"}, "on what has no length");
    return;
  }
  const Value* max = annotations.find("max");
  if (max == nullptr) {
    context.report(Code::kNoMax, site.position(),
                   absl::StrCat("'", field.name, "' has no maximum length; add $max(N)"));
    return;
  }
  field.max = static_cast<std::uint32_t>(max->natural);
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

void check_lengths(Context& context, const Position& position, const Type& type,
                   const std::optional<std::uint32_t>& max, const std::string& name,
                   const Value& value) {
  const std::size_t length =
      value.kind == Value::Kind::kText ? value.text.size() : value.parts.size();
  if (max && (type.kind == Kind::kText || type.kind == Kind::kList) && length > *max) {
    context.report(
        Code::kTooLong, position,
        absl::StrCat("a '", name, "' here is ", length, " long, more than its $max(", *max, ")"));
  }
  if (type.kind == Kind::kList) {
    for (const Value& part : value.parts) {
      check_lengths(context, position, *type.element, std::nullopt, name, part);
    }
  }
  if (type.kind == Kind::kStruct && type.structure != nullptr) {
    for (std::size_t index = 0; index < value.parts.size(); ++index) {
      if (index >= type.structure->fields.size()) break;
      const Field& field = type.structure->fields[index];
      check_lengths(context, position, field.type, field.max, field.name, value.parts[index]);
    }
  }
}

}  // namespace

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

bool is_bounded(const Type& type) {
  return type.kind == Kind::kText || type.kind == Kind::kData || type.kind == Kind::kList;
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
  result.flags = Annotations(context, node.annotations, site).has("flags");
  for (const RawEnumerant& raw : node.enumerants) {
    const Site at{context.sources, node.file, absl::StrCat(node.name, ".", raw.name)};
    const Annotations annotations(context, raw.annotations, at);
    result.enumerants.push_back({raw.name, at.doc()});
  }
  if (result.enumerants.empty()) {
    context.report(Code::kEmptyEnum, site.position(),
                   absl::StrCat("enum '", node.name, "' has no enumerants"));
  }
}

void check_struct(Context& context, const RawNode& node, Struct& result) {
  const Site site = context.site(node);
  const Annotations annotations(context, node.annotations, site);
  if (node.is_generic) return;  // reported; its fields have no types
  check_shape(context, node);
  check_recursion(context, node);
  std::vector<std::pair<std::string, Position>> names;
  for (const RawField& raw : node.fields) {
    const Site at{context.sources, node.file, absl::StrCat(node.name, ".", raw.name)};
    Field field{raw.name, at.doc(), at.position(), {}, {}};
    names.emplace_back(raw.name, field.position);
    const Annotations field_annotations(context, raw.annotations, at);
    const auto type = resolve_type(context, raw.type, field.position, raw.name);
    result.fields.push_back(field);
    if (!type) continue;
    field.type = *type;
    if (field.type.kind == Kind::kCapability || field.type.kind == Kind::kData) {
      context.report(Code::kFieldType, field.position,
                     absl::StrCat("'", raw.name, "' is of a type that a struct does not hold"));
    }
    check_max(context, field_annotations, at, field);
    field_annotations.refuse({"range"}, "on a field in this version");
    result.fields.back() = std::move(field);
  }
  check_field_names(context, "field", names);
}

void check_recursion(Context& context, const RawNode& node) {
  std::set<std::uint64_t> seen;
  if (reaches(context, node.id, node.id, seen)) {
    context.report(Code::kRecursion, context.site(node).position(),
                   absl::StrCat("'", node.name, "' contains itself"));
  }
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
  check_lengths(context, result.position, result.type, std::nullopt, node.name, result.value);
}

}  // namespace kidl::internal
