#include "bystander.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

/// Nothing that a rogue does may cost others so much, even on a slow machine.
constexpr std::chrono::nanoseconds bearable = std::chrono::seconds(5);

}  // namespace

Bystander::Bystander(wire::Client client, std::string service, std::string function)
    : service_(std::move(service)),
      function_(std::move(function)),
      client_(std::move(client)),
      thread_([this] { run(); }) {}

Bystander::~Bystander() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Bystander::run() {
  const Bytes arguments = packed({"still there"});
  while (!stop_) {
    const auto began = std::chrono::steady_clock::now();
    const Result<Bytes> answer =
        client_.call(service_, function_, arguments, 1, {.timeout_ns = std::chrono::nanoseconds(patience).count()});
    if (!answer || *answer != arguments) {
      failure_ = answer ? "another answer" : answer.error().text();
      return;
    }
    const std::int64_t took = (std::chrono::steady_clock::now() - began).count();
    longest_ns_ = std::max<std::int64_t>(longest_ns_, took);
    ++served_;
    ::poll(nullptr, 0, 1);
  }
}

void Bystander::expect_served() {
  const std::uint64_t before = served_;
  // The one under way may have been answered before.
  EXPECT_TRUE(eventually([&] { return served_ > before + 1; })) << "the bystander is not served any more";
}

void Bystander::expect_undisturbed() {
  thread_.join();
  EXPECT_NE(failure_.find("UNAVAILABLE"), std::string::npos) << failure_;
  EXPECT_LT(longest_ns_, bearable.count());
}

}  // namespace lodge::system_test
