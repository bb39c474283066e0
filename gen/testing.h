// For tests of kidl: a folder of its own with the real idl/ in it, to compile samples there.
#ifndef GEN_TESTING_H_
#define GEN_TESTING_H_

#include <string>
#include <vector>

#include "gen/compiler.h"
#include "gen/diagnostics.h"

namespace kidl::testing {

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const;
  // What the real Cap'n Proto compiler and all checks say of `files`.
  Compiled compile(const std::vector<std::string>& files) const;

 private:
  std::string path_;
};

// A sample in a new folder, together with the transport's files.
Compiled compile_sample(const std::vector<SampleFile>& sample, bool transport = true);

// A body with the usual first lines (see sample_files).
std::string messages_of(absl::string_view sample);

}  // namespace kidl::testing

#endif  // GEN_TESTING_H_
