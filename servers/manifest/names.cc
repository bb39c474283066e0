// Prints the names of the images that the selected manifest has, in its order, a line each: what
// the packer looks for.
#include <cstdio>

#include "servers/manifest/selected.h"

int main() {
  for (const auto& image : tessera::manifest::kSelected.images) {
    std::printf("%.*s\n", static_cast<int>(image.name.size()), image.name.data());
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
