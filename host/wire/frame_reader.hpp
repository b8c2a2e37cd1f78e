// Cuts a stream of bytes into frames, in place.
#pragma once

#include <optional>
#include <span>

#include "wire/frame.hpp"

namespace lodge::wire {

/// Fill `room()`, tell how much with `filled`, then take frames with `next` until there is none. Memory grows with the
/// bytes that have arrived, never with a length that was announced. Used by one thread at a time.
class FrameReader {
 public:
  explicit FrameReader(const Limits& limits = {}) : limits_(limits) {}

  /// Where the next bytes go: at least one byte of room. Empty: no memory.
  [[nodiscard]] std::span<std::uint8_t> room();
  void filled(std::size_t bytes) { end_ += bytes; }

  /// A frame; nothing: the next one is not complete; an Error: this is not our protocol, and the stream is lost.
  [[nodiscard]] Result<std::optional<Frame>> next();

  /// Bytes of a frame that is not complete yet (or not taken yet).
  [[nodiscard]] std::size_t pending() const { return end_ - begin_; }

 private:
  [[nodiscard]] std::size_t wanted() const;
  [[nodiscard]] bool move_to(std::size_t size);

  Limits limits_;
  BlockRef block_;
  std::size_t begin_ = 0;  // of the bytes in block_ that no frame has taken
  std::size_t end_ = 0;
};

}  // namespace lodge::wire
