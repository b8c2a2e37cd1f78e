#include "request/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace request {
namespace {

using outcome::Outcome;

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
constexpr RetryRules three{.attempts = 3, .backoff_ns = 100 * ms, .backoff_ns_max = 150 * ms, .deadline_ns = never};

Outcome of(std::int32_t lodge_code, lodge::Executed executed) {
  Outcome out = outcome::of_error({lodge_code, ""});
  out.metadata[outcome::executed_key] = outcome::word_of(executed);
  return out;
}

bool tried_again(const Outcome& after, bool idempotent) {
  RetryRules rules = three;
  rules.idempotent = idempotent;
  return Retry(rules).pause_ns(after, 0, 0).has_value();
}

TEST(Retry, tries_again_what_surely_did_not_run) {
  EXPECT_TRUE(tried_again(of(LODGE_UNAVAILABLE, lodge::Executed::no), false));
  EXPECT_TRUE(tried_again(of(LODGE_RESOURCE_EXHAUSTED, lodge::Executed::no), false));
  EXPECT_FALSE(tried_again(of(LODGE_UNAVAILABLE, lodge::Executed::maybe), false));
  EXPECT_FALSE(tried_again(of(LODGE_UNAVAILABLE, lodge::Executed::yes), false));
  EXPECT_FALSE(tried_again(outcome::of_error({LODGE_UNAVAILABLE, ""}), false)) << "nobody has said that it did not";
}

TEST(Retry, tries_again_what_may_run_twice) {
  for (const auto executed : {lodge::Executed::no, lodge::Executed::maybe, lodge::Executed::yes}) {
    EXPECT_TRUE(tried_again(of(LODGE_DEADLINE_EXCEEDED, executed), true));
    EXPECT_TRUE(tried_again(of(LODGE_ABORTED, executed), true));
  }
}

TEST(Retry, does_not_try_again_what_would_fail_again) {
  for (const std::int32_t code : {LODGE_INVALID_ARGUMENT, LODGE_NOT_FOUND, LODGE_UNIMPLEMENTED, LODGE_DEADLOCK,
                                  LODGE_INTERNAL, LODGE_CANCELLED, LODGE_ALREADY_EXISTS, LODGE_FENCED}) {
    EXPECT_FALSE(tried_again(of(code, lodge::Executed::no), true)) << code;
  }
  EXPECT_FALSE(tried_again(outcome::of_error({LODGE_OK, ""}), true));
}

TEST(Retry, ends_after_so_many_attempts) {
  Retry retry(three);
  const Outcome failed = of(LODGE_UNAVAILABLE, lodge::Executed::no);
  EXPECT_TRUE(retry.pause_ns(failed, 0, 0));
  EXPECT_TRUE(retry.pause_ns(failed, 0, 0));
  EXPECT_FALSE(retry.pause_ns(failed, 0, 0));
  EXPECT_EQ(retry.attempts(), 3);
}

TEST(Retry, waits_twice_as_long_each_time_with_jitter_and_a_limit) {
  const Outcome failed = of(LODGE_UNAVAILABLE, lodge::Executed::no);
  Retry shortest(three);
  EXPECT_EQ(shortest.pause_ns(failed, 0, 0), 50 * ms);
  EXPECT_EQ(shortest.pause_ns(failed, 0, 0), 75 * ms);
  Retry longest(three);
  EXPECT_EQ(longest.pause_ns(failed, 0, 1), 100 * ms);
  EXPECT_EQ(longest.pause_ns(failed, 0, 1), 150 * ms);
}

TEST(Retry, does_not_wait_beyond_the_deadline) {
  RetryRules rules = three;
  rules.deadline_ns = 60 * ms;
  const Outcome failed = of(LODGE_UNAVAILABLE, lodge::Executed::no);
  EXPECT_TRUE(Retry(rules).pause_ns(failed, 9 * ms, 0));
  EXPECT_FALSE(Retry(rules).pause_ns(failed, 10 * ms, 0));
}

TEST(Retry, leaves_time_to_tell_what_became_of_it) {
  EXPECT_EQ(time_for_callee(0, 10'000 * ms), 9'900 * ms);
  EXPECT_EQ(time_for_callee(0, 500 * ms), 450 * ms);
  EXPECT_EQ(time_for_callee(0, 100 * ms), 80 * ms);
  EXPECT_EQ(time_for_callee(0, 10 * ms), 5 * ms);
  EXPECT_GT(time_for_callee(10 * ms, 5 * ms), 0) << "0 would be: no deadline";
  EXPECT_EQ(time_for_callee(0, never), 0);
}

TEST(Retry, gives_each_attempt_its_own_time_within_the_whole) {
  RetryRules rules = three;
  EXPECT_EQ(Retry(rules).attempt_timeout_ns(0), 0);
  rules.attempt_timeout_ns = 200 * ms;
  EXPECT_EQ(Retry(rules).attempt_timeout_ns(0), 200 * ms);
  rules.deadline_ns = 100 * ms;
  EXPECT_EQ(Retry(rules).attempt_timeout_ns(0), 80 * ms);
}

}  // namespace
}  // namespace request
