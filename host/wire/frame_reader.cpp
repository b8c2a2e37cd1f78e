#include "wire/frame_reader.hpp"

#include <algorithm>
#include <cstring>

namespace lodge::wire {

namespace {
// Less room than this is not worth a system call.
constexpr std::size_t room_min = 2048;
}  // namespace

// Bytes of the frame at begin_, as far as known; the limit has been checked by whoever took the frame before it.
std::size_t FrameReader::wanted() const {
  if (pending() < sizeof(std::uint32_t)) return sizeof(std::uint32_t);
  std::uint32_t length = 0;
  std::memcpy(&length, block_->data() + begin_, sizeof length);
  return sizeof length + std::min<std::size_t>(length, limits_.frame_bytes_max);
}

bool FrameReader::move_to(std::size_t size) {
  BlockRef fresh = Block::take(size);
  if (!fresh) return false;
  if (pending() > 0) std::memcpy(fresh->data(), block_->data() + begin_, pending());
  end_ = pending();
  begin_ = 0;
  block_ = std::move(fresh);
  return true;
}

std::span<std::uint8_t> FrameReader::room() {
  if (!block_ && !move_to(Block::standard_size)) return {};
  // Frames that are still in use share the block: the bytes behind them may be written, those in them may not.
  if (pending() == 0 && block_.unique()) {
    begin_ = end_ = 0;
    if (block_->size() > Block::standard_size && !move_to(Block::standard_size)) return {};
  }
  const std::size_t whole = wanted();
  const std::size_t missing = whole - std::min(whole, pending());
  if (block_->size() - end_ < std::min(missing, room_min) || block_->size() == end_ ||
      (pending() == 0 && block_->size() - end_ < room_min)) {
    // A frame larger than its block gets one twice as large each time that it has filled what it had.
    const std::size_t size = std::min(whole, std::max(pending() * 2, Block::standard_size));
    if (!move_to(std::max(size, Block::standard_size))) return {};
  }
  std::size_t size = block_->size() - end_;
  // What follows a large frame begins in a block of its own, so as not to hold the large one.
  if (block_->size() > Block::standard_size && missing > 0) size = std::min(size, missing);
  return {block_->data() + end_, size};
}

Result<std::optional<Frame>> FrameReader::next() {
  if (pending() < sizeof(std::uint32_t)) return std::optional<Frame>();
  const ByteView bytes(block_->data() + begin_, pending());
  const Result<std::size_t> length = frame_length(bytes, limits_);
  if (!length) return length.error();
  const std::size_t size = sizeof(std::uint32_t) + *length;
  if (bytes.size() < size) return std::optional<Frame>();
  Result<Frame> frame = parse_frame(bytes.first(size));
  if (!frame) return std::move(frame).error();
  frame->block = block_;
  begin_ += size;
  return std::optional<Frame>(std::move(*frame));
}

}  // namespace lodge::wire
