#include "gen/outputs.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/cxx.h"

namespace kidl {

std::vector<std::string> outputs_of(const File& file) {
  std::vector<std::string> result = {absl::StrCat("docs/", stem(file.path), ".md")};
  if (file.has_types() || file.has_objects() || file.has_services()) {
    result.push_back(types_header(file));
  }
  if (file.has_objects()) result.push_back(stubs_header(file));
  if (!file.has_services()) return result;
  for (const absl::string_view ending :
       {"_client.h", "_fake.h", "_fuzz.cc", "_fuzz.dict", "_message.h", "_reject_test.cc",
        "_relay.h", "_round_trip_test.cc", "_rules.h", "_server.h"}) {
    result.push_back(absl::StrCat(stem(file.path), ending));
  }
  return result;
}

const std::vector<std::string>& fixed_outputs() {
  static const auto* const kAll = new std::vector<std::string>{
      "docs/idl/diagnostics.md", "idl/abi_asm.h",     "idl/kernel_calls.h", "idl/kernel_decode.h",
      "idl/kernel_rights.h",     "idl/system_call.h", "idl/wire.h"};
  return *kAll;
}

std::string SharedOutput::both() const {
  return and_of == nullptr
             ? absl::StrCat(of->path, " becomes ", path, ", which kidl writes for all files")
             : absl::StrCat(and_of->path, " and ", of->path, " both become ", path);
}

std::vector<SharedOutput> shared_outputs(const std::vector<const File*>& files) {
  std::map<std::string, const File*> writers;
  for (const std::string& each : fixed_outputs()) writers[each] = nullptr;
  std::vector<SharedOutput> result;
  for (const File* file : files) {
    bool told = false;
    for (const std::string& path : outputs_of(*file)) {
      const auto [other, is_new] = writers.emplace(path, file);
      if (is_new || told) continue;
      told = true;
      result.push_back({path, file, other->second});
    }
  }
  return result;
}

}  // namespace kidl
