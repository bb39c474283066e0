#include "gen/tool/scaffold.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gen/cxx.h"
#include "gen/lexer.h"
#include "gen/outputs.h"

namespace kidl::tool {
namespace {

constexpr std::size_t kMostLetters = 12;        // with "ask_" a name of a manifest, 16 bytes
constexpr std::uint64_t kFirstIdentity = 0x60;  // those below are the stock images'
constexpr std::uint32_t kFirstNumber = 0x0100;  // KIDL0122
constexpr std::uint32_t kMostNumber = 0x7fff;

// Namespaces and folders of the tree that no .idl tells of.
constexpr absl::string_view kTaken[] = {"tessera", "std", "rt",     "gen",     "init",
                                        "runtime", "elf", "detail", "internal"};

absl::Status refuse(absl::string_view name, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("a service cannot be called '", name, "': ", why));
}

bool is_snake(absl::string_view name) {
  char before = '_';
  for (const char each : name) {
    const auto letter = static_cast<unsigned char>(each);
    if (each == '_' ? before == '_'
                    : !absl::ascii_islower(letter) && !absl::ascii_isdigit(letter)) {
      return false;
    }
    if (before == '_' && absl::ascii_isdigit(letter)) return false;
    before = each;
  }
  return before != '_';
}

std::string camel(absl::string_view name) {
  std::string result;
  bool up = true;
  for (const char each : name) {
    if (each != '_') {
      result += up ? absl::ascii_toupper(static_cast<unsigned char>(each)) : each;
    }
    up = each == '_';
  }
  return result;
}

// Values of fields of that name, anywhere in a constant.
void collect(const Value& value, absl::string_view field, std::set<std::uint64_t>& numbers,
             std::set<std::string>& texts) {
  for (std::size_t each = 0; each < value.parts.size(); ++each) {
    if (each < value.names.size() && value.names[each] == field) {
      numbers.insert(value.parts[each].natural);
      texts.insert(value.parts[each].text);
    }
    collect(value.parts[each], field, numbers, texts);
  }
}

std::set<std::string> image_names(const System& system) {
  std::set<std::string> names;
  std::set<std::uint64_t> ignored;
  for (const auto& file : system.files) {
    for (const Constant& each : file->constants) collect(each.value, "name", ignored, names);
  }
  return names;
}

std::uint64_t free_identity(std::set<std::uint64_t>& taken) {
  std::uint64_t identity = kFirstIdentity;
  while (!taken.insert(identity).second) ++identity;
  return identity;
}

// FNV-1a of 64 bits: the same name gives the same ids, so that what is written can be compared.
std::uint64_t hash(absl::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char each : text) {
    value = (value ^ static_cast<unsigned char>(each)) * 0x100000001b3;
  }
  return value;
}

// Cap'n Proto's ids have their highest bit set.
std::uint64_t free_id(const std::string& what, const std::set<std::string>& taken) {
  std::string salted = what;
  for (;;) {
    const std::uint64_t id = hash(salted) | std::uint64_t{1} << 63U;
    if (!taken.contains(absl::StrFormat("0x%x", id))) return id;
    salted += '+';
  }
}

// Where to write: a path below the workspace that includes, labels and shells take as it is.
absl::Status check_folder(absl::string_view folder) {
  for (const absl::string_view part : absl::StrSplit(folder, '/')) {
    const bool plain = std::all_of(part.begin(), part.end(), [](char each) {
      return absl::ascii_isalnum(static_cast<unsigned char>(each)) || each == '_' || each == '-' ||
             each == '.';
    });
    if (plain && !part.empty() && part != "." && part != ".." && part[0] != '-') continue;
    return absl::InvalidArgumentError(
        absl::StrCat("'", folder,
                     "' cannot be the folder: it is to be a path below the workspace, "
                     "of letters, digits, '_', '-' and '.', as servers/mine"));
  }
  return absl::OkStatus();
}

// Of the files that kidl will make of the service, none may be another's.
absl::Status check_outputs(const System& system, const NewService& service) {
  File file;
  file.path = service.idl;
  file.interfaces.push_back(std::make_unique<Interface>());
  std::vector<const File*> files;
  for (const auto& each : system.files) files.push_back(each.get());
  files.push_back(&file);
  for (const SharedOutput& each : shared_outputs(files)) return refuse(service.name, each.both());
  return absl::OkStatus();
}

}  // namespace

absl::Status check_name(const System& system, absl::string_view name) {
  if (name.empty() || !is_snake(name)) {
    return refuse(name, "it is not lower case with underscores between words, as key_store");
  }
  if (name.size() > kMostLetters) {
    return refuse(name, absl::StrCat("it has more than ", kMostLetters, " letters"));
  }
  if (cxx_name(name) != name || function_name(name) != name) {
    return refuse(name, "C++ or the generated code has the word");
  }
  const bool taken = std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken);
  if (taken) return refuse(name, "the tree has the name");
  const std::string type = camel(name);
  for (const auto& file : system.files) {
    if (file->name_space == name)
      return refuse(name, absl::StrCat(file->path, " has the namespace"));
    const auto declares = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto& each) {
        return each->name == type || each->name == type + "Status";
      });
    };
    if (declares(file->interfaces) || declares(file->enums) || declares(file->structs)) {
      return refuse(name, absl::StrCat(file->path, " has ", type));
    }
  }
  const std::set<std::string> images = image_names(system);
  if (images.contains(std::string(name)) || images.contains(absl::StrCat("ask_", name))) {
    return refuse(name, "a manifest has an image of the name");
  }
  return absl::OkStatus();
}

absl::StatusOr<NewService> plan_service(const System& system, absl::string_view sources,
                                        const std::string& name, const std::string& idl,
                                        const std::string& folder) {
  if (absl::Status checked = check_name(system, name); !checked.ok()) return checked;
  for (const std::string& each : {idl, folder}) {
    if (absl::Status checked = check_folder(each); !checked.ok()) return checked;
  }
  NewService service;
  service.name = name;
  service.type = camel(name);
  service.folder = folder;
  service.idl = absl::StrCat(idl, "/service/", name, ".idl");
  if (absl::Status checked = check_outputs(system, service); !checked.ok()) return checked;
  std::set<std::uint32_t> numbers;
  std::set<std::uint64_t> identities;
  std::set<std::string> ignored;
  for (const auto& file : system.files) {
    for (const auto& each : file->interfaces) numbers.insert(each->service_number);
    for (const Constant& each : file->constants)
      collect(each.value, "identity", identities, ignored);
  }
  std::uint32_t number = kFirstNumber;
  while (numbers.contains(number)) ++number;
  if (number > kMostNumber) return absl::ResourceExhaustedError("no service number is free");
  service.number = static_cast<std::uint16_t>(number);
  service.identity = free_identity(identities);
  service.client_identity = free_identity(identities);
  std::set<std::string> ids;
  for (const Token& each : tokenize(sources)) ids.insert(absl::AsciiStrToLower(each.text));
  service.file_id = free_id(service.idl, ids);
  service.interface_id = free_id(absl::StrCat(service.idl, ":", service.type), ids);
  return service;
}

}  // namespace kidl::tool
