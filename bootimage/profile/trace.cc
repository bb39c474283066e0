#include "bootimage/profile/trace.h"

#include <ios>
#include <utility>

#include "bootimage/plugin/code.h"

namespace bootimage::profile {

Trace::Number Trace::number_of(const Instruction& instruction) {
  const auto [place, is_new] =
      numbers_.try_emplace(instruction, static_cast<Number>(instructions_.size()));
  if (is_new) instructions_.push_back(&place->first);
  return place->second;
}

// Of the last one is known now whether it faulted.
void Trace::settle() {
  if (!std::exchange(pending_, false)) return;
  --count_;
  if (!stretch_.empty()) stretch_.pop_back();
}

void Trace::begin() {
  settle();
  recording_ = true;
  stretch_.clear();
  last_read_ = 0;
}

void Trace::executed(Number instruction) {
  settle();
  ++count_;
  if (recording_) stretch_.push_back(instruction);
  pending_ = plugin::accesses_memory(instructions_[instruction]->code);
}

void Trace::read(Number instruction) {
  executed(instruction);
  if (!recording_) return;
  const auto here = static_cast<std::ptrdiff_t>(stretch_.size()) - 1;
  stretch_.erase(stretch_.begin(), stretch_.begin() + last_read_);
  last_read_ = here - last_read_;
}

void Trace::accessed() { pending_ = false; }

void Trace::end() {
  settle();
  if (!std::exchange(recording_, false)) return;
  ++samples_[std::exchange(stretch_, {})];
}

void Trace::write_instructions(std::ostream& out, const std::vector<Number>& numbers) {
  for (const Number number : numbers) {
    if (!written_.insert(number).second) continue;
    const Instruction& each = *instructions_[number];
    out << "insn " << number << std::hex << " 0x" << each.address << " 0x" << each.code << std::dec
        << ' ' << each.page << '\n';
  }
}

void Trace::end_row(std::ostream& out) {
  for (const auto& [numbers, times] : samples_) {
    write_instructions(out, numbers);
    out << "sample " << times;
    for (const Number number : numbers) out << ' ' << number;
    out << '\n';
  }
  out << "row" << std::endl;
  samples_.clear();
}

}  // namespace bootimage::profile
