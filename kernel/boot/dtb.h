// Reads a flattened device tree (Devicetree Specification 0.4, chapter 5) into a Machine, in one
// pass from its first token to its last. Pure: no heap, no recursion, no access outside the given
// bytes, whatever is in them.
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include "kernel/boot/dtb_error.h"
#include "kernel/boot/machine.h"

namespace tessera::boot {

// `bytes` starts with the tree, and may be longer. `machine` is fresh; it is filled in place, for
// it is large beside the boot stack, and means nothing after an error.
std::expected<void, DtbError> read_machine(std::span<const std::byte> bytes, Machine& machine);

}  // namespace tessera::boot
