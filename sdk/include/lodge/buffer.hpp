// A writer with room inside: small messages cost no allocation.
#pragma once

#include <lodge/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace lodge {
inline namespace sdk {

/// Holds `inline_bytes` bytes within itself and moves to the heap beyond them, up to 64 MiB. One thread at a time.
template <std::size_t inline_bytes = 512>
class Buffer : public lodge_writer {
 public:
  static constexpr std::size_t limit = std::size_t{64} << 20;

  Buffer() noexcept : lodge_writer{nullptr, 0, inline_bytes, &Buffer::grow} {
    data = inline_.data();
    inline_[0] = 0;  // else compilers warn wherever an empty buffer is handed on
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() = default;

  [[nodiscard]] std::span<const std::uint8_t> view() const noexcept { return {data, size}; }
  [[nodiscard]] std::string text() const { return std::string(reinterpret_cast<const char*>(data), size); }
  void clear() noexcept { size = 0; }

 private:
  static std::int32_t grow(lodge_writer* writer, std::size_t more) noexcept {
    auto* self = static_cast<Buffer*>(writer);
    if (more > limit - self->size) return LODGE_RESOURCE_EXHAUSTED;
    const std::size_t needed = self->size + more;
    std::size_t capacity = self->capacity;
    while (capacity < needed) capacity *= 2;
    std::unique_ptr<std::uint8_t[]> memory(new (std::nothrow) std::uint8_t[capacity]);
    if (memory == nullptr) return LODGE_RESOURCE_EXHAUSTED;
    std::memcpy(memory.get(), self->data, self->size);
    self->heap_ = std::move(memory);
    self->data = self->heap_.get();
    self->capacity = capacity;
    return LODGE_OK;
  }

  std::unique_ptr<std::uint8_t[]> heap_;
  std::array<std::uint8_t, inline_bytes> inline_;
};

inline std::string_view text_of(const lodge_slice& slice) noexcept {
  return slice.size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(slice.data), slice.size);
}
inline std::span<const std::uint8_t> bytes_of(const lodge_slice& slice) noexcept {
  return slice.size == 0 ? std::span<const std::uint8_t>()
                         : std::span<const std::uint8_t>(static_cast<const std::uint8_t*>(slice.data), slice.size);
}
inline std::span<const std::uint8_t> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace sdk
}  // namespace lodge
