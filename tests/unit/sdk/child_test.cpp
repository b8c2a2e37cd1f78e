// lodge::Children over a real node.
#include <atomic>
#include <stop_token>
#include <thread>

#include "sdk/lent_host.hpp"

namespace {

using lodge::rig::eventually;

struct ChildrenOfNode : LentHost {
  ~ChildrenOfNode() override { node.stop_all(); }  // before what the children of a test refer to

  lodge::Host host = start("s");
  lodge::Children children = host.children();
  std::atomic<int> starts{0};
  std::atomic<int> stops{0};

  /// What ended the only child last; empty: nothing, or it is not there.
  std::string last_end() const {
    const auto all = children.list().or_throw();
    return all.empty() ? std::string() : all.front().last_end;
  }
  std::size_t count() const { return children.list().or_throw().size(); }
};

/// Runs until it is asked to stop.
void idle(const std::stop_token& stop) {
  std::atomic<bool> asked{false};
  const std::stop_callback tell(stop, [&asked] {
    asked = true;
    asked.notify_all();
  });
  asked.wait(false);
}

TEST_F(ChildrenOfNode, threads_run_until_they_are_asked_to_stop) {
  std::atomic<bool> over{false};
  const lodge::Child child = children
                                 .thread("idler",
                                         [&over](std::stop_token stop) {
                                           idle(stop);
                                           over = true;
                                         })
                                 .or_throw();
  EXPECT_EQ(children.list().or_throw().front().name, "idler");
  child.stop().or_throw();
  EXPECT_TRUE(eventually([&] { return count() == 0; }));
  EXPECT_TRUE(over);
  EXPECT_THAT(child.stop(), Refuses(LODGE_STALE, "lodge.child/1 stop"));
}

TEST_F(ChildrenOfNode, threads_end_with_the_instance) {
  std::atomic<bool> over{false};
  children
      .thread("idler",
              [&over](std::stop_token stop) {
                idle(stop);
                over = true;
              })
      .or_throw();
  node.stop_all();
  EXPECT_TRUE(over);
}

TEST_F(ChildrenOfNode, a_thread_that_throws_is_started_again) {
  children
      .thread("faulty",
              [this](std::stop_token stop) {
                if (++starts == 1) throw lodge::Failure(LODGE_UNAVAILABLE, "no line");
                idle(stop);
              })
      .or_throw();
  EXPECT_TRUE(eventually([&] { return starts == 2; }));
  EXPECT_TRUE(eventually([&] { return last_end() == "no line"; }));
  EXPECT_TRUE(eventually([&] { return children.list().or_throw().front().restarts == 1; }));
}

TEST_F(ChildrenOfNode, a_transient_thread_that_returns_is_over) {
  children.thread("once", [this](std::stop_token) { ++starts; }, {.restart = lodge::Restart::transient}).or_throw();
  EXPECT_TRUE(eventually([&] { return starts == 1 && count() == 0; }));
  EXPECT_EQ(starts, 1);
}

TEST_F(ChildrenOfNode, a_thread_may_stop_itself) {
  std::optional<lodge::Child> child;
  std::atomic<bool> known{false};
  child = children
              .thread("self",
                      [&](std::stop_token stop) {
                        known.wait(false);
                        child->stop().or_throw();
                        idle(stop);
                      })
              .or_throw();
  known = true;
  known.notify_all();
  EXPECT_TRUE(eventually([&] { return count() == 0; }));
}

TEST_F(ChildrenOfNode, of_two_functions_say_by_their_run_that_they_ended) {
  std::optional<lodge::Run> last;
  children
      .start(
          "pair",
          [&](lodge::Run run) {
            last = run;
            ++starts;
          },
          [&] { ++stops; })
      .or_throw();
  const lodge::Run first = *last;
  first.exit(LODGE_INTERNAL, "gone").or_throw();
  EXPECT_TRUE(eventually([&] { return starts == 2; }));
  EXPECT_EQ(stops, 1);
  EXPECT_THAT(first.exit(), Refuses(LODGE_STALE, "lodge.child/1 exit"));
}

TEST_F(ChildrenOfNode, what_a_start_throws_is_the_answer) {
  const auto tried = children.start(
      "bad", [](lodge::Run) { throw lodge::Failure(LODGE_UNAVAILABLE, "the port is taken"); }, [] {});
  EXPECT_THAT(tried, Fails(LODGE_UNAVAILABLE, "the port is taken"));
  const auto thrown = children.start(
      "bad", [](lodge::Run) { throw std::runtime_error("oops"); }, [] {});
  EXPECT_THAT(thrown, Fails(LODGE_INTERNAL, "oops"));
  EXPECT_EQ(count(), 0U);
}

TEST_F(ChildrenOfNode, what_they_hold_is_freed_when_they_are_over) {
  auto held = std::make_shared<int>(7);
  const std::weak_ptr<int> seen = held;
  const lodge::Child child = children
                                 .start(
                                     "holder", [held](lodge::Run) {}, [] {}, {.restart = lodge::Restart::temporary})
                                 .or_throw();
  held.reset();
  EXPECT_FALSE(seen.expired());
  child.stop().or_throw();
  EXPECT_TRUE(eventually([&] { return seen.expired(); }));
}

TEST_F(ChildrenOfNode, are_started_with_their_unique_name_or_not_at_all) {
  const auto nothing = [](lodge::Run) {};
  const lodge::ChildOptions named{.unique_name = "leader"};
  children
      .start(
          "first", nothing, [] {}, named)
      .or_throw();
  EXPECT_EQ(host.names().whereis<lodge::Any>("leader").or_throw().owner, "s/first");
  EXPECT_THAT(children.start(
                  "second", nothing, [] {}, named),
              Fails(LODGE_ALREADY_EXISTS, "the name leader is held by s/first"));
}

TEST_F(ChildrenOfNode, refuse_an_impossible_intensity) {
  EXPECT_THAT(children.supervise(lodge::Strategy::one_for_one, 20'000),
              Refuses(LODGE_INVALID_ARGUMENT, "lodge.child/1 supervise"));
  EXPECT_TRUE(children.supervise(lodge::Strategy::one_for_all, 5, 1'000'000'000).ok());
}

}  // namespace
