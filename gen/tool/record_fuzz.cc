// A recorded line of any bytes: it is decoded or told, and nothing crashes.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "gen/model.h"
#include "gen/tool/decode.h"
#include "gen/tool/record.h"

namespace {

kidl::Parameter parameter(const char* name, kidl::Kind kind, int place) {
  kidl::Parameter made;
  made.name = name;
  made.type.kind = kind;
  made.place = place;
  return made;
}

// One object with a call like Endpoint's, and one service.
const kidl::System& small_system() {
  static const kidl::System* const kSystem = [] {
    auto* system = new kidl::System();
    system->files.push_back(std::make_unique<kidl::File>());
    auto& interfaces = system->files.back()->interfaces;
    for (const char* name : {"Endpoint", "Log"}) {
      interfaces.push_back(std::make_unique<kidl::Interface>());
      interfaces.back()->name = name;
    }
    interfaces[0]->role = kidl::Interface::Role::kObject;
    interfaces[1]->service_number = 1;
    kidl::Method call;
    call.interface = interfaces[0].get();
    call.name = "call";
    call.number = 1;
    call.parameters = {parameter("w0", kidl::Kind::kUint64, 10),
                       parameter("tag", kidl::Kind::kUint32, 16)};
    call.results = call.parameters;
    interfaces[0]->methods.push_back(call);
    kidl::Method note;
    note.interface = interfaces[1].get();
    note.name = "note";
    note.parameters = {parameter("a", kidl::Kind::kInt8, 0), parameter("b", kidl::Kind::kBool, 1)};
    note.results = note.parameters;
    note.in = note.out = kidl::Layout{true, 2, 2};
    interfaces[1]->methods.push_back(note);
    return system;
  }();
  return *kSystem;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view line(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<kidl::tool::Record> record = kidl::tool::parse_record(line);
  if (record.ok()) (void)kidl::tool::decode(small_system(), *record);
  return 0;
}
