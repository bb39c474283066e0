// Values of bounded length, and how they lie in the words of a message: what generated code of both
// sides stands on. No heap; nothing here fails but by what it returns.
// docs/adr/0005-wire-of-bounded-values.md has the wire.
#ifndef IDL_BOUNDED_H_
#define IDL_BOUNDED_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "idl/abi.h"
#include "idl/wire.h"

namespace tessera::abi {

// Elements are packed little-endian, and so they lie in memory.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

inline constexpr std::size_t kMessageWordBytes = sizeof(std::uint64_t);

// Up to N values of T, in place.
template <class T, std::size_t N>
class List {
 public:
  using Item = T;
  static constexpr std::size_t kMax = N;

  constexpr List() = default;
  // What has too many has no List.
  static constexpr std::optional<List> of(std::span<const T> items) {
    if (items.size() > N) return std::nullopt;
    List result;
    result.resize(items.size());
    std::copy(items.begin(), items.end(), result.items_.begin());
    return result;
  }

  // False: it is full.
  constexpr bool push(const T& item) {
    if (full()) return false;
    items_[size_++] = item;
    return true;
  }
  // Those that it has more of than before are T{}, or what it had; never more than N.
  constexpr void resize(std::size_t size) {
    size_ = static_cast<std::uint32_t>(size < N ? size : N);
  }

  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == N; }
  constexpr T* data() { return items_.data(); }
  constexpr const T* data() const { return items_.data(); }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr const T& operator[](std::size_t index) const { return items_[index]; }
  constexpr operator std::span<const T>() const { return {items_.data(), size_}; }

  friend constexpr bool operator==(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  // Whole words are copied into it.
  alignas(std::uint64_t) std::array<T, N> items_{};
  std::uint32_t size_ = 0;
};

template <std::size_t N>
using Bytes = List<std::byte, N>;

// Up to N bytes of text. Says nothing of an encoding.
template <std::size_t N>
class Text : public List<char, N> {
 public:
  constexpr Text() = default;
  // A literal that fits.
  template <std::size_t Size>
    requires(Size <= N + 1)
  constexpr Text(const char (&literal)[Size]) {
    for (const char c : std::string_view(literal, Size - 1)) this->push(c);
  }
  static constexpr std::optional<Text> of(std::string_view text) {
    if (text.size() > N) return std::nullopt;
    return cut(text);
  }
  // As much of it as there is room for.
  static constexpr Text cut(std::string_view text) {
    Text result;
    for (const char c : text.substr(0, N)) result.push(c);
    return result;
  }
  constexpr std::string_view view() const { return {this->data(), this->size()}; }
  constexpr operator std::string_view() const { return view(); }
};

// The words that so many items of `size` bytes fill.
constexpr std::uint64_t packed_words(std::uint64_t items, std::uint64_t size) {
  return (items * size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
}

// A value's bits and no other, and back.
template <class T>
constexpr std::uint64_t bits(T value) {
  constexpr unsigned kUnused = 64 - 8 * sizeof(T);
  return word(value) << kUnused >> kUnused;
}
// As a whole register has the value of a narrower type: what the checks of a register look at.
template <class T>
constexpr std::uint64_t extended(std::uint64_t bits) {
  return word(static_cast<T>(bits));
}

// What was wrong with a message: nothing, or a detail and the argument's number (0: the whole).
struct Refusal {
  Detail what = Detail::kNone;
  std::uint32_t argument = 0;

  explicit constexpr operator bool() const { return what != Detail::kNone; }
  // The message is not as long as it says; otherwise a value is not one of its type.
  constexpr bool malformed() const { return what == Detail::kBadLength; }
};

// Where the words of a message are put, in order: the first six into registers, the others to
// `beyond`, the thread's IPC buffer. Null: there is none.
class Sink {
 public:
  explicit Sink(volatile std::uint64_t* beyond) : beyond_(beyond) {}

  void put(std::uint64_t word) {
    if (count_ < first_.size()) {
      first_[count_] = word;
    } else if (beyond_ != nullptr && count_ < kMessageWordsMax) {
      beyond_[count_ - first_.size()] = word;
    } else {
      fits_ = false;
    }
    ++count_;
  }
  // Items of integers, bytes and enums; the rest of the last word is zero.
  template <class T>
  void put_items(std::span<const T> items) {
    constexpr std::size_t kPerWord = kMessageWordBytes / sizeof(T);
    while (!items.empty()) {
      const std::size_t now = std::min(items.size(), kPerWord);
      std::uint64_t word = 0;
      std::memcpy(&word, items.data(), now * sizeof(T));
      put(word);
      items = items.subspan(now);
    }
  }
  template <class S>
  void put_structs(std::span<const S> items) {
    for (const S& each : items) write_words(*this, each);
  }
  // Of a long message the words are even.
  void finish() {
    if (count_ > first_.size() && count_ % 2 != 0) put(0);
  }

  std::uint64_t word(std::size_t index) const { return first_[index]; }
  // What a tag or a shape has for so many.
  std::uint32_t code() const { return message_code(count_); }
  // Otherwise there is no buffer for it.
  bool fits() const { return fits_; }

 private:
  volatile std::uint64_t* beyond_;
  std::array<std::uint64_t, kMessageRegisters> first_{};
  unsigned count_ = 0;
  bool fits_ = true;
};

// The words of a message that has come. Each is read once: whoever shares the buffer may change it
// at any time, and what is checked must be what is used.
class Source {
 public:
  // `words`: how many there are; those beyond the first six are at `beyond`.
  Source(std::span<const std::uint64_t> first, const volatile std::uint64_t* beyond, unsigned words)
      : first_(first), beyond_(beyond), words_(words) {
    if (words > first.size() && beyond == nullptr) words_ = 0;
  }

  std::uint64_t next() {
    const unsigned index = at_++;
    if (index >= words_) return 0;
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no beyond_, no words beyond first_
    return index < first_.size() ? first_[index] : beyond_[index - first_.size()];
  }
  unsigned words() const { return words_; }
  // Whether that is how many a message with `used` of them has.
  bool has(std::uint64_t used) const {
    return used <= kMessageWordsMax &&
           words_ == message_words(message_code(static_cast<unsigned>(used)));
  }
  void skip(std::uint64_t words) {
    for (; words > 0; --words) next();
  }
  // Nothing is left but padding, which is zero.
  bool finish() {
    while (at_ < words_) {
      if (next() != 0) return false;
    }
    return true;
  }

  // So many items, at most T::kMax, of which any bits are one.
  template <class To>
  Detail take(To& to, std::uint64_t count) {
    using T = typename To::Item;
    to.resize(count);
    constexpr std::size_t kPerWord = kMessageWordBytes / sizeof(T);
    for (std::size_t i = 0; i < to.size(); i += kPerWord) {
      const std::size_t now = std::min(to.size() - i, kPerWord);
      const std::uint64_t word = next();
      std::memcpy(to.data() + i, &word, now * sizeof(T));
      if (is_padded(word, now * sizeof(T))) return Detail::kBadLength;
    }
    return Detail::kNone;
  }
  // The same, each one that `valid` says is a T; otherwise `why`.
  template <class To, class Valid>
  Detail take(To& to, std::uint64_t count, Valid valid, Detail why) {
    using T = typename To::Item;
    constexpr std::size_t kPerWord = kMessageWordBytes / sizeof(T);
    to.resize(count);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < to.size(); ++i) {
      const std::size_t place = i % kPerWord * 8 * sizeof(T);
      if (place == 0) word = next();
      const std::uint64_t raw = word >> place & (~std::uint64_t{0} >> (64 - 8 * sizeof(T)));
      if (!valid(raw)) return why;
      to.data()[i] = static_cast<T>(raw);
      const bool is_last = i + 1 == to.size();
      if (is_last && is_padded(word, place / 8 + sizeof(T))) return Detail::kBadLength;
    }
    return Detail::kNone;
  }
  template <class To>
  Detail take_structs(To& to, std::uint64_t count) {
    to.resize(count);
    for (std::size_t i = 0; i < to.size(); ++i) {
      const Detail why = read_words(*this, to.data()[i]);
      if (why != Detail::kNone) return why;
    }
    return Detail::kNone;
  }
  // A struct that may be longer or shorter at the peer's: what is missing is 0, the rest unknown.
  template <class S>
  Detail take_extensible(S& to, std::uint64_t words) {
    std::array<std::uint64_t, S::kWords> known{};
    for (std::uint64_t i = 0; i < words; ++i) {
      const std::uint64_t word = next();
      if (i < known.size()) known[i] = word;
    }
    Source own(known, nullptr, static_cast<unsigned>(known.size()));
    return read_words(own, to);
  }

 private:
  // Whether there is anything behind the first bytes.
  static constexpr bool is_padded(std::uint64_t word, std::size_t bytes) {
    return bytes < sizeof(word) && word >> (8 * bytes) != 0;
  }

  std::span<const std::uint64_t> first_;
  const volatile std::uint64_t* beyond_;
  unsigned words_;
  unsigned at_ = 0;
};

// --- In a system call: all in registers ---------------------------------------------------------

// A value's content, from its length and the registers that have it; those it does not fill are
// zero. `how`: nothing, or what Source::take looks at each element with.
template <class To, std::size_t Words, class... How>
Detail unpack(To& to, std::uint64_t length, const std::array<std::uint64_t, Words>& words,
              How... how) {
  if (length > To::kMax) return Detail::kBadLength;
  Source source(words, nullptr, Words);
  const Detail why = source.take(to, length, how...);
  if (why != Detail::kNone) return why;
  return source.finish() ? Detail::kNone : Detail::kBadLength;
}
// Of the kernel's answer, which is as it must be.
template <class To, std::size_t Words>
To unpacked(std::uint64_t length, const std::array<std::uint64_t, Words>& words) {
  To result;
  (void)unpack(result, length, words);
  return result;
}

// And back: the n-th word of it.
template <class T>
std::uint64_t packed_word(std::type_identity_t<std::span<const T>> items, std::size_t n) {
  const std::span<const std::byte> bytes = std::as_bytes(items);
  const std::size_t first = n * sizeof(std::uint64_t);
  std::uint64_t word = 0;
  if (first < bytes.size()) {
    std::memcpy(&word, bytes.data() + first, std::min(bytes.size() - first, sizeof(word)));
  }
  return word;
}

}  // namespace tessera::abi

#endif  // IDL_BOUNDED_H_
