// Any bytes: parse refuses them, or keeps what it promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "servers/elf/image.h"
#include "servers/elf/promises.h"

namespace tessera {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const elf::Bytes file = std::as_bytes(std::span(data, size));
  const auto image = elf::Image::parse(file);
  if (image && !elf::keeps_promises(*image, file)) std::abort();
  return 0;
}

}  // namespace tessera
