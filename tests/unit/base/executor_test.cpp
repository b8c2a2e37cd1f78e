#include "base/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/stack_id.hpp"
#include "rig/eventually.hpp"

namespace lodge {
namespace {

constexpr std::int64_t ten_seconds = 10'000'000'000;

class CountingExecutor final : public Executor {
 public:
  [[nodiscard]] std::size_t submit(std::span<Task* const>) override { return 0; }
  [[nodiscard]] std::size_t queue_depth_max() const override { return 0; }
  void submit_always(Task&) override {}
  void enter_blocked() override { ++blocked_; }
  void leave_blocked() override { --blocked_; }
  [[nodiscard]] bool on_loop_thread() const override { return false; }
  [[nodiscard]] int blocked() const { return blocked_; }

 private:
  std::atomic<int> blocked_{0};
};

struct Awaited {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
};

TEST(ExecutorWait, ends_when_it_is_ready_and_is_marked_as_blocked_until_then) {
  CountingExecutor executor;
  Awaited awaited;
  std::thread other([&] {
    EXPECT_TRUE(rig::eventually([&] { return executor.blocked() == 1; }));
    std::lock_guard lock(awaited.mutex);
    awaited.ready = true;
    awaited.changed.notify_all();
  });
  std::unique_lock lock(awaited.mutex);
  EXPECT_TRUE(executor.wait(lock, awaited.changed, ten_seconds, [&] { return awaited.ready; }));
  EXPECT_TRUE(lock.owns_lock());
  EXPECT_EQ(executor.blocked(), 0);
  lock.unlock();
  other.join();
}

TEST(ExecutorWait, marks_nothing_where_there_is_nothing_to_wait_for) {
  CountingExecutor executor;
  Awaited awaited;
  int asked_while_blocked = 0;
  std::unique_lock lock(awaited.mutex);
  EXPECT_TRUE(executor.wait(lock, awaited.changed, without_end, [&] {
    asked_while_blocked += executor.blocked();
    return true;
  }));
  EXPECT_EQ(asked_while_blocked, 0);
}

TEST(ExecutorWait, ends_without_it_when_patience_has_run_out) {
  CountingExecutor executor;
  Awaited awaited;
  std::unique_lock lock(awaited.mutex);
  EXPECT_FALSE(executor.wait(lock, awaited.changed, 1'000'000, [&] { return awaited.ready; }));
  EXPECT_TRUE(lock.owns_lock());
}

TEST(StackId, tells_threads_apart_and_stays_the_same_on_each) {
  const void* const here = this_stack();
  const void* there = nullptr;
  bool stayed = false;
  std::thread other([&] {
    there = this_stack();
    stayed = there == this_stack();
  });
  other.join();
  EXPECT_TRUE(stayed);
  EXPECT_NE(there, nullptr);
  EXPECT_NE(there, here);
  EXPECT_EQ(this_stack(), here);
}

}  // namespace
}  // namespace lodge
