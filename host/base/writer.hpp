// The host's own lodge_writer: a growing buffer with a limit, reused from call to call.
#pragma once

#include <lodge/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge {

/// A lodge_writer over heap memory that grows by doubling up to `limit` bytes. Used by one thread at a time.
class Writer : public lodge_writer {
 public:
  static constexpr std::size_t default_limit = std::size_t{16} << 20;
  static constexpr std::size_t no_limit = SIZE_MAX;

  explicit Writer(std::size_t limit = default_limit);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[nodiscard]] ByteView view() const { return {data, size}; }
  void clear() {
    size = 0;
    refused_ = false;
  }
  /// The same, and gives memory beyond `kept_max` bytes back.
  void clear(std::size_t kept_max);
  [[nodiscard]] std::size_t limit() const { return limit_; }
  /// Whether somebody wanted to write more than the limit since it was cleared.
  [[nodiscard]] bool refused() const { return refused_; }
  /// The Writer that a lodge_writer is; nullptr: it is somebody else's.
  [[nodiscard]] static Writer* behind(lodge_writer& writer) {
    return writer.reserve == &Writer::grow ? static_cast<Writer*>(&writer) : nullptr;
  }
  /// Whoever was lent it may write over its fields: the buffer is still its own, and `size` lies within it.
  [[nodiscard]] bool intact() const { return buffer_intact() && size <= room_; }
  [[nodiscard]] bool buffer_intact() const {
    return data == memory_.get() && capacity == room_ && reserve == &Writer::grow;
  }
  /// Makes it intact, and empty.
  void restore();
  /// The bytes written, moved out by copy; the buffer stays for the next use.
  [[nodiscard]] Bytes take();

 private:
  static std::int32_t grow(lodge_writer* writer, std::size_t more);

  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t room_ = 0;  ///< bytes of memory_
  std::size_t limit_;
  bool refused_ = false;
};

/// Appends to any writer, ours or a plugin's. False: no room, nothing appended.
[[nodiscard]] bool append(lodge_writer& writer, ByteView bytes);

/// Appends an error's message, as far as there is a writer with room for it: else the code stands alone. Returns that.
std::int32_t write_error(lodge_writer* writer, Code code, std::string_view message);
inline std::int32_t write_error(lodge_writer* writer, const Error& error) {
  return write_error(writer, error.code, error.message);
}

}  // namespace lodge
