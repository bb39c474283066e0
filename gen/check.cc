#include "gen/check.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/check_internal.h"

namespace kidl {
namespace internal {

Annotations::Annotations(Context& context, const std::vector<RawAnnotation>& raw, const Site& site)
    : context_(context), site_(site) {
  for (const RawAnnotation& each : raw) {
    const RawNode* node = context.find(each.id);
    const std::string name = node == nullptr ? "?" : node->name;
    if (node == nullptr || node->scope != kVocabulary) {
      context.report(Code::kForeignAnnotation, site.position(name),
                     absl::StrCat("annotation '", name, "' is not one of idl/kidl.idl"));
    } else if (!found_.emplace(name, &each.value).second) {
      context.report(Code::kTwice, site.position(name + "$2"),
                     absl::StrCat("$", name, " is given twice"));
    }
  }
}

const Value* Annotations::find(absl::string_view name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? nullptr : found->second;
}

std::string Annotations::text(absl::string_view name) const {
  const Value* value = find(name);
  return value == nullptr ? "" : value->text;
}

std::string Annotations::since(absl::string_view name) const {
  if (has("since") && text("since").empty()) {
    context_.report(Code::kNoDoc, site_.position("since"),
                    absl::StrCat("$since on '", name, "' says nothing"));
  }
  return text("since");
}

void Annotations::refuse(const std::vector<absl::string_view>& names,
                         absl::string_view where) const {
  for (const absl::string_view name : names) {
    if (!has(name)) continue;
    context_.report(Code::kMisplaced, site_.position(name),
                    absl::StrCat("$", name, " has no meaning ", where));
  }
}

std::uint64_t member(const Value& value, absl::string_view name) {
  for (std::size_t index = 0; index < value.names.size(); ++index) {
    if (value.names[index] == name) return value.parts[index].natural;
  }
  return 0;
}

namespace {

// C++ has no dots in names: Outer.Inner is OuterInner.
std::string flat_name(const std::string& name) {
  std::string result;
  for (const char c : name) {
    if (c != '.') result += c;
  }
  return result;
}

class Checker {
 public:
  explicit Checker(Context& context) : context_(context) {}

  std::unique_ptr<System> run() {
    auto system = std::make_unique<System>();
    declare(*system);
    for (const auto& [node, result] : enums_) check_enum(context_, *node, *result);
    for (const auto& [node, result] : structs_) check_struct(context_, *node, *result);
    std::set<std::uint64_t> measured;
    for (const auto& [node, result] : structs_) measure_struct(context_, node->id, measured);
    for (const auto& [node, result] : interfaces_) check_interface_head(context_, *node, *result);
    for (const auto& [node, result] : interfaces_) check_parent(context_, *node, *result);
    for (const auto& [node, result] : interfaces_) {
      check_interface_methods(context_, *node, *result);
    }
    for (const auto& [node, file] : constants_) {
      Constant constant;
      constant.name = flat_name(node->name);
      check_constant(context_, *node, constant);
      file->constants.push_back(std::move(constant));
    }
    check_interfaces_together(context_, *system);
    return system;
  }

 private:
  // Makes an empty declaration for every node, in the order of the sources, so that types can refer
  // to them.
  void declare(System& system) {
    std::map<std::string, File*> files;
    std::vector<const RawNode*> nodes;
    for (const auto& [id, node] : context_.request.nodes) {
      const bool is_file = node.kind == RawNode::Kind::kFile;
      // "Timed.register$Params" is a parameter list.
      const bool is_named = !node.name.empty() && node.name.find('$') == std::string::npos;
      if (is_file ? id != kVocabulary : is_named) nodes.push_back(&node);
    }
    std::sort(nodes.begin(), nodes.end(), [this](const RawNode* a, const RawNode* b) {
      const Position at_a = context_.site(*a).position();
      const Position at_b = context_.site(*b).position();
      return std::tie(a->file, at_a.line, at_a.column, a->name) <
             std::tie(b->file, at_b.line, at_b.column, b->name);
    });
    for (const RawNode* node : nodes) {
      if (node->kind == RawNode::Kind::kFile) files[node->file] = declare_file(system, *node);
    }
    for (const RawNode* node : nodes) {
      const auto file = files.find(node->file);
      if (file != files.end()) declare_node(*file->second, *node);
    }
  }

  File* declare_file(System& system, const RawNode& node) {
    auto file = std::make_unique<File>();
    const Site site = context_.site(node);
    const Annotations annotations(context_, node.annotations, site);
    file->path = node.file;
    file->doc = site.doc();
    file->name_space = annotations.text("namespace");
    if (file->name_space.empty()) {
      context_.report(Code::kNoNamespace, site.position(),
                      "the file has no namespace; add $K.namespace(\"...\")");
    }
    system.files.push_back(std::move(file));
    return system.files.back().get();
  }

  template <class T>
  T* declare_in(std::vector<std::unique_ptr<T>>& list, const File& file, const RawNode& node) {
    auto made = std::make_unique<T>();
    const Site site = context_.site(node);
    made->file = &file;
    made->name = flat_name(node.name);
    made->doc = site.doc();
    made->position = site.position();
    if (node.is_generic) {
      context_.report(Code::kGeneric, made->position,
                      absl::StrCat("'", node.name, "' has type parameters"));
    }
    list.push_back(std::move(made));
    return list.back().get();
  }

  void declare_node(File& file, const RawNode& node) {
    switch (node.kind) {
      case RawNode::Kind::kEnum:
        enums_.emplace_back(&node, declare_in(file.enums, file, node));
        context_.enums[node.id] = enums_.back().second;
        break;
      case RawNode::Kind::kStruct:
        structs_.emplace_back(&node, declare_in(file.structs, file, node));
        context_.structs[node.id] = structs_.back().second;
        break;
      case RawNode::Kind::kInterface:
        interfaces_.emplace_back(&node, declare_in(file.interfaces, file, node));
        context_.interfaces[node.id] = interfaces_.back().second;
        break;
      case RawNode::Kind::kConst:
        constants_.emplace_back(&node, &file);
        break;
      case RawNode::Kind::kAnnotation:
      case RawNode::Kind::kFile:
        break;
    }
  }

  Context& context_;
  std::vector<std::pair<const RawNode*, Enum*>> enums_;
  std::vector<std::pair<const RawNode*, Struct*>> structs_;
  std::vector<std::pair<const RawNode*, Interface*>> interfaces_;
  std::vector<std::pair<const RawNode*, File*>> constants_;
};

}  // namespace
}  // namespace internal

std::unique_ptr<System> check(const Request& request, const Sources& sources,
                              Diagnostics& diagnostics) {
  internal::Context context{request, sources, diagnostics, {}, {}, {}};
  return internal::Checker(context).run();
}

}  // namespace kidl
