#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/check_internal.h"
#include "gen/cxx.h"

namespace kidl::internal {
namespace {

const Enum* find_object_types(const Context& context) {
  for (const auto& [id, each] : context.enums) {
    if (each->name == "ObjectType" && each->file->name_space == "abi") return each;
  }
  return nullptr;
}

// The rights of $object: a list of distinct lowerCamel names, a bit each.
void read_rights(Context& context, const Value& object, const Site& site, Interface& result) {
  for (std::size_t index = 0; index < object.names.size(); ++index) {
    if (object.names[index] != "rights") continue;
    for (const Value& each : object.parts[index].parts) result.rights.push_back(each.text);
  }
  const auto report = [&](const std::string& message) {
    context.report(Code::kRightsList, site.position("object"), message);
  };
  if (result.rights.size() > 8) {
    report(absl::StrCat(result.rights.size(), " rights; a capability has room for 8"));
  }
  std::set<std::string> seen;
  for (const std::string& each : result.rights) {
    const bool is_name = !each.empty() && absl::ascii_islower(each[0]) &&
                         std::all_of(each.begin(), each.end(), absl::ascii_isalnum);
    if (!is_name)
      report(absl::StrCat("'", each, "' is no name of a right; write it in lowerCamel"));
    if (!seen.insert(each).second) report(absl::StrCat("right '", each, "' is listed twice"));
  }
}

void check_object(Context& context, const Value& object, const Site& site, Interface& result) {
  result.role = Interface::Role::kObject;
  result.object_type = static_cast<std::uint8_t>(member(object, "type"));
  read_rights(context, object, site, result);
  const Enum* types = find_object_types(context);
  if (types == nullptr) return;
  const bool known = result.object_type < types->enumerants.size();
  const std::string name = known ? types->enumerants[result.object_type].name : "no type";
  if (!known || absl::AsciiStrToLower(name) != absl::AsciiStrToLower(result.name)) {
    context.report(Code::kObjectType, site.position("object"),
                   absl::StrCat("type ", result.object_type, " is ", name,
                                " in ObjectType of idl/abi.idl, not ", result.name));
  }
}

void check_service(Context& context, const Value& number, const Site& site, Interface& result) {
  result.role = Interface::Role::kService;
  result.service_number = static_cast<std::uint16_t>(number.natural);
  if (number.natural < 0x0100 || number.natural > 0x7fff) {
    context.report(
        Code::kServiceNumber, site.position("service"),
        absl::StrFormat("service number 0x%04x is outside 0x0100 to 0x7fff", number.natural));
  }
}

void check_errors(Context& context, const Annotations& annotations, const Site& site,
                  Interface& result) {
  const std::string name = annotations.text("errors");
  if (annotations.has("errors")) {
    result.errors = find_errors(context, annotations, site, *result.file);
  }
  const Value* answers = annotations.find("answers");
  if (answers == nullptr) return;
  if (!annotations.has("errors")) {
    context.report(Code::kAnswers, site.position("answers"),
                   "$answers needs $errors: its numbers are that enum's");
    return;
  }
  result.bad_value = static_cast<std::uint8_t>(member(*answers, "badValue"));
  result.malformed = static_cast<std::uint8_t>(member(*answers, "malformed"));
  for (const std::uint8_t each : {result.bad_value, result.malformed}) {
    if (result.errors == nullptr || each < result.errors->enumerants.size()) continue;
    context.report(Code::kAnswers, site.position("answers"),
                   absl::StrCat(each, " is no enumerant of '", name, "'"));
  }
}

// Why it cannot extend `super`; empty when it can.
std::string why_no_child(const Context& context, const RawNode& node, const Interface& child,
                         const Interface* super) {
  const Interface::Role service = Interface::Role::kService;
  if (super == nullptr || child.role != service || super->role != service) {
    return "only services extend services";
  }
  if (node.superclasses.size() > 1) return "a service extends one other at most";
  std::set<std::uint64_t> seen = {node.id};
  for (const RawNode* at = &node; at != nullptr && !at->superclasses.empty();) {
    if (!seen.insert(at->superclasses[0]).second) return "that leads back to where it began";
    at = context.find(at->superclasses[0]);
  }
  if (super->file->name_space != child.file->name_space) {
    return absl::StrCat("it is of another namespace, ", super->file->name_space);
  }
  const bool is_below = super->file == child.file && super->position.line > child.position.line;
  return is_below ? "it stands further down; move it up" : "";
}

// Both methods would be one function of the server's class.
void check_inherited_names(Context& context, const Interface& child) {
  std::map<std::string, const Method*> taken;
  for (const Method* each : child.all_methods()) {
    const auto [other, is_new] = taken.emplace(function_name(each->name), each);
    if (is_new) continue;
    const Interface& super = *other->second->interface;
    const bool is_here = super.file == child.file;
    context.report(Code::kClash, each->position,
                   absl::StrCat("'", super.name, "'", is_here ? "" : " of " + super.file->path,
                                " has a method '", other->second->name, "' too"));
  }
}

void check_superclasses(Context& context, const RawNode& node, const Site& site,
                        Interface& result) {
  for (const std::uint64_t id : node.superclasses) {
    const auto found = context.interfaces.find(id);
    const Interface* super = found == context.interfaces.end() ? nullptr : found->second;
    const std::string why = why_no_child(context, node, result, super);
    if (why.empty()) {
      result.super = super;
      continue;
    }
    context.report(Code::kExtends, site.position(),
                   absl::StrCat("'", node.name, "' extends '", super == nullptr ? "?" : super->name,
                                "': ", why));
  }
}

}  // namespace

void check_interface_head(Context& context, const RawNode& node, Interface& result) {
  const Site site = context.site(node);
  const Annotations annotations(context, node.annotations, site);
  const Value* service = annotations.find("service");
  const Value* object = annotations.find("object");
  const bool ambient = annotations.has("ambient");
  const int roles = (service != nullptr ? 1 : 0) + (object != nullptr ? 1 : 0) + (ambient ? 1 : 0);
  if (roles == 0) {
    context.report(
        Code::kNoRole, site.position(),
        absl::StrCat("'", node.name,
                     "' is neither a service nor a kernel object; add $K.service(0x....), "
                     "$K.object((...)) or $K.ambient"));
  }
  if (roles > 1) {
    context.report(
        Code::kTwoRoles, site.position(),
        absl::StrCat("'", node.name, "' can be only one of service, object and ambient"));
  }
  if (ambient) result.role = Interface::Role::kAmbient;
  if (object != nullptr) check_object(context, *object, site, result);
  if (service != nullptr) {
    check_service(context, *service, site, result);
    check_errors(context, annotations, site, result);
  } else if (roles == 1) {
    annotations.refuse({"errors", "answers"}, "on a kernel interface");
  }
  result.since = annotations.since(result.name);
  if (result.doc.empty()) {
    context.report(Code::kNoDoc, site.position(),
                   absl::StrCat("interface '", node.name, "' has no comment that says what it is"));
  }
}

void check_parent(Context& context, const RawNode& node, Interface& result) {
  check_superclasses(context, node, context.site(node), result);
}

void check_interface_methods(Context& context, const RawNode& node, Interface& result) {
  result.methods.reserve(node.methods.size());
  for (std::size_t index = 0; index < node.methods.size(); ++index) {
    Method method;
    method.interface = &result;
    method.ordinal = static_cast<int>(index);
    const bool removed = check_method(context, node, node.methods[index], method);
    method.removed = removed;
    (removed ? result.removed : result.methods).push_back(std::move(method));
  }
  check_function_names(context, result);
}

namespace {

void check_numbers(Context& context, const Interface& interface,
                   std::map<std::uint16_t, std::string>& calls,
                   std::map<std::uint16_t, std::string>& services,
                   std::map<std::uint8_t, std::string>& types) {
  const Site site{context.sources, interface.file->path, interface.name};
  if (interface.role == Interface::Role::kService) {
    const auto [other, is_new] = services.emplace(interface.service_number, interface.name);
    if (!is_new) {
      context.report(Code::kServiceNumberTwice, site.position("service"),
                     absl::StrFormat("service number 0x%04x is %s's already",
                                     interface.service_number, other->second));
    }
    return;
  }
  if (interface.role == Interface::Role::kObject) {
    const auto [other, is_new] = types.emplace(interface.object_type, interface.name);
    if (!is_new) {
      context.report(
          Code::kObjectTypeTwice, site.position("object"),
          absl::StrCat("object type ", interface.object_type, " is ", other->second, "'s already"));
    }
  }
  std::vector<const Method*> numbered;
  for (const Method& method : interface.methods) numbered.push_back(&method);
  for (const Method& method : interface.removed) numbered.push_back(&method);
  for (const Method* each : numbered) {
    const Method& method = *each;
    if (method.number == 0) continue;  // reported
    const std::string name = absl::StrCat(interface.name, ".", method.name);
    const auto [other, is_new] = calls.emplace(method.number, name);
    if (is_new) continue;
    const Site at{context.sources, interface.file->path, name};
    context.report(Code::kNumberTwice, at.position("number"),
                   absl::StrCat("system call ", method.number, " is ", other->second, " already"));
  }
}

// The generated header of a file includes those of the objects it names, so these must not form a
// ring.
using Uses = std::map<const File*, std::set<const File*>>;

bool leads_back(const Uses& uses, const File* from, const File* goal, std::set<const File*>& seen) {
  const auto used = uses.find(from);
  if (used == uses.end() || !seen.insert(from).second) return false;
  for (const File* each : used->second) {
    if (each == goal || leads_back(uses, each, goal, seen)) return true;
  }
  return false;
}

void check_cycles(Context& context, const System& system) {
  Uses uses;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      const Interface* super = interface->super;
      if (super != nullptr && super->file != file.get()) uses[file.get()].insert(super->file);
      for (const Method& method : interface->methods) {
        for (const auto* list : {&method.parameters, &method.results}) {
          for (const Parameter& each : *list) {
            const Interface* object = each.type.interface;
            if (object != nullptr && object->file != file.get())
              uses[file.get()].insert(object->file);
          }
        }
      }
    }
  }
  for (const auto& file : system.files) {
    std::set<const File*> seen;
    if (!leads_back(uses, file.get(), file.get(), seen)) continue;
    const Position at =
        file->interfaces.empty() ? Position{file->path, 1, 1} : file->interfaces.front()->position;
    context.report(Code::kCycle, at, "the objects named in this file lead back to it");
  }
}

bool has_methods(const System& system, absl::string_view name,
                 const std::vector<absl::string_view>& methods) {
  const Interface* interface = system.find(name);
  return interface != nullptr &&
         std::all_of(methods.begin(), methods.end(), [interface](absl::string_view method) {
           return interface->find(method) != nullptr;
         });
}

}  // namespace

void check_interfaces_together(Context& context, const System& system) {
  std::map<std::uint16_t, std::string> calls;
  std::map<std::uint16_t, std::string> services;
  std::map<std::uint8_t, std::string> types;
  const Interface* first_service = nullptr;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      check_numbers(context, *interface, calls, services, types);
      if (interface->role == Interface::Role::kService && first_service == nullptr) {
        first_service = interface.get();
      }
    }
  }
  for (const auto& file : system.files) {
    for (const auto& each : file->interfaces) {
      if (each->super != nullptr) check_inherited_names(context, *each);
    }
  }
  check_cycles(context, system);
  check_names_together(context, system);
  if (first_service == nullptr) return;
  // What clients and servers are generated onto.
  const bool complete =
      has_methods(system, "Endpoint",
                  {"call", "callWith", "send", "receive", "replyReceive", "replyReceiveWith"}) &&
      has_methods(system, "Reply", {"keep", "send"});
  if (!complete) {
    context.report(Code::kNoTransport, first_service->position,
                   "a service needs Endpoint and Reply: compile idl/kernel/endpoint.idl and "
                   "idl/kernel/reply.idl too");
  }
}

}  // namespace kidl::internal
