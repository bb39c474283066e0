// The checked intermediate form: what every emitter reads. Only check.cc makes it, and what is in
// it has passed every rule: emitters neither check nor fail.
#ifndef GEN_MODEL_H_
#define GEN_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kidl {

// A place in a source file; line and column count from 1.
struct Position {
  std::string file;
  int line = 1;
  int column = 1;
};

enum class Kind {
  kVoid,
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kEnum,
  kCapability,
  kText,
  kData,
  kList,
  kStruct,
};

struct Enum;
struct Interface;
struct Struct;
struct File;

struct Type {
  Kind kind = Kind::kVoid;
  const Enum* enumeration = nullptr;     // kEnum
  const Interface* interface = nullptr;  // kCapability
  const Struct* structure = nullptr;     // kStruct
  std::shared_ptr<const Type> element;   // kList

  bool is_capability() const { return kind == Kind::kCapability; }
};

// A constant's value, or a part of it.
struct Value {
  enum class Kind { kVoid, kBool, kInt, kUint, kText, kEnumerant, kList, kStruct, kOther };
  Kind kind = Kind::kOther;
  std::int64_t number = 0;         // kInt
  std::uint64_t natural = 0;       // kUint, kBool, kEnumerant
  std::string text;                // kText
  std::vector<Value> parts;        // kList: the elements; kStruct: the fields in order
  std::vector<std::string> names;  // kStruct: the fields' names

  bool operator==(const Value&) const = default;
};

struct Enumerant {
  std::string name;
  std::string doc;
  std::string since;
};

struct Enum {
  const File* file = nullptr;
  std::string name;
  std::string doc;
  Position position;
  bool flags = false;
  bool flexible = false;              // a value that is none of them is kept
  std::vector<Enumerant> enumerants;  // by ordinal, dense from 0
};

struct Range {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

struct Field {
  std::string name;
  std::string doc;
  Position position;
  Type type;
  std::optional<std::uint32_t> max;
  std::optional<Range> range;
  std::string since;
  bool sensitive = false;    // no trace shows it
  std::uint32_t bit = 0;     // of a scalar: where it begins in the data section
  std::uint64_t preset = 0;  // its default's bits; on the wire it is the value xor these
};

// What $manifest says: idl/kidl.idl tells what each is.
struct ManifestLimits {
  std::uint64_t images = 0;
  std::uint64_t identity = 0;
  std::uint64_t uses = 0;
  std::uint64_t given = 0;
  std::uint64_t start_slots = 0;
  std::uint64_t slots = 0;
  std::uint64_t slot_size = 0;
  std::uint64_t page_size = 0;
};

struct Struct {
  const File* file = nullptr;
  std::string name;
  std::string doc;
  Position position;
  bool extensible = false;       // newer versions have more fields
  std::uint32_t data_words = 0;  // of its own scalars; nested structs follow them
  int words = 0;                 // of both
  std::string unfit;             // the first field that a message cannot hold; empty: it can
  std::optional<ManifestLimits> manifest;  // its constants are manifests
  std::vector<Field> fields;
};

struct Constant {
  std::string name;
  std::string doc;
  Position position;
  Type type;
  Value value;
  std::string literal;  // as the source writes it, when it is one number; else empty
};

struct Parameter {
  std::string name;
  std::string doc;
  Position position;
  Type type;
  std::vector<std::string> rights;  // of a capability, by name
  std::uint8_t rights_mask = 0;
  bool optional = false;   // a capability that may be absent
  bool sensitive = false;  // no trace shows it
  enum class Pass { kCopy, kMint, kMove, kLend };
  Pass pass = Pass::kCopy;           // how a client gives a capability
  std::optional<std::uint32_t> max;  // of what has a length
  std::optional<Range> range;
  // System calls: the register's number, 5 to 31. Services: the word's or the capability's index.
  int place = 0;
  int tail = 0;  // system calls: the first register of a bounded value's content
};

// How the words of one direction lie (docs/adr/0005-wire-of-bounded-values.md).
struct Layout {
  bool plain = true;  // scalars in registers, one a word: nothing to put together
  int least = 0;      // words, when everything in it that has a length is empty
  int most = 0;       // words, when all of it is full
  bool fixed() const { return least == most; }
};

struct Method {
  const Interface* interface = nullptr;
  std::string name;
  std::string doc;
  Position position;
  int ordinal = 0;
  bool removed = false;  // a tombstone: its ordinal stays taken
  std::vector<Parameter> parameters;
  std::vector<Parameter> results;
  // System calls.
  std::uint16_t number = 0;
  std::vector<std::string> need;
  std::uint8_t need_mask = 0;
  bool receives = false;  // s0 to s11 are zero afterwards
  // Both.
  std::string since;
  std::string deprecated;  // what to use instead
  // Services.
  bool one_way = false;
  bool event = false;  // one way, and the sender does not wait
  bool deferred = false;
  bool fast = false;
  bool idempotent = false;
  std::uint64_t deadline = 0;    // nanoseconds; 0: none
  const Enum* errors = nullptr;  // its own; null: the interface's
  Layout in;
  Layout out;
  int capabilities_in = 0;
  int capabilities_out = 0;
};

struct Interface {
  enum class Role { kService, kObject, kAmbient };
  const File* file = nullptr;
  std::string name;
  std::string doc;
  Position position;
  Role role = Role::kService;
  std::uint16_t service_number = 0;
  std::uint8_t object_type = 0;
  std::vector<std::string> rights;  // kObject, bit 0 first
  const Enum* errors = nullptr;
  std::uint8_t bad_value = 0;  // 0: the transport's einval
  std::uint8_t malformed = 0;
  std::string since;
  const Interface* super = nullptr;  // the service whose methods it has, too
  std::vector<Method> methods;       // by ordinal; without those that were removed
  std::vector<Method> removed;       // tombstones

  const Method* find(absl::string_view method) const {
    for (const Method& each : methods) {
      if (each.name == method) return &each;
    }
    return nullptr;
  }
  // Those of the service that it extends first.
  std::vector<const Method*> all_methods() const {
    std::vector<const Method*> all;
    if (super != nullptr) all = super->all_methods();
    for (const Method& each : methods) all.push_back(&each);
    return all;
  }
};

struct File {
  std::string path;  // from the sources' root, as "idl/abi.idl"
  std::string doc;
  std::string name_space;  // "abi", "kernel", ...; the vocabulary has none
  std::vector<std::unique_ptr<Enum>> enums;
  std::vector<std::unique_ptr<Struct>> structs;
  std::vector<std::unique_ptr<Interface>> interfaces;
  std::vector<Constant> constants;

  bool has_objects() const {
    for (const auto& each : interfaces) {
      if (each->role != Interface::Role::kService) return true;
    }
    return false;
  }
  bool has_services() const {
    for (const auto& each : interfaces) {
      if (each->role == Interface::Role::kService) return true;
    }
    return false;
  }
  bool has_types() const { return !enums.empty() || !structs.empty() || !constants.empty(); }
};

// All that was compiled in one run, files in the order of their paths.
struct System {
  std::vector<std::unique_ptr<File>> files;

  const Interface* find(absl::string_view interface) const {
    for (const auto& file : files) {
      for (const auto& each : file->interfaces) {
        if (each->name == interface) return each.get();
      }
    }
    return nullptr;
  }
};

}  // namespace kidl

#endif  // GEN_MODEL_H_
