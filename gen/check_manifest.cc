// A constant that is a system's manifest: its images, and what holds of all of them together.
#include "gen/check_manifest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace kidl::internal {
namespace {

constexpr absl::string_view kFirst = "init";       // the first task's name
constexpr absl::string_view kPrinter = "console";  // the service that prints for the others

// A field's value and type; nothing of a struct that is no Image after all.
struct Part {
  const Value* value = nullptr;
  const Type* type = nullptr;
};

Part part_of(const Struct* type, const Value& value, absl::string_view name) {
  for (std::size_t index = 0; type != nullptr && index < value.names.size(); ++index) {
    if (value.names[index] != name || index >= value.parts.size()) continue;
    for (const Field& field : type->fields) {
      if (field.name == name) return {&value.parts[index], &field.type};
    }
  }
  return {};
}

std::string word(const Value& value, const Type& type) {
  if (type.kind != Kind::kEnum || type.enumeration == nullptr) return value.text;
  const std::vector<Enumerant>& all = type.enumeration->enumerants;
  return value.natural < all.size() ? all[value.natural].name : "";
}

class ImageReader {
 public:
  ImageReader(const Struct* type, const Value& value) : type_(type), value_(value) {}

  std::uint64_t number(absl::string_view name) const { return member(value_, name); }
  std::string text(absl::string_view name) const {
    const Part part = part_of(type_, value_, name);
    return part.value == nullptr ? "" : word(*part.value, *part.type);
  }
  std::vector<std::string> list(absl::string_view name) const {
    std::vector<std::string> result;
    const Part part = part_of(type_, value_, name);
    if (part.value == nullptr || part.type->element == nullptr) return result;
    for (const Value& each : part.value->parts) {
      result.push_back(word(each, *part.type->element));
    }
    return result;
  }

  Image read() const {
    Image image;
    image.name = text("name");
    image.identity = number("identity");
    image.quota_kib = number("quotaKiB");
    image.stack_kib = number("stackKiB");
    image.slots = number("slots");
    image.pool_pages = number("poolPages");
    image.service = number("service") != 0;
    image.uses = list("uses");
    image.clients = list("clients");
    image.grants = list("grants");
    image.spawns = list("spawns");
    image.start = text("start");
    image.restart = text("restart");
    image.restarts = number("restarts");
    image.device = text("device");
    return image;
  }

 private:
  const Struct* type_;
  const Value& value_;
};

// The constant that stands there as the value: its file and key. The schema has the value alone,
// so it is told by its last name and its value.
std::pair<std::string, std::string> origin(const Context& context, const std::string& file,
                                           const std::string& key, const Value& value) {
  const std::string name = context.sources.value_name(file, key);
  const std::vector<std::string> words = absl::StrSplit(name, '.');  // of ".here", "There.it"
  if (name.empty()) return {file, key};
  for (const auto& [id, node] : context.request.nodes) {
    const bool may = words.front().empty() == (node.file == file);
    if (may && node.kind == RawNode::Kind::kConst && node.name == words.back() &&
        node.value == value) {
      return {node.file, node.name + "="};
    }
  }
  return {file, key};
}

void check_names(const Manifest& manifest) {
  for (std::size_t index = 0; index < manifest.images().size(); ++index) {
    const Image& image = manifest.images()[index];
    if (image.name == kFirst) {
      manifest.report(Code::kImageName, image, ".name",
                      "an image is called 'init', as the first task is; rename it");
    }
    const Image& first = manifest.images()[*manifest.find(image.name)];
    if (&first == &image || image.name.empty()) continue;
    manifest.report(Code::kImageTwice, image, ".name",
                    absl::StrCat("two images are called '", image.name, "', here and on ",
                                 manifest.line_of(first, image), "; rename one"));
  }
}

void check_identities(const Manifest& manifest) {
  for (const Image& image : manifest.images()) {
    for (const Image& first : manifest.images()) {
      if (&first == &image) break;
      if (first.identity != image.identity || image.identity == 0) continue;
      manifest.report(
          Code::kImageTwice, image, ".identity",
          absl::StrFormat("'%s' has the identity 0x%x of '%s' on %s; give it one of its own",
                          image.name, image.identity, first.name, manifest.line_of(first, image)));
      break;
    }
  }
}

// Spawned images have theirs out of their spawner's.
void check_memory(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const Image& image : manifest.images()) {
    const std::uint64_t before = sum;
    if (!image.is_spawned()) sum += image.quota_kib;
    const bool alone = image.quota_kib > manifest.memory_kib();  // told of the image
    if (alone || before > manifest.memory_kib() || sum <= manifest.memory_kib()) continue;
    manifest.report(Code::kQuota, image, ".quotaKiB",
                    absl::StrCat("with '", image.name, "' the quotas are ", sum,
                                 " KiB, and the machine has ", manifest.memory_kib(),
                                 "; give less, or set the manifest's memoryKiB to what it has"));
  }
}

// Each device is one task's.
void check_devices(const Manifest& manifest) {
  const Image* uart = manifest.first_with("uart");
  for (const Image& image : manifest.images()) {
    if (image.is_granted("uart") && &image != uart) {
      manifest.report(
          Code::kDevice, image, ".grants",
          absl::StrCat("'", image.name, "' and '", uart->name,
                       "' have the grant uart; there is one, so take it from one of them"));
    }
    for (const Image& first : manifest.images()) {
      if (&first == &image) break;
      if (!image.drives() || first.device != image.device) continue;
      manifest.report(
          Code::kDevice, image, ".device",
          absl::StrCat("'", image.name, "' and '", first.name, "' have the window of the device ",
                       image.device, "; take it from one of them"));
      break;
    }
  }
}

// False: there are so many that nothing else is looked at.
bool check_count(const Manifest& manifest) {
  const std::size_t count = manifest.images().size();
  if (count <= manifest.limits().images) return true;
  manifest.report(Code::kTooLong, absl::StrCat("the manifest has ", count,
                                               " images, those of its base included, more than ",
                                               manifest.limits().images, "; take some out"));
  return false;
}

void check_first(const Manifest& manifest) {
  const std::vector<Image>& images = manifest.images();
  if (images.empty()) {
    manifest.report(Code::kNoConsole,
                    "the manifest has no images; the first is console, a service");
  } else if (images[0].name != kPrinter) {
    manifest.report(
        Code::kNoConsole, images[0], ".name",
        absl::StrCat("the first image is '", images[0].name, "'; put console before it"));
  } else if (!images[0].service) {
    manifest.report(Code::kNoConsole, images[0], ".service",
                    "console is the first image and no service; say service = true");
  }
}

}  // namespace

ManifestLimits manifest_limits(const Value& value) {
  return {.images = member(value, "images"),
          .identity = member(value, "identity"),
          .uses = member(value, "uses"),
          .given = member(value, "given"),
          .start_slots = member(value, "startSlots"),
          .slots = member(value, "slots"),
          .slot_size = member(value, "slotSize"),
          .page_size = member(value, "pageSize")};
}

std::string element_of(absl::string_view list, std::size_t index) {
  return absl::StrCat(".", list, "[", index, "]");
}

bool Image::is_granted(absl::string_view grant) const {
  return std::find(grants.begin(), grants.end(), grant) != grants.end();
}

Manifest::Manifest(Context& context, const RawNode& node, const Constant& constant)
    : context_(context), node_(node), limits_(*constant.type.structure->manifest) {
  memory_kib_ = member(constant.value, "memoryKiB");
  take(constant, "base");  // in the order in which they start
  take(constant, "images");
}

void Manifest::take(const Constant& constant, const std::string& list) {
  const Part part = part_of(constant.type.structure, constant.value, list);
  if (part.value == nullptr || part.type->element == nullptr) return;
  const auto [file, key] =
      origin(context_, node_.file, absl::StrCat(node_.name, "=.", list), *part.value);
  for (std::size_t index = 0; index < part.value->parts.size(); ++index) {
    Image image = ImageReader(part.type->element->structure, part.value->parts[index]).read();
    image.file = file;
    image.key = absl::StrCat(key, "[", index, "]");
    images_.push_back(std::move(image));
  }
}

std::optional<std::size_t> Manifest::find(absl::string_view name) const {
  for (std::size_t index = 0; index < images_.size(); ++index) {
    if (images_[index].name == name) return index;
  }
  return std::nullopt;
}

const Image* Manifest::first_with(absl::string_view grant) const {
  for (const Image& each : images_) {
    if (each.is_granted(grant)) return &each;
  }
  return nullptr;
}

std::size_t Manifest::spawned() const {
  return static_cast<std::size_t>(std::count_if(
      images_.begin(), images_.end(), [](const Image& each) { return each.is_spawned(); }));
}

std::string Manifest::line_of(const Image& image, const Image& other) const {
  const Position at = context_.sources.value_position(image.file, image.key);
  return image.file == other.file ? absl::StrCat("line ", at.line)
                                  : absl::StrCat(at.file, ":", at.line);
}

void Manifest::report(Code code, const std::string& message) const {
  context_.report(code, context_.site(node_).position(), message);
}

void Manifest::report(Code code, const Image& image, const std::string& part,
                      const std::string& message) const {
  context_.report(code, context_.sources.value_position(image.file, image.key + part), message);
}

void check_manifest(Context& context, const RawNode& node, const Constant& constant) {
  const Manifest manifest(context, node, constant);
  if (!check_count(manifest)) return;
  check_first(manifest);
  for (std::size_t index = 0; index < manifest.images().size(); ++index) {
    check_image(manifest, index);
  }
  check_names(manifest);
  check_identities(manifest);
  check_memory(manifest);
  check_devices(manifest);
  check_uses(manifest);
}

}  // namespace kidl::internal
