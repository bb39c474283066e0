#ifndef TOOLS_BUILD_TESTDATA_UNITS_H_
#define TOOLS_BUILD_TESTDATA_UNITS_H_

// Two types that must not mix, for the test of the negative compilation test.
namespace units {

struct Metres {
  int value;
};

struct Seconds {
  int value;
};

}  // namespace units

units::Metres distance();

#endif  // TOOLS_BUILD_TESTDATA_UNITS_H_
