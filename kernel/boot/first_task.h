// The first task: made by hand out of the first free memory, in the same way as user space makes
// all others.
#pragma once

#include <string_view>

#include "bootimage/bundle.h"
#include "kernel/boot/machine.h"
#include "kernel/boot/memory_map.h"

namespace tessera::boot {

// Makes the task, fills its CSpace (idl/kernel/boot_info.idl) and makes its thread ready on this
// hart. Empty: done; else what is wrong.
std::string_view make_first_task(const Machine& machine, const MemoryMap& memory,
                                 const bundle::Bundle& bundle, const bundle::FirstTask& task);

}  // namespace tessera::boot
