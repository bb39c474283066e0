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

// A field of 32 bits, and a struct of two of them.
kidl::Field field(const char* name, std::uint32_t bit) {
  kidl::Field made;
  made.name = name;
  made.type.kind = kidl::Kind::kInt32;
  made.bit = bit;
  return made;
}
std::unique_ptr<kidl::Struct> pair(const char* name, bool extensible) {
  auto made = std::make_unique<kidl::Struct>();
  made->name = name;
  made->extensible = extensible;
  made->data_words = 1;
  made->words = 1;
  made->fields = {field("x", 0), field("y", 32)};
  made->fields[1].preset = 7;
  return made;
}

// What is longer than a word: a Text, a Data, lists, a struct and an extensible one.
kidl::Method longer(kidl::File& file, const kidl::Interface& log) {
  file.structs.push_back(pair("Point", false));
  file.structs.push_back(pair("Newer", true));
  const auto bounded = [](const char* name, kidl::Kind kind, std::uint32_t max) {
    kidl::Parameter made = parameter(name, kind, 0);
    made.max = max;
    return made;
  };
  kidl::Parameter points = bounded("points", kidl::Kind::kList, 3);
  kidl::Type point;
  point.kind = kidl::Kind::kStruct;
  point.structure = file.structs[0].get();
  points.type.element = std::make_shared<kidl::Type>(point);
  kidl::Parameter small = bounded("small", kidl::Kind::kList, 9);
  kidl::Type half;
  half.kind = kidl::Kind::kInt16;
  small.type.element = std::make_shared<kidl::Type>(half);
  kidl::Parameter fixed = parameter("fixed", kidl::Kind::kStruct, 0);
  fixed.type = point;
  kidl::Parameter newer = fixed;
  newer.type.structure = file.structs[1].get();
  kidl::Method made;
  made.interface = &log;
  made.name = "longer";
  made.ordinal = 1;
  made.parameters = {bounded("text", kidl::Kind::kText, 9),
                     bounded("data", kidl::Kind::kData, 9),
                     points,
                     small,
                     fixed,
                     newer};
  made.results = made.parameters;
  made.in = made.out = kidl::Layout{false, 6, 17};
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
    interfaces[1]->methods.push_back(longer(*system->files.back(), *interfaces[1]));
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
