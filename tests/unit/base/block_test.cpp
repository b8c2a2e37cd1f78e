#include "base/block.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace lodge {
namespace {

TEST(Block, lives_as_long_as_its_last_user) {
  BlockRef first = Block::take();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first.unique());
  std::memcpy(first->data(), "abc", 3);
  BlockRef second = first;
  EXPECT_FALSE(first.unique());
  first = BlockRef();
  EXPECT_TRUE(second.unique());
  EXPECT_EQ(std::memcmp(second->data(), "abc", 3), 0);
}

TEST(Block, is_used_again) {
  const std::size_t before = [] {
    const BlockRef block = Block::take();
    return Block::kept();
  }();
  EXPECT_EQ(Block::kept(), before + 1);
  const BlockRef again = Block::take();
  EXPECT_EQ(Block::kept(), before);
}

TEST(Block, is_as_large_as_asked_for) {
  EXPECT_EQ(Block::take(1)->size(), Block::standard_size);
  const BlockRef large = Block::take(Block::standard_size * 3);
  EXPECT_EQ(large->size(), Block::standard_size * 3);
  std::memset(large->data(), 7, large->size());
}

TEST(Block, keeps_no_more_than_its_limit) {
  std::vector<BlockRef> many;
  for (std::size_t i = 0; i < Block::kept_max + 10; ++i) many.push_back(Block::take());
  many.clear();
  EXPECT_EQ(Block::kept(), Block::kept_max);
}

TEST(Block, is_let_go_of_from_any_thread) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 1000; ++i) {
        BlockRef block = Block::take();
        const BlockRef copy = block;
        block->data()[0] = 1;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_GE(Block::kept(), 1U);
}

}  // namespace
}  // namespace lodge
