// Plugins with threads of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/testing.hpp>

#include <atomic>
#include <thread>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;

TEST(TestingThreads, complete_tickets_while_time_stands_still) {
  Host host;
  host.add(Threaded::plugin());
  host.start("threaded", {"threaded"}).or_throw();
  const std::int64_t began = host.now_ns();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(host.call<int>("threaded", "square", i).or_throw(), i * i);
  EXPECT_EQ(host.now_ns(), began);
}

TEST(TestingThreads, are_waited_for_where_a_call_was_started) {
  Host host;
  host.add(Threaded::plugin());
  host.start("threaded", {"threaded"}).or_throw();
  auto pending = host.start_call<int>("threaded", "square", 9);
  EXPECT_TRUE(host.run_until([&] { return pending.done(); }));
  EXPECT_EQ(pending.result().or_throw(), 81);
}

TEST(TestingThreads, that_do_not_answer_are_left_behind_by_time) {
  struct Silent {
    std::vector<lodge::Reply> kept;
    std::atomic<bool> ending{false};
    std::thread thread{[this] { ending.wait(false); }};
    void keep(lodge::Call& call) { kept.push_back(call.defer()); }
    void stop() {
      ending = true;
      ending.notify_all();
      thread.join();
    }
  };
  static const auto description = lodge::describe<Silent>("silent", "1.0.0", lodge::function<&Silent::keep>("keep"));
  Host host({.thread_patience = std::chrono::milliseconds(20)});
  host.add(description.plugin());
  host.start("silent", {"silent"}).or_throw();
  EXPECT_EQ(host.call("silent", "keep").error().code, LODGE_DEADLINE_EXCEEDED);
}

#if !defined(__SANITIZE_THREAD__)  // whose own thread is never at rest

TEST(TestingThreads, that_wait_to_be_woken_do_not_hold_up_time) {
  struct Resting {
    lodge::Host host;
    std::atomic<bool> ending{false};
    std::atomic<int> ticks{0};
    std::thread thread{[this] { ending.wait(false); }};
    lodge::Timer timer;

    explicit Resting(const lodge::Host& given) : host(given) {}
    void start() {
      timer = host.timer().every(1'000'000'000, [this] { ++ticks; }).or_throw();
    }
    void stop() {
      timer.end();
      ending = true;
      ending.notify_all();
      thread.join();
    }
    lodge::task<> wait(std::int64_t ns) { (co_await lodge::sleep(ns)).or_throw(); }
    int count() const { return ticks; }
  };
  static const auto description = lodge::describe<Resting>("resting", "1.0.0", lodge::function<&Resting::wait>("wait"),
                                                           lodge::function<&Resting::count>("count"));
  constexpr std::int64_t hour_ns = 3'600'000'000'000;
  Host host({.thread_patience = std::chrono::hours(1)});  // longer than this test may take
  host.add(description.plugin());
  host.start("resting", {"resting"}).or_throw();
  host.call(lodge::CallOptions{.timeout_ns = 2 * hour_ns}, "resting", "wait", hour_ns).or_throw();
  EXPECT_GE(host.call<int>("resting", "count").or_throw(), 3'599);
}

#endif

/// A thread that calls services, and waits for their answers.
class Caller {
 public:
  explicit Caller(const lodge::Host& host) : host_(host) {}
  void begin() {
    thread_ = std::thread([this] {
      answer_ = host_.call<int>("threaded", "square", 12).or_throw();
      done_ = true;
    });
  }
  std::int64_t answer() {
    if (!done_) throw lodge::Failure(LODGE_UNAVAILABLE, "not yet");
    return answer_;
  }
  void stop() {
    if (thread_.joinable()) thread_.join();
  }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Caller>("caller", "1.0.0", lodge::function<&Caller::begin>("begin"),
                                                            lodge::function<&Caller::answer>("answer"));
    return description.plugin();
  }

 private:
  lodge::Host host_;
  std::atomic<int> answer_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

TEST(TestingThreads, may_call_services_themselves) {
  Host host;
  host.add(Threaded::plugin());
  host.add(Caller::plugin());
  host.start("threaded", {"threaded"}).or_throw();
  host.start("caller", {"caller"}).or_throw();
  host.call("caller", "begin").or_throw();
  EXPECT_TRUE(host.run_until([&] { return host.call("caller", "answer").ok(); }));
  EXPECT_EQ(host.call<int>("caller", "answer").or_throw(), 144);
}

}  // namespace
