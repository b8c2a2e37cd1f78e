#include "base/worker_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <semaphore>
#include <set>
#include <thread>
#include <vector>

#include "rig/eventually.hpp"

namespace lodge {
namespace {

using testing::HasSubstr;

constexpr std::int64_t ten_seconds = 10'000'000'000;

class Job final : public Task {
 public:
  explicit Job(std::function<void()> what) : what_(std::move(what)) {}
  void run() noexcept override {
    what_();
    delete this;
  }

 private:
  std::function<void()> what_;
};

bool put(Executor& executor, std::function<void()> what) {
  Task* task = new Job(std::move(what));
  if (executor.submit({&task, 1}) == 1) return true;
  delete task;
  return false;
}

// Holds workers until it is opened.
struct Latch {
  std::counting_semaphore<> entered{0};
  std::atomic<bool> open{false};
  void wait_here() {
    entered.release();
    open.wait(false);
  }
  void let_go() {
    open = true;
    open.notify_all();
  }
};

TEST(WorkerPool, runs_everything_once_even_while_it_stops) {
  WorkerPool pool({.workers = 3});
  std::atomic<int> ran{0};
  std::vector<std::thread> submitters;
  for (int t = 0; t < 4; ++t) {
    submitters.emplace_back([&] {
      for (int i = 0; i < 2500; ++i) EXPECT_TRUE(put(pool, [&] { ++ran; }));
    });
  }
  for (std::thread& each : submitters) each.join();
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
  EXPECT_EQ(ran, 10'000);
}

TEST(WorkerPool, starts_tasks_in_their_order) {
  WorkerPool pool({.workers = 1, .spares_max = 0});
  std::vector<int> order;
  std::vector<Task*> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(new Job([&order, i] { order.push_back(i); }));
  EXPECT_EQ(pool.submit(tasks), 100U);
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(WorkerPool, takes_the_first_ones_that_fit) {
  WorkerPool pool({.workers = 1, .spares_max = 0, .queue_depth_max = 2});
  Latch latch;
  ASSERT_TRUE(put(pool, [&] { latch.wait_here(); }));
  latch.entered.acquire();
  std::atomic<int> sum{0};
  std::vector<Task*> tasks;
  for (int i : {1, 10, 100}) tasks.push_back(new Job([&sum, i] { sum += i; }));
  EXPECT_EQ(pool.submit(tasks), 2U);
  EXPECT_EQ(pool.stats().rejected, 1U);
  pool.submit_always(*tasks[2]);
  EXPECT_EQ(pool.stats().queued, 3U);
  latch.let_go();
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
  EXPECT_EQ(sum, 111);
}

TEST(WorkerPool, replaces_a_blocked_worker_at_once) {
  // A stall that never comes: only enter_blocked can bring the spare.
  WorkerPool pool({.workers = 1, .spares_max = 2, .stall_ns = ten_seconds * 100});
  Latch latch;
  ASSERT_TRUE(put(pool, [&] {
    BlockedScope outer(pool);
    BlockedScope inner(pool);
    latch.wait_here();
  }));
  latch.entered.acquire();
  EXPECT_EQ(pool.stats().blocked, 1U);
  std::binary_semaphore ran(0);
  ASSERT_TRUE(put(pool, [&] { ran.release(); }));
  EXPECT_TRUE(ran.try_acquire_for(std::chrono::seconds(10)));
  latch.let_go();
  EXPECT_TRUE(rig::eventually([&] { return pool.stats().blocked == 0; }));
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
}

TEST(WorkerPool, replaces_a_worker_that_blocks_while_work_waits) {
  WorkerPool pool({.workers = 1, .spares_max = 1, .stall_ns = ten_seconds * 100});
  std::binary_semaphore go(0);
  std::binary_semaphore ran(0);
  std::atomic<bool> seen{false};
  ASSERT_TRUE(put(pool, [&] {
    go.acquire();
    BlockedScope blocked(pool);
    seen = ran.try_acquire_for(std::chrono::seconds(10));
  }));
  ASSERT_TRUE(put(pool, [&] { ran.release(); }));
  go.release();
  EXPECT_TRUE(pool.stop(ten_seconds * 2).ok());
  EXPECT_TRUE(seen);
}

TEST(WorkerPool, brings_in_spares_for_workers_that_are_stuck_and_sends_them_back) {
  WorkerPool pool({.workers = 2, .spares_max = 4});
  Latch latch;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(pool, [&] { latch.wait_here(); }));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(latch.entered.try_acquire_for(std::chrono::seconds(10)));
  std::binary_semaphore ran(0);
  ASSERT_TRUE(put(pool, [&] { ran.release(); }));
  EXPECT_TRUE(ran.try_acquire_for(std::chrono::seconds(10)));
  latch.let_go();
  EXPECT_TRUE(rig::eventually([&] { return pool.stats().running == 0 && pool.stats().stuck == 0; }));

  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(put(pool, [&] {
      const int now = ++at_once;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::yield();
      --at_once;
    }));
  }
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
  EXPECT_GE(most, 1);
  EXPECT_LE(pool.stats().threads, 6U);
}

TEST(WorkerPool, notices_work_behind_a_batch_that_got_stuck) {
  WorkerPool pool({.workers = 2, .spares_max = 1});
  Latch latch;
  std::binary_semaphore ran(0);
  const std::vector<Task*> tasks = {new Job([&] { latch.wait_here(); }), new Job([&] { latch.wait_here(); }),
                                    new Job([&] { ran.release(); })};
  ASSERT_EQ(pool.submit(tasks), 3U);
  EXPECT_TRUE(ran.try_acquire_for(std::chrono::seconds(10)));
  latch.let_go();
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
}

TEST(WorkerPool, runs_what_a_blocked_task_waits_for_even_while_it_stops) {
  WorkerPool pool({.workers = 2});
  std::binary_semaphore answer(0);
  Latch latch;
  ASSERT_TRUE(put(pool, [&] {
    BlockedScope blocked(pool);
    latch.entered.release();
    answer.acquire();
  }));
  latch.entered.acquire();
  std::thread late([&] {
    while (put(pool, [] {})) std::this_thread::yield();  // until it stops
    pool.submit_always(*new Job([&] { answer.release(); }));
  });
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
  late.join();
}

TEST(WorkerPool, holds_the_limit_of_spares) {
  WorkerPool pool({.workers = 1, .spares_max = 2});
  Latch latch;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(put(pool, [&] { latch.wait_here(); }));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(latch.entered.try_acquire_for(std::chrono::seconds(10)));
  EXPECT_TRUE(rig::eventually([&] { return pool.stats().stuck == 3; }));
  EXPECT_EQ(pool.stats().queued, 3U);
  EXPECT_EQ(pool.stats().threads, 3U);
  latch.let_go();
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
}

TEST(WorkerPool, tells_of_workers_that_do_not_come_back) {
  auto latch = std::make_shared<Latch>();
  auto left = std::make_shared<std::binary_semaphore>(0);
  {
    WorkerPool pool({.workers = 1, .spares_max = 0});
    ASSERT_TRUE(put(pool, [latch, left] {
      latch->wait_here();
      left->release();
    }));
    latch->entered.acquire();
    const Status stopped = pool.stop(1'000'000);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code, Code::DEADLINE_EXCEEDED);
    EXPECT_THAT(stopped.error().message, HasSubstr("1 worker"));
    EXPECT_FALSE(put(pool, [] {}));
  }
  latch->let_go();
  EXPECT_TRUE(left->try_acquire_for(std::chrono::seconds(10)));
}

TEST(WorkerPool, sleeps_all_through_when_there_is_nothing_to_do) {
  WorkerPool pool({.workers = 2, .spin_us = 100, .stall_ns = 10'000});
  EXPECT_EQ(pool.stats().threads, 0U);
  std::binary_semaphore ran(0);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(put(pool, [&] { ran.release(); }));
    ASSERT_TRUE(ran.try_acquire_for(std::chrono::seconds(10)));
  }
  EXPECT_TRUE(rig::eventually([&] { return pool.stats().awake == 0 && !pool.stats().watched; }));
  EXPECT_TRUE(pool.stop(ten_seconds).ok());
}

TEST(WorkerPool, is_not_blocked_by_threads_of_others) {
  WorkerPool pool({.workers = 1});
  BlockedScope blocked(pool);
  EXPECT_EQ(pool.stats().blocked, 0U);
}

}  // namespace
}  // namespace lodge
