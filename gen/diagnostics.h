// What kidl says to the person who edits an .idl: all errors of a run, sorted, each with its place
// and code.
#ifndef GEN_DIAGNOSTICS_H_
#define GEN_DIAGNOSTICS_H_

#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/model.h"
#include "gen/sources.h"

namespace kidl {

// Printed as KIDL and four digits. A number is never given to another rule.
enum class Code {
  kFrontEnd = 1,
  kNoNamespace = 100,
  kTwice = 101,
  kNoDoc = 102,
  kForeignAnnotation = 103,
  kNoMax = 104,
  kNotOnWire = 105,
  kFloat = 106,
  kAnyPointer = 107,
  kRecursion = 108,
  kListOfCapabilities = 109,
  kUnion = 110,
  kGeneric = 111,
  kNamedParameters = 112,
  kCycle = 113,
  kEmptyEnum = 114,
  kTooLong = 115,
  kFieldType = 116,
  kDefault = 117,
  kNoRole = 120,
  kTwoRoles = 121,
  kServiceNumber = 122,
  kServiceNumberTwice = 123,
  kObjectType = 124,
  kObjectTypeTwice = 125,
  kRightsList = 126,
  kExtends = 127,
  kClash = 128,
  kNoErrorsEnum = 129,
  kErrorsNotOk = 130,
  kAnswers = 131,
  kMisplaced = 132,
  kNoTransport = 133,
  kNoNumber = 140,
  kNumberTwice = 141,
  kTooManyWords = 142,
  kTooManyCapabilities = 143,
  kUnknownRight = 144,
  kUnknownRegister = 145,
  kRegisterTwice = 146,
  kOneWayResults = 147,
  kDeferred = 148,
  kOrdinal = 149,
  kEmptyRange = 150,
  kRangeType = 151,
  kCapabilityResult = 152,
  kNotAnObject = 153,
  kOptional = 154,
  kFast = 155,
  kRemoved = 156,
  kPass = 157,
};

// What `kidl explain` tells of a code. A test compiles the samples (see sample_files).
struct Explanation {
  Code code = Code::kFrontEnd;
  absl::string_view title;
  absl::string_view text;
  absl::string_view bad;
  absl::string_view good;
};

std::span<const Explanation> explanations();
const Explanation* find_explanation(absl::string_view code);  // "KIDL0104" or "104"
std::string explain(const Explanation& explanation);
std::string code_name(Code code);

// A sample as files: "sample.idl", and others that it names in lines like "=== other.idl". Files
// that do not begin with an id get one and the usual imports before them; "..." stands for 257
// methods.
struct SampleFile {
  std::string path;
  std::string text;
};
std::vector<SampleFile> sample_files(absl::string_view sample);

class Diagnostics {
 public:
  void report(Code code, Position position, std::string message);
  bool empty() const { return found_.empty(); }
  std::size_t size() const { return found_.size(); }
  bool has(Code code) const;

  // path:line:col: error: message [CODE], the source line, a caret; by file, line and column.
  std::string render(const Sources& sources) const;

 private:
  struct Diagnostic {
    Position position;
    Code code = Code::kFrontEnd;
    std::string message;
  };
  std::vector<Diagnostic> found_;
};

}  // namespace kidl

#endif  // GEN_DIAGNOSTICS_H_
