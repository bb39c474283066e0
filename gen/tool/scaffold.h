// A new service: its .idl, server, client, tests and manifest entries, as text.
#ifndef GEN_TOOL_SCAFFOLD_H_
#define GEN_TOOL_SCAFFOLD_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl::tool {

// What is free in the system, for a service of that name.
struct NewService {
  std::string name;    // "key_store"
  std::string type;    // "KeyStore"
  std::string folder;  // "servers": its own folder is made there
  std::string idl;     // "idl/service/key_store.idl"
  std::uint16_t number = 0;
  std::uint64_t file_id = 0;
  std::uint64_t interface_id = 0;
  std::uint64_t identity = 0;         // of the server's task
  std::uint64_t client_identity = 0;  // of the client's

  std::string client() const { return "ask_" + name; }  // the program that calls it
};

// Whether `name` can be one: its letters, its length, what C++ and the tree have taken.
absl::Status check_name(const System& system, absl::string_view name);

// Fills in what is free. `sources`: all text of the system, whose ids are taken.
absl::StatusOr<NewService> plan_service(const System& system, absl::string_view sources,
                                        const std::string& name, const std::string& idl,
                                        const std::string& folder);

// Path -> content of each new file.
std::map<std::string, std::string> service_files(const NewService& service);

// `manifest` with the service and its client before the last image of its first list.
absl::StatusOr<std::string> add_to_manifest(absl::string_view manifest, const NewService& service);

// What is left to do, to be printed.
std::string next_steps(const NewService& service);

}  // namespace kidl::tool

#endif  // GEN_TOOL_SCAFFOLD_H_
