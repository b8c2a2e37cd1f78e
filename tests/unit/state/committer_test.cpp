#include "state/committer.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <future>

#include "failing_disk.hpp"
#include "state_directory.hpp"

namespace lodge::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

/// Puts one entry; its end is a future.
class Put final : public Change {
 public:
  Put(Table table, std::string key, std::string value)
      : table_(table), key_(std::move(key)), value_(std::move(value)) {}
  void write(WriteTransaction& to) override {
    ++runs;
    transaction = to.id();
    if (meanwhile) meanwhile();
    if (!value_.empty()) to.put(table_, view_of(key_), view_of(value_));
  }
  void settled(const Status& committed) override {
    std::promise<Status> end = std::move(end_);
    end.set_value(committed);  // who waits may take this change away now
  }

  /// Waits for the end.
  Status outcome() { return future_.get(); }

  std::function<void()> meanwhile;
  int runs = 0;
  std::uint64_t transaction = 0;

 private:
  const Table table_;
  const std::string key_;
  const std::string value_;
  std::promise<Status> end_;
  std::future<Status> future_ = end_.get_future();
};

class Committer : public test::StateDirectory {
 protected:
  void start(std::uint64_t bytes_max = std::uint64_t{1} << 30) {
    auto environment = open(bytes_max).value();
    table = environment->open_table("t").value();
    committer = std::make_unique<state::Committer>(std::move(environment));
  }
  std::map<std::string, std::string> all() { return StateDirectory::all(committer->environment(), table); }

  Table table;
  std::unique_ptr<state::Committer> committer;
};

TEST_F(Committer, settles_a_change_once_it_is_there) {
  start();
  Put put(table, "a", "1");
  committer->submit(put);
  EXPECT_TRUE(put.outcome());
  EXPECT_THAT(all(), ElementsAre(Pair("a", "1")));
}

/// Submits all of them while the committer is busy with another change, so that they share a transaction.
void submit_together(state::Committer& committer, Table table, const std::vector<Put*>& puts) {
  std::promise<void> begun;
  std::promise<void> go;
  Put first(table, "first", "1");
  bool once = true;
  first.meanwhile = [&] {
    if (!std::exchange(once, false)) return;
    begun.set_value();
    go.get_future().wait();
  };
  committer.submit(first);
  begun.get_future().wait();
  for (Put* each : puts) committer.submit(*each);
  go.set_value();
  EXPECT_TRUE(first.outcome());
}

TEST_F(Committer, commits_together_what_comes_meanwhile) {
  start();
  Put a(table, "a", "1");
  Put b(table, "b", "2");
  Put last(table, "a", "3");
  submit_together(*committer, table, {&a, &b, &last});
  EXPECT_TRUE(a.outcome());
  EXPECT_TRUE(b.outcome());
  EXPECT_TRUE(last.outcome());
  EXPECT_EQ(a.transaction, last.transaction);
  EXPECT_THAT(all(), ElementsAre(Pair("a", "3"), Pair("b", "2"), Pair("first", "1")));
}

TEST_F(Committer, writes_nothing_for_changes_that_write_nothing) {
  start();
  Put nothing(table, "a", "");
  committer->submit(nothing);
  EXPECT_TRUE(nothing.outcome());
  Put put(table, "a", "1");
  committer->submit(put);
  EXPECT_TRUE(put.outcome());
  EXPECT_EQ(put.transaction, nothing.transaction) << "no transaction was used up";
}

TEST_F(Committer, lets_one_that_does_not_fit_cost_no_other) {
  start(std::uint64_t{1} << 20);
  Put before(table, "a", "1");
  Put big(table, "big", std::string(std::size_t{2} << 20, 'x'));
  Put after(table, "b", "2");
  submit_together(*committer, table, {&before, &big, &after});
  EXPECT_TRUE(before.outcome());
  const Status refused = big.outcome();
  EXPECT_TRUE(after.outcome());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(before.runs, 2);
  EXPECT_THAT(all(), ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("first", "1")));
}

TEST_F(Committer, tells_what_failed_last_and_goes_on) {
  start();
  EXPECT_EQ(committer->last_failure(), "");
  Put lost(table, "a", "1");
  {
    const test::FailingSyncs failing;
    committer->submit(lost);
    EXPECT_EQ(lost.outcome().error().code, Code::RESOURCE_EXHAUSTED);
  }
  EXPECT_THAT(committer->last_failure(), HasSubstr(data_file().string()));
  Put put(table, "a", "2");
  committer->submit(put);
  EXPECT_TRUE(put.outcome());
  EXPECT_THAT(all(), ElementsAre(Pair("a", "2")));
}

TEST_F(Committer, goes_on_after_a_meta_page_could_not_be_written) {
  start();
  Put lost(table, "a", "1");
  {
    const test::FailingMetaPages failing;
    committer->submit(lost);
    EXPECT_FALSE(lost.outcome());
  }
  EXPECT_THAT(all(), SizeIs(0));
  Put put(table, "a", "2");
  committer->submit(put);
  EXPECT_TRUE(put.outcome());
  EXPECT_THAT(all(), ElementsAre(Pair("a", "2")));
}

TEST_F(Committer, settles_what_was_submitted_before_it_ends) {
  start();
  std::vector<std::unique_ptr<Put>> puts;
  for (int i = 0; i < 100; ++i) puts.push_back(std::make_unique<Put>(table, std::to_string(i), "x"));
  for (auto& each : puts) committer->submit(*each);
  committer.reset();
  for (auto& each : puts) EXPECT_TRUE(each->outcome());
  const auto again = open().value();
  EXPECT_THAT(StateDirectory::all(*again, again->open_table("t").value()), SizeIs(100));
}

TEST_F(Committer, serves_many_writers_at_once) {
  start();
  constexpr int writers = 8;
  constexpr int each_writes = 50;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < each_writes; ++i) {
        Put put(table, std::to_string(writer) + "/" + std::to_string(i), "x");
        committer->submit(put);
        if (put.outcome()) ++good;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(good, writers * each_writes);
  EXPECT_THAT(all(), SizeIs(writers * each_writes));
}

}  // namespace
}  // namespace lodge::state
