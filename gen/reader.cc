#include "gen/reader.h"

#include <kj_cxx23.h>  // first: see there

#include <capnp/dynamic.h>
#include <capnp/schema-loader.h>
#include <capnp/schema.capnp.h>
#include <capnp/serialize.h>
#include <kj/exception.h>
#include <kj/io.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace kidl {
namespace {

namespace schema = capnp::schema;

// How often all of a request may be read.
constexpr std::uint64_t kMostReads = 1000;

std::string text(capnp::Text::Reader reader) { return {reader.cStr(), reader.size()}; }

RawType read_type(schema::Type::Reader type) {
  RawType raw;
  const auto plain = [&raw](Kind kind) {
    raw.plain = kind;
    return raw;
  };
  switch (type.which()) {
    case schema::Type::VOID:
      return plain(Kind::kVoid);
    case schema::Type::BOOL:
      return plain(Kind::kBool);
    case schema::Type::INT8:
      return plain(Kind::kInt8);
    case schema::Type::INT16:
      return plain(Kind::kInt16);
    case schema::Type::INT32:
      return plain(Kind::kInt32);
    case schema::Type::INT64:
      return plain(Kind::kInt64);
    case schema::Type::UINT8:
      return plain(Kind::kUint8);
    case schema::Type::UINT16:
      return plain(Kind::kUint16);
    case schema::Type::UINT32:
      return plain(Kind::kUint32);
    case schema::Type::UINT64:
      return plain(Kind::kUint64);
    case schema::Type::TEXT:
      return plain(Kind::kText);
    case schema::Type::DATA:
      return plain(Kind::kData);
    case schema::Type::FLOAT32:
    case schema::Type::FLOAT64:
      raw.kind = RawType::Kind::kFloat;
      return raw;
    case schema::Type::ENUM:
      raw.kind = RawType::Kind::kEnum;
      raw.id = type.getEnum().getTypeId();
      return raw;
    case schema::Type::INTERFACE:
      raw.kind = RawType::Kind::kInterface;
      raw.id = type.getInterface().getTypeId();
      return raw;
    case schema::Type::STRUCT:
      raw.kind = RawType::Kind::kStruct;
      raw.id = type.getStruct().getTypeId();
      return raw;
    case schema::Type::LIST:
      raw.kind = RawType::Kind::kList;
      raw.element = std::make_shared<RawType>(read_type(type.getList().getElementType()));
      return raw;
    case schema::Type::ANY_POINTER:
      break;
  }
  raw.kind = RawType::Kind::kAnyPointer;
  return raw;
}

Value natural(Value::Kind kind, std::uint64_t number) {
  Value value;
  value.kind = kind;
  value.natural = number;
  return value;
}

Value read_value(const capnp::DynamicValue::Reader& dynamic) {
  Value value;
  switch (dynamic.getType()) {
    case capnp::DynamicValue::VOID:
      value.kind = Value::Kind::kVoid;
      return value;
    case capnp::DynamicValue::BOOL:
      return natural(Value::Kind::kBool, dynamic.as<bool>() ? 1 : 0);
    case capnp::DynamicValue::INT:
      value.kind = Value::Kind::kInt;
      value.number = dynamic.as<std::int64_t>();
      return value;
    case capnp::DynamicValue::UINT:
      return natural(Value::Kind::kUint, dynamic.as<std::uint64_t>());
    case capnp::DynamicValue::ENUM:
      return natural(Value::Kind::kEnumerant, dynamic.as<capnp::DynamicEnum>().getRaw());
    case capnp::DynamicValue::TEXT:
      value.kind = Value::Kind::kText;
      value.text = text(dynamic.as<capnp::Text>());
      return value;
    case capnp::DynamicValue::LIST:
      value.kind = Value::Kind::kList;
      for (const auto element : dynamic.as<capnp::DynamicList>()) {
        value.parts.push_back(read_value(element));
      }
      return value;
    case capnp::DynamicValue::STRUCT: {
      value.kind = Value::Kind::kStruct;
      const auto structure = dynamic.as<capnp::DynamicStruct>();
      for (const auto field : structure.getSchema().getNonUnionFields()) {
        value.names.push_back(text(field.getProto().getName()));
        value.parts.push_back(read_value(structure.get(field)));
      }
      return value;
    }
    default:
      return value;  // kOther: checks refuse it
  }
}

// Reads everything once. When SchemaLoader comes upon a text that cannot be read, it tries to say
// in which node it is by that node's name, reads the same text again, and so on until the stack is
// full: it must only be given what can be read.
void read_all(const capnp::DynamicValue::Reader& dynamic) {
  switch (dynamic.getType()) {
    case capnp::DynamicValue::LIST:
      for (const auto element : dynamic.as<capnp::DynamicList>()) read_all(element);
      return;
    case capnp::DynamicValue::STRUCT: {
      const auto structure = dynamic.as<capnp::DynamicStruct>();
      for (const auto field : structure.getSchema().getNonUnionFields()) {
        read_all(structure.get(field));
      }
      KJ_IF_MAYBE (field, structure.which()) read_all(structure.get(*field));
      return;
    }
    default:
      return;
  }
}

class Reader {
 public:
  explicit Reader(schema::CodeGeneratorRequest::Reader request) : request_(request) {}

  Request read() {
    for (const auto node : request_.getNodes()) loader_.loadOnce(node);
    Request result;
    for (const auto node : request_.getNodes()) result.nodes[node.getId()] = read_node(node);
    for (const auto file : request_.getRequestedFiles()) result.files.push_back(file.getId());
    return result;
  }

 private:
  template <class List>
  std::vector<RawAnnotation> read_annotations(List list) {
    std::vector<RawAnnotation> result;
    for (const auto annotation : list) {
      result.push_back({annotation.getId(), annotation_value(annotation)});
    }
    return result;
  }

  Value annotation_value(schema::Annotation::Reader annotation) {
    const auto value = annotation.getValue();
    Value result;
    switch (value.which()) {
      case schema::Value::VOID:
        result.kind = Value::Kind::kVoid;
        return result;
      case schema::Value::UINT8:
        return natural(Value::Kind::kUint, value.getUint8());
      case schema::Value::UINT16:
        return natural(Value::Kind::kUint, value.getUint16());
      case schema::Value::UINT32:
        return natural(Value::Kind::kUint, value.getUint32());
      case schema::Value::TEXT:
        result.kind = Value::Kind::kText;
        result.text = text(value.getText());
        return result;
      case schema::Value::STRUCT: {
        const auto type = loader_.get(annotation.getId()).getProto().getAnnotation().getType();
        const auto structure = loader_.get(type.getStruct().getTypeId()).asStruct();
        return read_value(value.getStruct().getAs<capnp::DynamicStruct>(structure));
      }
      default:
        return result;  // no annotation of kidl.idl is of another type
    }
  }

  RawNode read_node(schema::Node::Reader node) {
    RawNode raw;
    raw.id = node.getId();
    raw.scope = node.getScopeId();
    const std::string display = text(node.getDisplayName());
    const std::size_t colon = display.find(':');
    raw.file = display.substr(0, colon);
    if (colon != std::string::npos) raw.name = display.substr(colon + 1);
    raw.is_generic = node.getIsGeneric();
    raw.annotations = read_annotations(node.getAnnotations());
    switch (node.which()) {
      case schema::Node::STRUCT:
        raw.kind = RawNode::Kind::kStruct;
        read_struct(node, raw);
        break;
      case schema::Node::ENUM:
        raw.kind = RawNode::Kind::kEnum;
        for (const auto each : node.getEnum().getEnumerants()) {
          raw.enumerants.push_back({text(each.getName()), read_annotations(each.getAnnotations())});
        }
        break;
      case schema::Node::INTERFACE:
        raw.kind = RawNode::Kind::kInterface;
        read_interface(node, raw);
        break;
      case schema::Node::CONST:
        raw.kind = RawNode::Kind::kConst;
        raw.type = read_type(node.getConst().getType());
        raw.value = read_value(loader_.get(raw.id).asConst().as<capnp::DynamicValue>());
        break;
      case schema::Node::ANNOTATION:
        raw.kind = RawNode::Kind::kAnnotation;
        break;
      case schema::Node::FILE:
        break;
    }
    return raw;
  }

  // The bits of a scalar's default; 0 of all else.
  static std::uint64_t preset(schema::Value::Reader value) {
    switch (value.which()) {
      case schema::Value::BOOL:
        return value.getBool() ? 1 : 0;
      case schema::Value::INT8:
        return static_cast<std::uint8_t>(value.getInt8());
      case schema::Value::INT16:
        return static_cast<std::uint16_t>(value.getInt16());
      case schema::Value::INT32:
        return static_cast<std::uint32_t>(value.getInt32());
      case schema::Value::INT64:
        return static_cast<std::uint64_t>(value.getInt64());
      case schema::Value::UINT8:
        return value.getUint8();
      case schema::Value::UINT16:
        return value.getUint16();
      case schema::Value::UINT32:
        return value.getUint32();
      case schema::Value::UINT64:
        return value.getUint64();
      case schema::Value::ENUM:
        return value.getEnum();
      default:
        return 0;
    }
  }

  void read_struct(schema::Node::Reader node, RawNode& raw) {
    raw.data_words = node.getStruct().getDataWordCount();
    raw.has_union = node.getStruct().getDiscriminantCount() != 0;
    for (const auto each : node.getStruct().getFields()) {
      RawField field;
      field.name = text(each.getName());
      field.is_group = each.isGroup();
      if (each.isSlot()) {
        const auto slot = each.getSlot();
        field.type = read_type(slot.getType());
        field.offset = slot.getOffset();
        field.has_default = slot.getHadExplicitDefault();
        field.preset = preset(slot.getDefaultValue());
      }
      field.annotations = read_annotations(each.getAnnotations());
      raw.fields.push_back(std::move(field));
    }
  }

  void read_interface(schema::Node::Reader node, RawNode& raw) {
    for (const auto each : node.getInterface().getMethods()) {
      RawMethod method;
      method.name = text(each.getName());
      method.parameters = each.getParamStructType();
      method.results = each.getResultStructType();
      method.is_generic = each.getImplicitParameters().size() != 0;
      method.annotations = read_annotations(each.getAnnotations());
      raw.methods.push_back(std::move(method));
    }
    for (const auto each : node.getInterface().getSuperclasses()) {
      raw.superclasses.push_back(each.getId());
    }
  }

  schema::CodeGeneratorRequest::Reader request_;
  capnp::SchemaLoader loader_;
};

}  // namespace

absl::StatusOr<Request> read_request(const std::string& bytes) {
  // KJ reports malformed input by exceptions; they end here.
  try {
    const kj::ArrayPtr<const kj::byte> array(reinterpret_cast<const kj::byte*>(bytes.data()),
                                             bytes.size());
    kj::ArrayInputStream stream(array);
    capnp::ReaderOptions options;
    // Everything is read a few times. Pointers that are damaged may lead to one thing so often that
    // it would take for ever.
    options.traversalLimitInWords = kMostReads * (bytes.size() / sizeof(capnp::word) + 1);
    options.nestingLimit = 256;
    capnp::InputStreamMessageReader message(stream, options);
    const auto request = message.getRoot<schema::CodeGeneratorRequest>();
    read_all(capnp::toDynamic(request));
    return Reader(request).read();
  } catch (const kj::Exception& exception) {
    // It may quote what it could not read.
    return absl::InvalidArgumentError(absl::StrCat(
        "not a CodeGeneratorRequest: ", absl::CHexEscape(exception.getDescription().cStr())));
  }
}

}  // namespace kidl
