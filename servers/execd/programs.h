// Programs: where execd has them from. The bundle is mapped and does not change. Memory of somebody
// else's is copied first, by the reader, a task of its own: whoever lent it may change it or take
// it away while it is read, and then it is the reader that faults, and the copy that is judged.
#ifndef SERVERS_EXECD_PROGRAMS_H_
#define SERVERS_EXECD_PROGRAMS_H_

#include <cstdint>

#include "bootimage/bundle.h"
#include "idl/manifest.h"
#include "servers/elf/image.h"
#include "servers/execd/choice.h"
#include "servers/runtime/ipc.h"

namespace tessera::execd {

class Programs {
 public:
  // `stage`: where execd has the memory mapped that the reader copies to.
  Programs(const manifest::Manifest& manifest, const bundle::Bundle& bundle, elf::Bytes stage)
      : manifest_(manifest), bundle_(bundle), stage_(stage) {}

  // Reads each image with start = spawned once, whether it is as it was packed.
  void check();

  rt::Result<elf::Image> from_bundle(const Spawnable& what) const;
  // Of the Vmo in kElf; the reader runs. The image is good until the next one.
  rt::Result<elf::Image> from_memory(std::uint64_t size) const;

 private:
  const manifest::Manifest& manifest_;
  const bundle::Bundle& bundle_;
  elf::Bytes stage_;
  std::uint32_t intact_ = 0;  // a bit for each image
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_PROGRAMS_H_
