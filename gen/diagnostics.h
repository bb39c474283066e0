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
  // What the token pass finds before Cap'n Proto's compiler runs (token_pass.h).
  kMissingSemicolon = 2,
  kUnclosed = 3,
  kClosesNothing = 4,
  kUnderscore = 5,
  kUnfinishedText = 6,
  kBadCharacter = 7,
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
  kTooManyFlags = 118,
  kDefaultOutside = 119,
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
  kOutputTwice = 134,
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
  kNoShare = 158,
  // What holds of a system's manifest (check_manifest.h).
  kImageName = 160,
  kImageTwice = 161,
  kIdentity = 162,
  kImageSize = 163,
  kQuota = 164,
  kUnknownImage = 165,
  kNotAllowed = 166,
  kUsesCycle = 167,
  kStartOrder = 168,
  kNoConsole = 169,
  kDevice = 170,
  kRestart = 171,
  kSpawned = 172,
  kSpawner = 173,
  // What the lock holds (lock/rules.h).
  kLockMissing = 200,
  kLockDamaged = 201,
  kLockOrphan = 202,
  kDeclarationRemoved = 210,
  kMethodRemoved = 211,
  kMethodReordered = 212,
  kParametersChanged = 213,
  kParametersReordered = 214,
  kTypeChanged = 215,
  kBoundChanged = 216,
  kRightAdded = 217,
  kRightRemoved = 218,
  kPlaceMoved = 219,
  kNumberChanged = 220,
  kErrorsChanged = 221,
  kEnumerantRemoved = 222,
  kEnumerantRenumbered = 223,
  kEnumerantAdded = 224,
  kFieldRemoved = 225,
  kFieldAdded = 226,
  kFieldReordered = 227,
  kConstantChanged = 228,
  kMannerChanged = 229,
  kResultRenamed = 230,
  kNamespaceChanged = 231,
  kTombstoneRevived = 232,
  kMethodBuried = 233,
  // What kidl lint asks (tool/lint.h).
  kParameterText = 300,
  kResultText = 301,
  kUnusedImport = 302,
  kNameStyle = 303,
  kNameRepeats = 304,
  kNotASentence = 305,
  kLineTooLong = 306,
  kNotFormatted = 307,
  kTextOfNothing = 308,
  kFieldText = 309,
  kEnumerantText = 310,
};

// What `kidl explain` tells of a code. A test compiles the samples (see sample_files).
struct Explanation {
  Code code = Code::kFrontEnd;
  absl::string_view title;
  absl::string_view text;
  absl::string_view bad;
  absl::string_view good;
  // What to do instead, in a sentence; where there is none, the text and the good sample tell.
  absl::string_view advice = {};
  // Rules of the lock: what was released before `bad` and `good`.
  absl::string_view released = {};
};

// Which of kidl's commands says it: compile, freeze or lint. By the code's hundreds.
enum class Phase { kCompile, kLock, kLint };
constexpr Phase phase_of(Code code) {
  return code < Code::kLockMissing     ? Phase::kCompile
         : code < Code::kParameterText ? Phase::kLock
                                       : Phase::kLint;
}

std::span<const Explanation> explanations();  // by code
// Where they are written: explanations*.cc.
std::span<const Explanation> token_explanations();
std::span<const Explanation> type_explanations();
std::span<const Explanation> interface_explanations();
std::span<const Explanation> method_explanations();
std::span<const Explanation> manifest_explanations();
std::span<const Explanation> lock_explanations();
std::span<const Explanation> lock_member_explanations();
std::span<const Explanation> lint_explanations();
std::string advice(Code code);                                // one line
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

struct Diagnostic {
  Position position;
  Code code = Code::kFrontEnd;
  std::string message;
};

class Diagnostics {
 public:
  void report(Code code, Position position, std::string message);
  bool empty() const { return found_.empty(); }
  std::size_t size() const { return found_.size(); }
  bool has(Code code) const;

  std::vector<Diagnostic> sorted() const;  // by file, line and column; each once

  // path:line:col: error: message [CODE], the source line, a caret.
  std::string render(const Sources& sources) const;
  // The same for programs: a JSON object a line.
  std::string render_json() const;

 private:
  std::vector<Diagnostic> found_;
};

}  // namespace kidl

#endif  // GEN_DIAGNOSTICS_H_
