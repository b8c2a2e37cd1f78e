#include "base/block.hpp"

#include <mutex>
#include <new>

namespace lodge {

struct BlockStore {
  std::mutex mutex;
  Block* first = nullptr;
  std::size_t count = 0;

  // Never destroyed: a worker may let go of a frame while the process ends.
  static BlockStore& get() {
    static BlockStore& store = *new BlockStore;
    return store;
  }

  Block* take() {
    std::lock_guard lock(mutex);
    Block* block = first;
    if (block == nullptr) return nullptr;
    first = block->next_;
    --count;
    return block;
  }

  bool keep(Block* block) {
    std::lock_guard lock(mutex);
    if (count >= Block::kept_max) return false;
    block->next_ = first;
    first = block;
    ++count;
    return true;
  }
};

BlockRef Block::take(std::size_t size) {
  if (size <= standard_size) {
    size = standard_size;
    if (Block* kept = BlockStore::get().take()) {
      kept->users_.store(1, std::memory_order_relaxed);
      return BlockRef(kept);
    }
  }
  void* memory = ::operator new(sizeof(Block) + size, std::nothrow);
  return BlockRef(memory == nullptr ? nullptr : new (memory) Block(size));
}

void Block::release() {
  if (size_ == standard_size && BlockStore::get().keep(this)) return;
  this->~Block();
  ::operator delete(this);
}

std::size_t Block::kept() {
  BlockStore& store = BlockStore::get();
  std::lock_guard lock(store.mutex);
  return store.count;
}

}  // namespace lodge
