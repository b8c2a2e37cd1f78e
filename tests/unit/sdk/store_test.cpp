// lodge::Store over a real service's store.
#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include "sdk/lent_host.hpp"

namespace {

using lodge::rig::eventually;
using ::testing::ElementsAre;

struct StoreOfNode : LentHost {
  lodge::Host host = start("s");
  lodge::Store store = host.store();
};

/// Runs `work(i)` on four threads.
template <typename Work>
void on_threads(const Work& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& each : threads) each.join();
}

TEST_F(StoreOfNode, keeps_typed_values) {
  using Counts = std::map<std::string, std::vector<int>>;
  const Counts counts{{"a", {1, 2}}, {"b", {}}};
  store.put("k", counts).or_throw();
  EXPECT_EQ(store.get<Counts>("k").or_throw(), counts);
  EXPECT_THAT(store.get<int>("k"), Fails(LODGE_INVALID_ARGUMENT, "the value of k: expected int, got map"));
  EXPECT_THAT(store.get<int>("none"), Refuses(LODGE_NOT_FOUND, "lodge.store/1 get none"));
}

TEST_F(StoreOfNode, keeps_values_larger_than_a_buffers_inside) {
  const std::string large(100'000, 'x');
  store.put("k", large).or_throw();
  EXPECT_EQ(store.get<std::string>("k").or_throw(), large);
}

TEST_F(StoreOfNode, is_the_services_own) {
  store.put("k", 1).or_throw();
  EXPECT_FALSE(start("t").store().get<int>("k"));
}

TEST_F(StoreOfNode, an_error_thrown_answers_the_caller) {
  store.put("k", "v").or_throw();
  EXPECT_EQ(host.call<std::string>("s", "fetch", "k").or_throw(), "v");
  EXPECT_THAT(host.call<std::string>("s", "fetch", "none"), Refuses(LODGE_NOT_FOUND, "lodge.store/1 get none"));
}

TEST_F(StoreOfNode, puts_new_entries_once) {
  store.put_new("k", 1).or_throw();
  EXPECT_THAT(store.put_new("k", 2), Refuses(LODGE_ALREADY_EXISTS, "lodge.store/1 put_new k"));
  EXPECT_EQ(store.get<int>("k").or_throw(), 1);
}

TEST_F(StoreOfNode, removes_what_is_there) {
  store.put("k", 1).or_throw();
  store.remove("k").or_throw();
  EXPECT_THAT(store.remove("k"), Refuses(LODGE_NOT_FOUND, "lodge.store/1 remove k"));
}

TEST_F(StoreOfNode, of_many_takers_one_gets_it) {
  store.put("k", 7).or_throw();
  std::atomic<int> got{0};
  on_threads([&](int) {
    const auto taken = store.take<int>("k");
    if (taken) got += *taken;
  });
  EXPECT_EQ(got, 7);
  EXPECT_THAT(store.take<int>("k"), Refuses(LODGE_NOT_FOUND, "lodge.store/1 take k"));
}

TEST_F(StoreOfNode, compares_before_it_puts) {
  const auto conflict = Refuses(LODGE_ABORTED, "lodge.store/1 compare_and_put k");
  store.compare_and_put<int>("k", std::nullopt, 1).or_throw();
  EXPECT_THAT(store.compare_and_put<int>("k", std::nullopt, 2), conflict);
  EXPECT_THAT(store.compare_and_put<int>("k", 2, 3), conflict);
  store.compare_and_put<int>("k", 1, 2).or_throw();
  EXPECT_EQ(store.get<int>("k").or_throw(), 2);
}

TEST_F(StoreOfNode, increments_integers_alone) {
  EXPECT_EQ(store.increment("n").or_throw(), 1);
  EXPECT_EQ(store.increment("n", -3).or_throw(), -2);
  store.put("text", "1").or_throw();
  store.put("most", INT64_MAX).or_throw();
  EXPECT_EQ(store.increment("text").error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(store.increment("most").error().code, LODGE_OUT_OF_RANGE);
  EXPECT_EQ(store.get<std::int64_t>("most").or_throw(), INT64_MAX);
}

TEST_F(StoreOfNode, appends_bytes_to_what_is_there) {
  EXPECT_EQ(store.append("log", std::vector<std::uint8_t>{1, 2}).or_throw(), 2U);
  EXPECT_EQ(store.append("log", std::vector<std::uint8_t>{3}).or_throw(), 3U);
  EXPECT_THAT(store.get_bytes("log").or_throw(), ElementsAre(1, 2, 3));
  EXPECT_THAT(store.get_bytes("none"), Refuses(LODGE_NOT_FOUND, "lodge.store/1 get none"));
  EXPECT_EQ(store.append("", std::vector<std::uint8_t>{1}).error().code, LODGE_INVALID_ARGUMENT);
}

TEST_F(StoreOfNode, updates_lose_nothing_between_threads) {
  on_threads([&](int) {
    for (int i = 0; i < 200; ++i) {
      store.update<int>("n", [](std::optional<int> present) { return present.value_or(0) + 1; }).or_throw();
    }
  });
  EXPECT_EQ(store.get<int>("n").or_throw(), 800);
}

TEST_F(StoreOfNode, an_update_that_refuses_or_throws_changes_nothing) {
  store.put("k", 1).or_throw();
  const auto refuse = [](std::optional<int>) -> lodge::Result<int> { return lodge::Error{LODGE_ABORTED, "enough"}; };
  const auto fail = [](std::optional<int>) -> int { throw std::runtime_error("broken"); };
  EXPECT_THAT(store.update<int>("k", refuse), Fails(LODGE_ABORTED, "enough"));
  EXPECT_THROW(static_cast<void>(store.update<int>("k", fail)), std::runtime_error);
  EXPECT_THAT(store.update<std::string>("k", [](std::optional<std::string>) { return std::string(); }),
              Fails(LODGE_INVALID_ARGUMENT, "the value of k: expected str, got int"));
  EXPECT_EQ(store.get<int>("k").or_throw(), 1);
}

TEST_F(StoreOfNode, scans_what_begins_so_each_once) {
  std::multiset<std::string> expected;
  for (int i = 0; i < 3'000; ++i) {
    store.put("a" + std::to_string(i), i).or_throw();
    store.put("b" + std::to_string(i), i).or_throw();
    expected.insert("a" + std::to_string(i));
  }
  std::multiset<std::string> seen;
  store.scan("a", [&](std::string_view key, lodge::AnyView) { seen.emplace(key); }).or_throw();
  EXPECT_EQ(seen, expected);
}

TEST_F(StoreOfNode, a_scan_ends_where_it_is_told_to_or_thrown_at) {
  for (int i = 0; i < 10; ++i) store.put("k" + std::to_string(i), i).or_throw();
  int seen = 0;
  store.scan("", [&seen](std::string_view, lodge::AnyView) { return ++seen < 3; }).or_throw();
  EXPECT_EQ(seen, 3);
  const auto fail = [&seen](std::string_view, lodge::AnyView) {
    ++seen;
    throw std::runtime_error("broken");
  };
  EXPECT_THROW(static_cast<void>(store.scan("", fail)), std::runtime_error);
  EXPECT_EQ(seen, 4);
}

TEST_F(StoreOfNode, a_visitor_may_change_the_store) {
  for (int i = 0; i < 10; ++i) store.put("k" + std::to_string(i), i).or_throw();
  store.scan("k", [this](std::string_view key, lodge::AnyView) { store.remove(key).or_throw(); }).or_throw();
  EXPECT_EQ(store.size().or_throw().entries, 0U);
}

TEST_F(StoreOfNode, entries_go_after_their_time) {
  store.put("brief", 1, 1).or_throw();
  store.put_new("new", 1, 1).or_throw();
  store.put("long", 1, 3'600'000).or_throw();
  EXPECT_TRUE(eventually([&] { return !store.get<int>("brief") && !store.get<int>("new"); }));
  EXPECT_EQ(store.get<int>("brief").error().code, LODGE_NOT_FOUND);
  EXPECT_EQ(store.get<int>("long").or_throw(), 1);
}

TEST_F(StoreOfNode, a_full_store_refuses_and_keeps_what_it_has) {
  const lodge::Store small = start("small", 1'000).store();
  small.put("k", std::string(500, 'x')).or_throw();
  const std::uint64_t used = small.size().or_throw().bytes;
  EXPECT_GE(used, 501U);
  EXPECT_LE(used, 1'000U);
  const std::string full =
      ": the store is full; remove entries, give them a time to live, or raise store_bytes_max of the service";
  const std::string large(500, 'y');
  EXPECT_THAT(small.put("l", large), Fails(LODGE_RESOURCE_EXHAUSTED, "lodge.store/1 put l" + full));
  EXPECT_THAT(small.append("k", std::vector<std::uint8_t>(500)),
              Fails(LODGE_RESOURCE_EXHAUSTED, "lodge.store/1 append k" + full));
  EXPECT_THAT(small.compare_and_put("l", std::optional<std::string>(), large),
              Fails(LODGE_RESOURCE_EXHAUSTED, "lodge.store/1 compare_and_put l" + full));
  EXPECT_THAT(small.update<std::string>("k", [](const auto&) { return std::string(1'000, 'z'); }),
              Fails(LODGE_RESOURCE_EXHAUSTED, "lodge.store/1 update k" + full));
  EXPECT_EQ(small.size().or_throw().entries, 1U);
  EXPECT_EQ(small.size().or_throw().bytes, used);
  EXPECT_EQ(small.get<std::string>("k").or_throw(), std::string(500, 'x'));
}

TEST_F(StoreOfNode, an_error_tells_operation_and_key_and_what_to_do) {
  EXPECT_THAT(store.get<int>("none"),
              Fails(LODGE_NOT_FOUND,
                    "lodge.store/1 get none: the service's store has no such key; put it first, or take "
                    "this for an absent value"));
  EXPECT_THAT(store.remove(std::string("a\n\x7f", 3)), Refuses(LODGE_NOT_FOUND, "lodge.store/1 remove a\\x0a\\x7f"));
  EXPECT_THAT(store.remove(std::string(64, 'k')),
              Refuses(LODGE_NOT_FOUND, "lodge.store/1 remove " + std::string(64, 'k')));
  EXPECT_THAT(store.remove(std::string(2'000, 'k')),
              Refuses(LODGE_INVALID_ARGUMENT, "lodge.store/1 remove " + std::string(64, 'k') + "..."));
  EXPECT_THAT(store.remove(std::string(63, 'k') + "\u00e4"),
              Refuses(LODGE_NOT_FOUND, "lodge.store/1 remove " + std::string(63, 'k') + "..."));
  store.put(std::string(100, 'k'), "text").or_throw();
  EXPECT_THAT(store.get<int>(std::string(100, 'k')),
              Fails(LODGE_INVALID_ARGUMENT, "the value of " + std::string(64, 'k') + "...: expected int, got str"));
}

TEST_F(StoreOfNode, refuses_keys_that_cannot_be) {
  EXPECT_EQ(store.put("", 1).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(store.put(std::string(1'025, 'k'), 1).error().code, LODGE_INVALID_ARGUMENT);
  store.put(std::string(1'024, 'k'), 1).or_throw();
}

TEST_F(StoreOfNode, a_watch_tells_of_one_key_or_of_all_that_begin_so) {
  Told of_key;
  Told of_prefix;
  const lodge::Watch key = store.watch("a1", of_key.listener()).or_throw();
  const lodge::Watch prefix = store.watch("a", of_prefix.listener(), lodge::WatchMode::prefix).or_throw();
  store.put("a1", 1).or_throw();
  store.put("a2", 2).or_throw();
  store.put("b", 3).or_throw();
  store.remove("a1").or_throw();
  EXPECT_THAT(of_prefix.first(3), ElementsAre("a1=1", "a2=2", "a1 gone"));
  EXPECT_THAT(of_key.first(2), ElementsAre("a1=1", "a1 gone"));
}

TEST_F(StoreOfNode, a_watch_that_was_dropped_tells_nothing) {
  Told ended;
  Told going_on;
  lodge::Watch first = store.watch("k", ended.listener()).or_throw();
  const lodge::Watch second = store.watch("k", going_on.listener()).or_throw();
  store.put("k", 1).or_throw();
  EXPECT_THAT(ended.first(1), ElementsAre("k=1"));
  first.end();
  store.put("k", 2).or_throw();
  EXPECT_THAT(going_on.first(2), ElementsAre("k=1", "k=2"));
  EXPECT_THAT(ended.changes(), ElementsAre("k=1"));
}

TEST_F(StoreOfNode, a_watch_may_end_itself) {
  std::atomic<bool> begun{false};
  std::atomic<int> told{0};
  lodge::Watch watch;
  watch = store
              .watch("k",
                     [&](const lodge::Change&) {
                       EXPECT_TRUE(eventually([&] { return begun.load(); }));
                       watch.end();
                       ++told;
                     })
              .or_throw();
  begun = true;
  Told after;
  const lodge::Watch other = store.watch("k", after.listener()).or_throw();
  store.put("k", 1).or_throw();
  EXPECT_TRUE(eventually([&] { return told == 1; }));
  store.put("k", 2).or_throw();
  EXPECT_THAT(after.first(2), ElementsAre("k=1", "k=2"));
  EXPECT_EQ(told, 1);
}

TEST_F(StoreOfNode, a_watcher_that_is_too_slow_is_told_that_it_missed_changes) {
  std::latch let_go(1);
  std::atomic<bool> inside{false};
  Told told;
  const auto watch = store.watch("k", [&, note = told.listener()](const lodge::Change& change) {
    inside = true;
    let_go.wait();
    note(change);
  });
  ASSERT_TRUE(watch);
  store.put("k", 0).or_throw();
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  for (int i = 1; i <= 3'000; ++i) store.put("k", i).or_throw();
  let_go.count_down();
  EXPECT_TRUE(eventually([&] {
    const auto changes = told.changes();
    return std::find(changes.begin(), changes.end(), "lost") != changes.end();
  }));
}

TEST_F(StoreOfNode, refuses_a_watch_of_no_key) {
  EXPECT_THAT(store.watch("", [](const lodge::Change&) {}), Refuses(LODGE_INVALID_ARGUMENT, "lodge.store/1 watch"));
}

TEST_F(StoreOfNode, is_stale_once_the_instance_is_gone) {
  const lodge::Watch watch = store.watch("k", [](const lodge::Change&) {}).or_throw();
  node.stop_all();
  EXPECT_THAT(store.put("k", 1), Refuses(LODGE_STALE, "lodge.store/1 put k"));
  EXPECT_EQ(store.get<int>("k").error().code, LODGE_STALE);
  EXPECT_EQ(store.take<int>("k").error().code, LODGE_STALE);
  EXPECT_EQ(store.remove("k").error().code, LODGE_STALE);
  EXPECT_EQ(store.increment("k").error().code, LODGE_STALE);
  EXPECT_EQ(store.size().error().code, LODGE_STALE);
  EXPECT_EQ(store.scan("", [](std::string_view, lodge::AnyView) {}).error().code, LODGE_STALE);
  EXPECT_EQ(store.watch("k", [](const lodge::Change&) {}).error().code, LODGE_STALE);
}

}  // namespace
