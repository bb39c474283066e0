// Messages and statuses in words. Part of decode.cc.
#ifndef GEN_TOOL_DECODE_MESSAGE_H_
#define GEN_TOOL_DECODE_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/model.h"
#include "gen/tool/decode_content.h"

namespace kidl::tool {

// A message's tag, as idl/abi.idl has it (tagInterfaceShift and the constants after it).
struct Tag {
  explicit Tag(std::uint64_t tag);
  std::uint64_t interface;
  int method;
  std::uint64_t capabilities;
  std::uint64_t words = 0;
};

std::string full_name(const Method& method);

class Messages {
 public:
  // What does not fit is added to `wrong`.
  Messages(const System& system, Findings& wrong) : system_(system), wrong_(wrong) {}

  // The method of a service that the tag names; null, and told, when there is none.
  const Method* find(const Tag& tag);
  std::string request(std::uint64_t tag, Words words, Words capabilities);
  std::string answer(std::uint64_t tag, std::optional<std::uint64_t> status, std::uint64_t detail,
                     Words words, Words capabilities);
  // Of a call or an answer that failed.
  std::string error(const Method& method, std::uint64_t status, std::uint64_t detail);
  // One parameter: `word` is its register, nothing when it was not recorded `where` it lies.
  std::string one(const Parameter& each, std::optional<std::uint64_t> word,
                  absl::string_view where);
  // "name = value" of what has a length and its content in `words`, from the first one on.
  std::string bounded(const Parameter& each, std::optional<std::uint64_t> length, Words words,
                      absl::string_view where);
  void wrong(std::string what) { wrong_.push_back(std::move(what)); }

 private:
  struct Walk;
  std::string next(const Parameter& each, Walk& walk, Words capabilities);
  std::string values(const std::vector<Parameter>& list, Words words, Words capabilities,
                     bool is_whole);
  void hold_count(absl::string_view what, std::uint64_t has, int least, int most);
  void hold_end(Words words, std::size_t used);
  std::string own_error(const Method& method, std::int64_t status);
  std::string transport_error(const Method& method, std::int64_t status, std::uint64_t detail);

  const System& system_;
  Findings& wrong_;
};

}  // namespace kidl::tool

#endif  // GEN_TOOL_DECODE_MESSAGE_H_
