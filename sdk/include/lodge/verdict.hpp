// What a callback may answer beside a plain value.
#pragma once

#include <utility>

#include <lodge/buffer.hpp>
#include <lodge/pack_structs.hpp>
#include <lodge/result.hpp>

namespace lodge {
inline namespace sdk {

/// A callback's answer where it is not always a value: made by done, go_on, continue_with, deferred, or an Error.
class [[nodiscard]] Verdict {
 public:
  Verdict(const Error& error) : kind_(error.code < 0 ? error.code : LODGE_INTERNAL) {  // NOLINT: errors convert
    static_cast<void>(lodge_write(&bytes_, error.message.data(), error.message.size()));
  }
  Verdict(Verdict&& other) noexcept : kind_(other.kind_), count_(other.count_) {
    if (lodge_write(&bytes_, other.bytes_.data, other.bytes_.size) != LODGE_OK) kind_ = LODGE_RESOURCE_EXHAUSTED;
  }
  Verdict(const Verdict&) = delete;
  Verdict& operator=(const Verdict&) = delete;
  Verdict& operator=(Verdict&&) = delete;
  ~Verdict() = default;

  /// LODGE_DONE and so on, or a negative code.
  [[nodiscard]] std::int32_t kind() const noexcept { return kind_; }
  /// Values written: one of done, the arguments of continue_with.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// msgpack; of an error its message.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_.view(); }

  /// Of a verdict and the values that go with it.
  template <typename... T>
  static Verdict of(std::int32_t kind, const T&... values) {
    return {std::in_place, kind, values...};
  }

 private:
  template <typename... T>
  Verdict(std::in_place_t, std::int32_t kind, const T&... values) : kind_(kind), count_(sizeof...(T)) {
    if (write_values(bytes_, values...) == LODGE_OK) return;
    bytes_.clear();
    kind_ = LODGE_RESOURCE_EXHAUSTED;
  }

  std::int32_t kind_;
  std::size_t count_ = 0;
  Buffer<256> bytes_;
};

/// Ends the walk with this result; with none: nil.
template <typename T>
Verdict done(const T& value) {
  return Verdict::of(LODGE_DONE, value);
}
inline Verdict done() { return Verdict::of(LODGE_DONE); }

/// The next link gets the same arguments.
inline Verdict go_on() { return Verdict::of(LODGE_CONTINUE); }

/// The next link gets these arguments: as many as this one was given.
template <typename... T>
Verdict continue_with(const T&... arguments) {
  return Verdict::of(LODGE_CONTINUE_WITH, arguments...);
}

/// The Reply taken by Call::defer will answer.
inline Verdict deferred() { return Verdict::of(LODGE_DEFERRED); }

}  // namespace sdk
}  // namespace lodge
