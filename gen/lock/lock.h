// The lock of an .idl: what it has promised, a line an element, sorted. x.idl.lock stands beside
// x.idl and is written by `kidl freeze` alone; a test holds the .idl against it.
//
//   # kidl lock 1: 42 elements. Written by `bazel run //idl:freeze`, never by hand.
//   Timed interface service=0x0102 errors=TimedStatus badValue=1 malformed=4
//   Timed.register method ordinal=0
//   Timed.register(deadline) parameter index=0 type=UInt64 word=0
//   Timed.register->id result index=0 type=UInt64 word=0
#ifndef GEN_LOCK_LOCK_H_
#define GEN_LOCK_LOCK_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl {

struct Element {
  std::string path;
  std::string kind;
  std::vector<std::pair<std::string, std::string>> attributes;

  // Empty when it has no such attribute.
  absl::string_view get(absl::string_view attribute) const;
  void set(std::string attribute, std::string value);
  // "Timed.register" of "Timed.register(deadline)"; empty when it is of nothing.
  absl::string_view owner() const;
  // "deadline" of it.
  absl::string_view name() const;
  std::string line() const;
};

struct Lock {
  std::vector<Element> elements;  // by path, each path once

  const Element* find(absl::string_view path) const;
};

// What `file` promises now.
Lock lock_of(const File& file);

std::string print_lock(const Lock& lock);
bool is_lock(absl::string_view text);  // by its first line
// The error says which line is wrong: locks are cut, merged and edited by accident.
absl::StatusOr<Lock> parse_lock(absl::string_view text);

// "UInt64", "abi.QosClass", "List(service.Entry)".
std::string type_text(const Type& type);

}  // namespace kidl

#endif  // GEN_LOCK_LOCK_H_
