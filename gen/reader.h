// Reads what `capnp compile -o-` writes, a CodeGeneratorRequest, into plain structs. Nothing is
// judged here.
#ifndef GEN_READER_H_
#define GEN_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gen/model.h"

namespace kidl {

struct RawType {
  enum class Kind { kPlain, kFloat, kEnum, kInterface, kStruct, kList, kAnyPointer };
  Kind kind = Kind::kPlain;
  kidl::Kind plain = kidl::Kind::kVoid;  // kPlain: scalars, Text, Data
  std::uint64_t id = 0;                  // kEnum, kInterface, kStruct
  std::shared_ptr<const RawType> element;
};

struct RawAnnotation {
  std::uint64_t id = 0;
  Value value;
};

struct RawField {
  std::string name;
  RawType type;
  bool is_group = false;
  std::uint32_t offset = 0;  // in the data section, in multiples of the type's size
  bool has_default = false;  // the source gives one
  std::uint64_t preset = 0;  // its bits, of a scalar
  std::vector<RawAnnotation> annotations;
};

struct RawEnumerant {
  std::string name;
  std::vector<RawAnnotation> annotations;
};

struct RawMethod {
  std::string name;
  std::uint64_t parameters = 0;  // ids of structs
  std::uint64_t results = 0;
  bool is_generic = false;
  std::vector<RawAnnotation> annotations;
};

struct RawNode {
  enum class Kind { kFile, kStruct, kEnum, kInterface, kConst, kAnnotation };
  std::uint64_t id = 0;
  std::uint64_t scope = 0;  // 0: a file, or the unnamed struct of a parameter list
  Kind kind = Kind::kFile;
  std::string file;  // of the display name, before the colon
  std::string name;  // after it: "Outer.Inner"
  bool is_generic = false;
  bool has_union = false;
  std::uint32_t data_words = 0;  // kStruct
  std::vector<RawAnnotation> annotations;
  std::vector<RawField> fields;
  std::vector<RawEnumerant> enumerants;
  std::vector<RawMethod> methods;
  std::vector<std::uint64_t> superclasses;
  RawType type;  // kConst
  Value value;   // kConst
};

struct Request {
  std::map<std::uint64_t, RawNode> nodes;
  std::vector<std::uint64_t> files;  // those named on the command line, in that order
};

absl::StatusOr<Request> read_request(const std::string& bytes);

}  // namespace kidl

#endif  // GEN_READER_H_
