// Receive buffers that are shared by the frames in them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace lodge {

class BlockRef;

/// Memory with a count of who uses it. Blocks of the standard size are kept for the next user, since a fresh page
/// costs more than a call. Thread-safe in its count; the bytes belong to whoever fills them until they are handed on.
class Block {
 public:
  static constexpr std::size_t standard_size = std::size_t{64} << 10;

  /// At least that many bytes. Null: no memory.
  [[nodiscard]] static BlockRef take(std::size_t size = standard_size);

  [[nodiscard]] std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  [[nodiscard]] const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// How many standard blocks wait for a user, and at most.
  [[nodiscard]] static std::size_t kept();
  static constexpr std::size_t kept_max = 256;

 private:
  friend class BlockRef;
  friend struct BlockStore;
  explicit Block(std::size_t size) : size_(size) {}
  void release();

  std::atomic<std::uint32_t> users_{1};
  std::size_t size_;
  Block* next_ = nullptr;
};

/// One user's hold on a block.
class BlockRef {
 public:
  BlockRef() = default;
  BlockRef(const BlockRef& other) : block_(other.block_) {
    if (block_ != nullptr) block_->users_.fetch_add(1, std::memory_order_relaxed);
  }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() {
    if (block_ != nullptr && block_->users_.fetch_sub(1, std::memory_order_acq_rel) == 1) block_->release();
  }

  [[nodiscard]] Block* get() const { return block_; }
  Block* operator->() const { return block_; }
  explicit operator bool() const { return block_ != nullptr; }
  /// Nobody else holds it (nor can begin to, but through this).
  [[nodiscard]] bool unique() const { return block_->users_.load(std::memory_order_acquire) == 1; }

 private:
  friend class Block;
  explicit BlockRef(Block* block) : block_(block) {}
  Block* block_ = nullptr;
};

}  // namespace lodge
