// What the machine executed in stretches of interest, as text: each instruction once, stretches as
// lists of their numbers.
//
//   insn 0 0x10054 0xc0202573 7      number, address, code, page: equal numbers are one page of the
//   machine's memory sample 198 0 1 2 0               198 times the instructions 0 1 2 0 row ends
//   what belongs together
//
// An instruction of which nothing is left because it faulted is not in it, as it is not in instret.
// All instructions come by executed(), in order, on one hart.
#ifndef BOOTIMAGE_PROFILE_TRACE_H_
#define BOOTIMAGE_PROFILE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <vector>

namespace bootimage::profile {

struct Instruction {
  std::uint64_t address = 0;
  std::uint32_t code = 0;
  std::uint64_t page = 0;
  friend auto operator<=>(const Instruction&, const Instruction&) = default;
};

class Trace {
 public:
  using Number = std::uint32_t;

  // The same for the same instruction.
  Number number_of(const Instruction& instruction);

  void begin();                       // forgets a stretch that did not end
  void executed(Number instruction);  // or about to be
  // The same, of an instruction that reads the counter: what was executed before the last of them
  // is forgotten, so that a stretch lies between the last two.
  void read(Number instruction);
  void accessed();  // the last one read or wrote memory, so it did not fault
  void end();       // nothing if none began
  void end_row(std::ostream& out);

  bool recording() const { return recording_; }
  std::uint64_t count() const { return count_; }  // of all instructions, recorded or not

 private:
  void settle();
  void write_instructions(std::ostream& out, const std::vector<Number>& numbers);

  std::map<Instruction, Number> numbers_;
  std::vector<const Instruction*> instructions_;
  std::set<Number> written_;
  bool recording_ = false;
  bool pending_ = false;  // the last one accesses memory, and has not yet
  std::uint64_t count_ = 0;
  std::vector<Number> stretch_;
  std::ptrdiff_t last_read_ = 0;  // where in it
  std::map<std::vector<Number>, std::uint64_t> samples_;
};

}  // namespace bootimage::profile

#endif  // BOOTIMAGE_PROFILE_TRACE_H_
