// From the checked form to the lock's elements: everything that a program built against the .idl
// relies on, and nothing else. Comments are free to change.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gen/layout.h"
#include "gen/lock/lock.h"
#include "gen/registers.h"

namespace kidl {
namespace {

std::string plain(Kind kind) {
  switch (kind) {
    case Kind::kVoid:
      return "Void";
    case Kind::kBool:
      return "Bool";
    case Kind::kInt8:
      return "Int8";
    case Kind::kInt16:
      return "Int16";
    case Kind::kInt32:
      return "Int32";
    case Kind::kInt64:
      return "Int64";
    case Kind::kUint8:
      return "UInt8";
    case Kind::kUint16:
      return "UInt16";
    case Kind::kUint32:
      return "UInt32";
    case Kind::kUint64:
      return "UInt64";
    case Kind::kText:
      return "Text";
    default:
      return "Data";
  }
}

// A text is one word of its line, whatever is in it.
std::string one_word(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"%", "%25"}, {" ", "%20"}, {"\n", "%0a"}, {"\"", "%22"}}),
      "\"");
}

// Where there is one.
void set_since(Element& element, const std::string& since) {
  if (!since.empty()) element.set("since", one_word(since));
}

std::string value_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kBool:
    case Value::Kind::kUint:
    case Value::Kind::kEnumerant:
      return absl::StrCat(value.natural);
    case Value::Kind::kInt:
      return absl::StrCat(value.number);
    case Value::Kind::kText:
      return one_word(value.text);
    case Value::Kind::kList:
    case Value::Kind::kStruct:
      return absl::StrCat(
          "[",
          absl::StrJoin(value.parts, ",",
                        [](std::string* out, const Value& each) { out->append(value_text(each)); }),
          "]");
    case Value::Kind::kVoid:
    case Value::Kind::kOther:
      break;
  }
  return "void";
}

Element make(std::string path, std::string kind) {
  Element element;
  element.path = std::move(path);
  element.kind = std::move(kind);
  return element;
}

std::string qualified_name(const File* file, const std::string& name) {
  return absl::StrCat(absl::StrReplaceAll(file->name_space, {{"::", "."}}), ".", name);
}

class Writer {
 public:
  explicit Writer(const File& file) : file_(file) {}

  Lock write() {
    Element file = make("*", "file");
    file.set("namespace", file_.name_space);
    add(std::move(file));
    for (const Constant& each : file_.constants) add_constant(each);
    for (const auto& each : file_.enums) add_enum(*each);
    for (const auto& each : file_.structs) add_struct(*each);
    for (const auto& each : file_.interfaces) add_interface(*each);
    std::sort(lock_.elements.begin(), lock_.elements.end(),
              [](const Element& a, const Element& b) { return a.path < b.path; });
    return std::move(lock_);
  }

 private:
  void add(Element element) { lock_.elements.push_back(std::move(element)); }

  void add_constant(const Constant& constant) {
    Element element = make(constant.name, "constant");
    element.set("type", type_text(constant.type));
    // A text is for people: a version, a name. Nothing that was built relies on it.
    if (constant.type.kind != Kind::kText) element.set("value", value_text(constant.value));
    add(std::move(element));
  }

  void add_enum(const Enum& each) {
    Element element = make(each.name, "enum");
    element.set("unknown", each.flexible ? "accepted" : "refused");
    if (each.flags) element.set("flags", "yes");
    add(std::move(element));
    for (std::size_t ordinal = 0; ordinal < each.enumerants.size(); ++ordinal) {
      Element enumerant =
          make(absl::StrCat(each.name, ".", each.enumerants[ordinal].name), "enumerant");
      enumerant.set(each.flags ? "bit" : "value", absl::StrCat(ordinal));
      set_since(enumerant, each.enumerants[ordinal].since);
      add(std::move(enumerant));
    }
  }

  void add_struct(const Struct& each) {
    Element element = make(each.name, "struct");
    element.set("extensible", each.extensible ? "yes" : "no");
    add(std::move(element));
    for (std::size_t ordinal = 0; ordinal < each.fields.size(); ++ordinal) {
      const Field& field = each.fields[ordinal];
      Element made = make(absl::StrCat(each.name, ".", field.name), "field");
      made.set("index", absl::StrCat(ordinal));
      made.set("type", type_text(field.type));
      if (field.max) made.set("max", absl::StrCat(*field.max));
      if (field.range) {
        made.set("range", absl::StrCat(field.range->min, "..", field.range->max));
      }
      // Where it lies in the data section, and what is exclusive-ored in.
      made.set("bit", absl::StrCat(field.bit));
      if (field.preset != 0) made.set("default", absl::StrCat(field.preset));
      set_since(made, field.since);
      add(std::move(made));
    }
  }

  void add_interface(const Interface& interface) {
    Element element = make(interface.name, "interface");
    switch (interface.role) {
      case Interface::Role::kService:
        element.set("service", absl::StrFormat("0x%04x", interface.service_number));
        break;
      case Interface::Role::kObject:
        element.set("object", absl::StrCat(interface.object_type));
        break;
      case Interface::Role::kAmbient:
        element.set("ambient", "yes");
        break;
    }
    if (interface.super != nullptr) {
      element.set("extends", qualified_name(interface.super->file, interface.super->name));
    }
    if (interface.errors != nullptr) element.set("errors", interface.errors->name);
    if (interface.bad_value != 0) element.set("badValue", absl::StrCat(interface.bad_value));
    if (interface.malformed != 0) element.set("malformed", absl::StrCat(interface.malformed));
    set_since(element, interface.since);
    add(std::move(element));
    for (std::size_t bit = 0; bit < interface.rights.size(); ++bit) {
      // '$' is in no name: a right never clashes with a method.
      Element right = make(absl::StrCat(interface.name, ".$", interface.rights[bit]), "right");
      right.set("bit", absl::StrCat(bit));
      add(std::move(right));
    }
    for (const Method& each : interface.methods) add_method(interface, each);
    for (const Method& each : interface.removed) add_method(interface, each);
  }

  void add_method(const Interface& interface, const Method& method) {
    const std::string path = absl::StrCat(interface.name, ".", method.name);
    Element element = make(path, "method");
    element.set("ordinal", absl::StrCat(method.ordinal));
    if (method.removed) element.set("removed", "yes");
    if (interface.role != Interface::Role::kService) {
      element.set("number", absl::StrCat(method.number));
    }
    if (!method.need.empty()) element.set("need", absl::StrJoin(method.need, ","));
    if (method.receives) element.set("receives", "yes");
    if (method.one_way) element.set("oneWay", "yes");
    if (method.event) element.set("event", "yes");
    if (method.errors != nullptr) element.set("errors", method.errors->name);
    if (!method.deprecated.empty() && !method.removed) element.set("deprecated", "yes");
    set_since(element, method.since);
    add(std::move(element));
    if (method.removed) return;
    add_list(interface, method.parameters, absl::StrCat(path, "("), ")", "parameter");
    add_list(interface, method.results, absl::StrCat(path, "->"), "", "result");
  }

  void add_list(const Interface& interface, const std::vector<Parameter>& list,
                const std::string& before, const std::string& after, const std::string& kind) {
    int head = 0;  // where the parameter begins in the message
    for (std::size_t index = 0; index < list.size(); ++index) {
      const Parameter& each = list[index];
      Element element = make(absl::StrCat(before, each.name, after), kind);
      element.set("index", absl::StrCat(index));
      element.set("type", type_text(each.type));
      if (!each.rights.empty()) element.set("rights", absl::StrJoin(each.rights, ","));
      if (each.range) {
        element.set("range", absl::StrCat(each.range->min, "..", each.range->max));
      }
      if (each.optional) element.set("optional", "yes");
      if (interface.role != Interface::Role::kService) {
        element.set("register", std::string(register_name(each.place)));
        // In registers a tail has its full length: another bound moves what is behind it.
        if (each.max) element.set("length", absl::StrCat(*each.max));
        if (each.tail != 0) element.set("tail", std::string(register_name(each.tail)));
      } else if (each.type.is_capability()) {
        element.set("capability", absl::StrCat(each.place));
      } else {
        if (each.max) element.set("max", absl::StrCat(*each.max));
        element.set("word", absl::StrCat(head));
        head += head_words(each.type);
      }
      add(std::move(element));
    }
  }

  const File& file_;
  Lock lock_;
};

}  // namespace

std::string type_text(const Type& type) {
  switch (type.kind) {
    case Kind::kEnum:
      return qualified_name(type.enumeration->file, type.enumeration->name);
    case Kind::kCapability:
      return qualified_name(type.interface->file, type.interface->name);
    case Kind::kStruct:
      return qualified_name(type.structure->file, type.structure->name);
    case Kind::kList:
      return absl::StrCat("List(", type_text(*type.element), ")");
    default:
      return plain(type.kind);
  }
}

Lock lock_of(const File& file) { return Writer(file).write(); }

}  // namespace kidl
