// Which files kidl writes for which .idl. Two that become one file are refused (KIDL0134).
#ifndef GEN_OUTPUTS_H_
#define GEN_OUTPUTS_H_

#include <optional>
#include <string>
#include <vector>

#include "gen/model.h"

namespace kidl {

// The generated files of `file`. No emitter writes another one; golden_test.cc holds them to it.
std::vector<std::string> outputs_of(const File& file);
// Those of the system as a whole.
const std::vector<std::string>& fixed_outputs();

struct SharedOutput {
  std::string path;          // as "idl/service/timed_fake.h"
  const File* of;            // the file that would write it
  const File* and_of;        // the one before it that does; null: kidl does, for the whole system
  std::string both() const;  // "idl/x.idl and idl/x_fake.idl both become idl/x_fake.h"
};

// Of each file of `files` the first path that another before it has, too.
std::vector<SharedOutput> shared_outputs(const std::vector<const File*>& files);

}  // namespace kidl

#endif  // GEN_OUTPUTS_H_
