// Must not compile: a number of one kind as one of another.
#include "kernel/base/types.h"

namespace tessera {

HartId hart(Asid asid);
HartId hart(Asid asid) {
#ifndef NC_OFF
  return asid;
#else
  return {asid.value};
#endif
}

}  // namespace tessera
