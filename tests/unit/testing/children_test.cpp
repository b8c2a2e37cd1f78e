// Children in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/testing.hpp>

#include <optional>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// Has children that start and die as a test says.
class Parent {
 public:
  explicit Parent(const lodge::Host& host) : host_(host) {}

  /// One whose start takes so long, in another service.
  void have(const std::string& name, int start_ms) {
    host_.children()
        .start(
            name,
            [this, start_ms](lodge::Run run) {
              if (start_ms > 0) host_.call<int>("sleeper", "sleep", start_ms).or_throw();
              run_ = run;
              ++starts_;
            },
            [] {})
        .or_throw();
  }
  void die() { run_->exit(LODGE_UNAVAILABLE, "no line").or_throw(); }
  int starts() const { return starts_; }

  static const lodge_plugin* plugin() {
    static const auto description =
        lodge::describe<Parent>("parent", "1.0.0", lodge::function<&Parent::have>("have"),
                                lodge::function<&Parent::die>("die"), lodge::function<&Parent::starts>("starts"));
    return description.plugin();
  }

 private:
  lodge::Host host_;
  std::optional<lodge::Run> run_;
  int starts_ = 0;
};

class TestingChildren : public ::testing::Test {
 protected:
  TestingChildren() {
    host.add(Parent::plugin());
    host.add(Sleeper::plugin());
    host.start("sleeper", {"sleeper"}).or_throw();
    host.start("parent", {"parent"}).or_throw();
  }
  int starts() { return host.call<int>("parent", "starts").or_throw(); }

  Host host;
};

TEST_F(TestingChildren, are_started_again_at_once_and_then_later_and_later) {
  host.call("parent", "have", "poller", 0).or_throw();
  host.call("parent", "die").or_throw();
  EXPECT_EQ(starts(), 2);
  host.call("parent", "die").or_throw();
  EXPECT_EQ(starts(), 2);
  host.advance(milliseconds(10));
  EXPECT_EQ(starts(), 3);
}

TEST_F(TestingChildren, fail_their_service_beyond_the_intensity_which_is_tried_again) {
  host.call("parent", "have", "poller", 0).or_throw();
  for (int death = 0; death < 4; ++death) {
    host.call("parent", "die").or_throw();
    host.advance(milliseconds(100));
  }
  EXPECT_THAT(host.call("parent", "starts").error().message, HasSubstr("child poller of plugin parent"));
  host.advance(seconds(2));
  EXPECT_EQ(starts(), 0) << "a new instance";
}

TEST_F(TestingChildren, wait_for_each_other_for_ten_seconds) {
  auto slow = host.start_call(lodge::CallOptions{.timeout_ns = 60'000'000'000}, "parent", "have", "slow", 14'000);
  host.advance(seconds(1));
  const auto quick = host.call("parent", "have", "quick", 0);
  EXPECT_EQ(quick.error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_EQ(quick.error().message, "start of another child has not returned for 10 s; nothing was started");
  slow.result().or_throw();
  host.call("parent", "have", "quick", 0).or_throw();
}

TEST_F(TestingChildren, are_given_faults) {
  host.fail_next("lodge.child/1", "start", LODGE_RESOURCE_EXHAUSTED, "too many threads");
  const auto refused = host.call("parent", "have", "poller", 0);
  EXPECT_EQ(refused.error().code, LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.error().message, "too many threads");
  EXPECT_EQ(starts(), 0);
}

TEST_F(TestingChildren, are_no_leaks_since_the_host_ends_them) {
  host.call("parent", "have", "poller", 0).or_throw();
  host.stop_all().or_throw();
  EXPECT_TRUE(host.leaks().empty());
}

}  // namespace
