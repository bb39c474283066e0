// The short functions of the contract, as the architecture that is compiled for has them.
// The one place that chooses by the compiler; arch.h includes it, nothing else does.
#pragma once

#if defined(__riscv)
#include "kernel/arch/riscv64/inline.h"
#else
#include "kernel/arch/host/inline.h"
#endif
