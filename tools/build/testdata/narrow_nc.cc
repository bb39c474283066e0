// A file that must not compile as it stands; see negative_compilation_test.
#include "tools/build/testdata/units.h"

units::Metres distance() {
#ifndef NC_OFF
  return units::Seconds{3};
#else
  return units::Metres{3};
#endif
}
