// What the manifest's rules share: a manifest as its constant says it, and where each thing of it
// stands. Not for others than check_manifest*.cc.
#ifndef GEN_CHECK_MANIFEST_H_
#define GEN_CHECK_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/check_internal.h"

namespace kidl::internal {

// As in idl/manifest.idl, which tells what each is. Enumerants are their names.
struct Image {
  std::string name;
  std::uint64_t identity = 0;
  std::uint64_t quota_kib = 0;
  std::uint64_t stack_kib = 0;
  std::uint64_t slots = 0;
  std::uint64_t pool_pages = 0;
  bool service = false;
  std::vector<std::string> uses;
  std::vector<std::string> clients;
  std::vector<std::string> grants;
  std::vector<std::string> spawns;
  std::string start;
  std::string restart;
  std::uint64_t restarts = 0;
  std::string device;

  // In the sources: a file, and its value's key there (lexer.h).
  std::string file;
  std::string key;

  bool is_granted(absl::string_view grant) const;
  bool is_spawned() const { return start == "spawned"; }
  bool is_restarted() const { return restart != "never"; }
  bool drives() const { return device != "none"; }
};

class Manifest {
 public:
  Manifest(Context& context, const RawNode& node, const Constant& constant);

  const std::vector<Image>& images() const { return images_; }
  const ManifestLimits& limits() const { return limits_; }
  std::uint64_t memory_kib() const { return memory_kib_; }
  std::optional<std::size_t> find(absl::string_view name) const;  // the first of that name
  const Image* first_with(absl::string_view grant) const;
  std::size_t spawned() const;  // how many start so

  // "line 7", of the same file as `other`; else "other.idl:7".
  std::string line_of(const Image& image, const Image& other) const;

  void report(Code code, const std::string& message) const;  // of the whole
  // Of what stands at `part` of the image: ".uses[1]". "": of the image.
  void report(Code code, const Image& image, const std::string& part,
              const std::string& message) const;

 private:
  void take(const Constant& constant, const std::string& list);

  Context& context_;
  const RawNode& node_;
  ManifestLimits limits_;
  std::uint64_t memory_kib_ = 0;
  std::vector<Image> images_;
};

// check_manifest_image.cc: what an image is by itself.
void check_image(const Manifest& manifest, std::size_t index);
// check_manifest_uses.cc: who may call and start whom.
void check_uses(const Manifest& manifest);

std::string element_of(absl::string_view list, std::size_t index);  // ".uses[1]"

}  // namespace kidl::internal

#endif  // GEN_CHECK_MANIFEST_H_
