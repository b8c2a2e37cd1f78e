// Plugins that the tests of lodge::testing run, compiled into them.
#pragma once

#include <lodge/plugin.hpp>
#include <lodge/testing.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Answers at once.
struct Greeter {
  lodge::Config<std::string> salutation;

  std::string greet(std::string_view who) { return salutation.get() + ", " + std::string(who); }
  void fail() { throw lodge::Failure(LODGE_NOT_FOUND, "nobody here"); }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Greeter>(
        "greeter", "1.0.0", lodge::setting<&Greeter::salutation>("salutation", "hello", "what to say first"),
        lodge::callback<&Greeter::greet>("greet"), lodge::function<&Greeter::fail>("fail"));
    return description.plugin();
  }
};

/// Answers when so much time has passed.
class Sleeper {
 public:
  explicit Sleeper(const lodge::Host& host) : host_(host) {}

  void sleep(lodge::Call& call, std::int64_t ms) {
    const auto reply = std::make_shared<lodge::Reply>(call.defer());
    std::erase_if(timers_, [](const auto& each) { return each.first->awaited() == false; });
    timers_.emplace_back(
        reply, host_.timer().after(ms * 1'000'000, [reply, ms] { static_cast<void>(reply->reply(ms)); }).or_throw());
  }

  static const lodge_plugin* plugin() {
    static const auto description =
        lodge::describe<Sleeper>("sleeper", "1.0.0", lodge::function<&Sleeper::sleep>("sleep"));
    return description.plugin();
  }

 private:
  lodge::Host host_;
  std::vector<std::pair<std::shared_ptr<lodge::Reply>, lodge::Timer>> timers_;
};

/// Calls `sleeper` and waits for its answer, on its own stack.
class Waiter {
 public:
  explicit Waiter(const lodge::Host& host) : host_(host) {}

  std::int64_t wait(lodge::Call& call, std::int64_t ms) {
    return call.call<std::int64_t>("sleeper", "sleep", ms).or_throw();
  }
  std::int64_t wait_alone(lodge::Call& call, std::int64_t ms) { return wait(call, ms); }

  static const lodge_plugin* plugin() {
    static const auto description =
        lodge::describe<Waiter>("waiter", "1.0.0", lodge::function<&Waiter::wait>("wait"),
                                lodge::function<&Waiter::wait_alone>("wait_alone", "one at a time", lodge::serial));
    return description.plugin();
  }

 private:
  lodge::Host host_;
};

/// Has a thread of its own, which answers.
class Threaded {
 public:
  Threaded() : thread_([this] { work(); }) {}
  ~Threaded() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      came_.notify_one();
    }
    thread_.join();
  }

  void square(lodge::Call& call, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(call.defer(), number);
    came_.notify_one();
  }

  static const lodge_plugin* plugin() {
    static const auto description =
        lodge::describe<Threaded>("threaded", "1.0.0", lodge::function<&Threaded::square>("square"));
    return description.plugin();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      came_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      auto [reply, number] = std::move(waiting_.back());
      waiting_.pop_back();
      lock.unlock();
      static_cast<void>(reply.reply(number * number));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::pair<lodge::Reply, std::int64_t>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};
