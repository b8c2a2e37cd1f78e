#include "base/value_table.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/packed_int.hpp"
#include "base/writer.hpp"
#include "rig/manual_executor.hpp"

namespace lodge {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::int64_t ms = 1'000'000;

struct ValueTableTest : testing::Test {
  Code put(std::string_view key, std::string_view value, std::uint64_t ttl_ms = 0) {
    return table.put(view_of(key), view_of(value), ttl_ms);
  }
  std::string get(std::string_view key) {
    Writer out;
    const Code code = table.get(view_of(key), out);
    return code == Code::OK ? std::string(text_of(out.view())) : std::string(code_name(code));
  }
  std::map<std::string, std::string> scan(std::string_view prefix) {
    std::map<std::string, std::string> seen;
    table.scan(view_of(prefix),
               [&](ByteView key, ByteView value) { return seen.emplace(text_of(key), text_of(value)).second; });
    return seen;
  }
  static std::uint64_t cost(std::string_view key, std::string_view value) {
    return key.size() + value.size() + ValueTable::entry_overhead;
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  ValueTable table{clock, executor, HashSeed{1}, {16, 100, 1000, 10}};
};

TEST_F(ValueTableTest, gives_back_what_was_put) {
  EXPECT_EQ(put("a", "1"), Code::OK);
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(put("a", ""), Code::OK);
  EXPECT_EQ(get("a"), "");
  EXPECT_EQ(get("b"), "NOT_FOUND");
}

TEST_F(ValueTableTest, appends_to_what_the_writer_holds) {
  EXPECT_EQ(put("a", "1"), Code::OK);
  Writer out;
  EXPECT_EQ(table.get(view_of("a"), out), Code::OK);
  EXPECT_EQ(table.get(view_of("a"), out), Code::OK);
  EXPECT_EQ(text_of(out.view()), "11");
}

TEST_F(ValueTableTest, a_writer_without_room_gets_nothing_and_takes_nothing) {
  EXPECT_EQ(put("a", "12345"), Code::OK);
  Writer small(3);
  EXPECT_EQ(table.get(view_of("a"), small), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(table.take(view_of("a"), small), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(small.size, 0U);
  EXPECT_EQ(get("a"), "12345");
}

TEST_F(ValueTableTest, refuses_impossible_keys_and_values) {
  const std::string long_key(17, 'k');
  const std::string long_value(101, 'v');
  Writer out;
  EXPECT_EQ(put("", "1"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(put(long_key, "1"), Code::INVALID_ARGUMENT);
  EXPECT_EQ(put("a", long_value), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.put_new(view_of("a"), view_of(long_value)), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.get(view_of(long_key), out), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.remove({}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.take({}, out), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.increment({}, 1, nullptr), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.append({}, view_of("x"), nullptr), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.compare_and_put(view_of("a"), nullptr, view_of(long_value)), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.update({}, [](auto, auto&) { return Code::OK; }), Code::INVALID_ARGUMENT);
  EXPECT_EQ(table.entries(), 0U);
}

TEST_F(ValueTableTest, put_new_keeps_what_is_there) {
  EXPECT_EQ(table.put_new(view_of("a"), view_of("1")), Code::OK);
  EXPECT_EQ(table.put_new(view_of("a"), view_of("2")), Code::ALREADY_EXISTS);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(ValueTableTest, removes_once) {
  EXPECT_EQ(put("a", "1"), Code::OK);
  EXPECT_EQ(table.remove(view_of("a")), Code::OK);
  EXPECT_EQ(table.remove(view_of("a")), Code::NOT_FOUND);
}

TEST_F(ValueTableTest, takes_once) {
  EXPECT_EQ(put("a", "1"), Code::OK);
  Writer out;
  EXPECT_EQ(table.take(view_of("a"), out), Code::OK);
  EXPECT_EQ(text_of(out.view()), "1");
  EXPECT_EQ(table.take(view_of("a"), out), Code::NOT_FOUND);
  EXPECT_EQ(text_of(out.view()), "1");
}

TEST_F(ValueTableTest, compares_before_it_puts) {
  const ByteView one = view_of("1");
  EXPECT_EQ(table.compare_and_put(view_of("a"), &one, view_of("2")), Code::ABORTED);
  EXPECT_EQ(table.compare_and_put(view_of("a"), nullptr, view_of("1")), Code::OK);
  EXPECT_EQ(table.compare_and_put(view_of("a"), nullptr, view_of("3")), Code::ABORTED);
  EXPECT_EQ(table.compare_and_put(view_of("a"), &one, view_of("2")), Code::OK);
  EXPECT_EQ(table.compare_and_put(view_of("a"), &one, view_of("3")), Code::ABORTED);
  EXPECT_EQ(get("a"), "2");
}

TEST_F(ValueTableTest, counts) {
  std::int64_t sum = 0;
  EXPECT_EQ(table.increment(view_of("n"), 5, &sum), Code::OK);
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(table.increment(view_of("n"), -300, nullptr), Code::OK);
  EXPECT_EQ(table.increment(view_of("n"), 0, &sum), Code::OK);
  EXPECT_EQ(sum, -295);
  EXPECT_EQ(get("n"), std::string(text_of(PackedInt(-295).view())));
}

TEST_F(ValueTableTest, does_not_count_beyond_int64_nor_on_other_values) {
  std::int64_t sum = 7;
  EXPECT_EQ(table.increment(view_of("n"), INT64_MAX, nullptr), Code::OK);
  EXPECT_EQ(table.increment(view_of("n"), 1, &sum), Code::OUT_OF_RANGE);
  EXPECT_EQ(put("t", "text"), Code::OK);
  EXPECT_EQ(table.increment(view_of("t"), 1, &sum), Code::INVALID_ARGUMENT);
  EXPECT_EQ(get("t"), "text");
  EXPECT_EQ(sum, 7);
  EXPECT_EQ(table.increment(view_of("n"), -1, &sum), Code::OK);
  EXPECT_EQ(sum, INT64_MAX - 1);
}

TEST_F(ValueTableTest, appends_bytes) {
  std::size_t size = 0;
  EXPECT_EQ(table.append(view_of("a"), view_of("xy"), &size), Code::OK);
  EXPECT_EQ(size, 2U);
  EXPECT_EQ(table.append(view_of("a"), view_of("z"), nullptr), Code::OK);
  EXPECT_EQ(get("a"), "xyz");
  EXPECT_EQ(table.append(view_of("a"), view_of(std::string(98, '.')), &size), Code::INVALID_ARGUMENT);
  EXPECT_EQ(get("a"), "xyz");
}

TEST_F(ValueTableTest, updates_what_is_there_and_what_is_not) {
  const auto twice = [](const ByteView* present, lodge_writer& out) {
    const std::string before(present == nullptr ? "x" : text_of(*present));
    return append(out, view_of(before + before)) ? Code::OK : Code::RESOURCE_EXHAUSTED;
  };
  EXPECT_EQ(table.update(view_of("a"), twice), Code::OK);
  EXPECT_EQ(table.update(view_of("a"), twice), Code::OK);
  EXPECT_EQ(get("a"), "xxxx");
}

TEST_F(ValueTableTest, an_update_that_refuses_changes_nothing) {
  EXPECT_EQ(put("a", "1"), Code::OK);
  EXPECT_EQ(table.update(view_of("a"),
                         [](auto, lodge_writer& out) {
                           EXPECT_TRUE(append(out, view_of("2")));
                           return Code::PERMISSION_DENIED;
                         }),
            Code::PERMISSION_DENIED);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(ValueTableTest, an_update_that_always_loses_gives_up) {
  int runs = 0;
  EXPECT_EQ(table.update(view_of("a"),
                         [&](auto, lodge_writer&) {
                           ++runs;
                           return put("a", std::to_string(runs));
                         }),
            Code::ABORTED);
  EXPECT_EQ(runs, ValueTable::races_max);
}

TEST_F(ValueTableTest, scans_by_prefix) {
  for (const auto* key : {"a1", "a2", "b1", "a"}) EXPECT_EQ(put(key, key), Code::OK);
  EXPECT_THAT(scan("a"), ElementsAre(Pair("a", "a"), Pair("a1", "a1"), Pair("a2", "a2")));
  EXPECT_EQ(scan("").size(), 4U);
  EXPECT_TRUE(scan("c").empty());
}

TEST_F(ValueTableTest, a_visitor_can_stop_and_change_the_table) {
  for (const auto* key : {"a", "b", "c"}) EXPECT_EQ(put(key, "1"), Code::OK);
  int seen = 0;
  table.scan({}, [&](ByteView key, ByteView) {
    EXPECT_EQ(table.remove(key), Code::OK);
    return ++seen < 2;
  });
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(table.entries(), 1U);
}

TEST_F(ValueTableTest, counts_keys_values_and_bookkeeping) {
  EXPECT_EQ(put("a", "12"), Code::OK);
  EXPECT_EQ(put("bb", "1"), Code::OK);
  EXPECT_EQ(table.entries(), 2U);
  EXPECT_EQ(table.bytes(), cost("a", "12") + cost("bb", "1"));
  EXPECT_EQ(put("a", "1"), Code::OK);
  EXPECT_EQ(table.bytes(), cost("a", "1") + cost("bb", "1"));
  EXPECT_EQ(table.remove(view_of("bb")), Code::OK);
  EXPECT_EQ(table.bytes(), cost("a", "1"));
}

TEST_F(ValueTableTest, holds_the_quota_to_the_byte) {
  std::string last;
  std::uint64_t used = 0;
  for (int i = 0; used + cost("k0", std::string(80, 'v')) <= 1000; ++i) {
    last = "k" + std::to_string(i);
    EXPECT_EQ(put(last, std::string(80, 'v')), Code::OK);
    used += cost(last, std::string(80, 'v'));
  }
  const std::size_t left = 1000 - used - cost("x", "");
  EXPECT_EQ(put("x", std::string(left + 1, 'v')), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(table.bytes(), used);
  EXPECT_EQ(put("x", std::string(left, 'v')), Code::OK);
  EXPECT_EQ(table.bytes(), 1000U);
  EXPECT_EQ(table.append(view_of("x"), view_of("1"), nullptr), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(get("x"), std::string(left, 'v'));
  EXPECT_EQ(table.remove(view_of(last)), Code::OK);
  EXPECT_EQ(table.append(view_of("x"), view_of("1"), nullptr), Code::OK);
}

TEST_F(ValueTableTest, holds_the_limit_of_entries) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(put(std::to_string(i), "1"), Code::OK);
  EXPECT_EQ(put("x", "1"), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(put("1", "2"), Code::OK);
}

TEST_F(ValueTableTest, what_has_expired_is_gone_at_once) {
  EXPECT_EQ(put("a", "1", 10), Code::OK);
  clock.advance(10 * ms - 1);
  EXPECT_EQ(get("a"), "1");
  clock.advance(1);
  Writer out;
  EXPECT_EQ(get("a"), "NOT_FOUND");
  EXPECT_TRUE(scan("").empty());
  EXPECT_EQ(table.take(view_of("a"), out), Code::NOT_FOUND);
  EXPECT_EQ(table.remove(view_of("a")), Code::NOT_FOUND);
  EXPECT_EQ(table.entries(), 0U);
  EXPECT_EQ(table.bytes(), 0U);
}

TEST_F(ValueTableTest, an_expired_entry_makes_way) {
  EXPECT_EQ(put("a", "1", 10), Code::OK);
  EXPECT_EQ(put("n", "\x05", 10), Code::OK);
  clock.advance(10 * ms);
  EXPECT_EQ(table.put_new(view_of("a"), view_of("2")), Code::OK);
  EXPECT_EQ(get("a"), "2");
  std::int64_t sum = 0;
  EXPECT_EQ(table.increment(view_of("n"), 1, &sum), Code::OK);
  EXPECT_EQ(sum, 1);
  clock.advance(1000 * ms);
  EXPECT_EQ(get("a"), "2");
}

TEST_F(ValueTableTest, changes_keep_the_time_to_live_but_put_replaces_it) {
  const ByteView one = view_of("\x01");
  for (const auto* key : {"cas", "inc", "app", "upd", "put"}) EXPECT_EQ(put(key, "\x01", 10), Code::OK);
  EXPECT_EQ(table.compare_and_put(view_of("cas"), &one, view_of("2")), Code::OK);
  EXPECT_EQ(table.increment(view_of("inc"), 1, nullptr), Code::OK);
  EXPECT_EQ(table.append(view_of("app"), view_of("2"), nullptr), Code::OK);
  EXPECT_EQ(table.update(view_of("upd"), [](auto, auto&) { return Code::OK; }), Code::OK);
  EXPECT_EQ(put("put", "2"), Code::OK);
  clock.advance(10 * ms);
  EXPECT_THAT(scan(""), ElementsAre(Pair("put", "2")));
}

TEST_F(ValueTableTest, a_time_to_live_beyond_all_time_is_for_ever) {
  EXPECT_EQ(put("a", "1", UINT64_MAX), Code::OK);
  clock.advance(std::int64_t{1} << 60);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(ValueTableTest, what_has_expired_does_not_count_against_the_quota) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(put(std::to_string(i), std::string(100, 'v'), 10), Code::OK);
  EXPECT_EQ(put("x", std::string(100, 'v'), 20), Code::OK);
  EXPECT_EQ(put("y", std::string(50, 'v')), Code::RESOURCE_EXHAUSTED);
  clock.advance(10 * ms);
  EXPECT_EQ(put("y", std::string(50, 'v')), Code::OK);
  EXPECT_EQ(table.bytes(), cost("x", std::string(100, 'v')) + cost("y", std::string(50, 'v')));
}

TEST_F(ValueTableTest, watchers_hear_of_changes_and_expiry) {
  std::vector<std::string> told;
  const lodge_handle watch = table.watches().add(view_of("a"), false, 1, [&](const lodge_watch_event& event) {
    told.push_back(std::to_string(event.what) + std::string(text_of(event.value)));
  });
  EXPECT_EQ(put("a", "x"), Code::OK);
  EXPECT_EQ(put("b", "x"), Code::OK);
  EXPECT_EQ(table.append(view_of("a"), view_of("y"), nullptr), Code::OK);
  EXPECT_EQ(table.put_new(view_of("a"), view_of("no")), Code::ALREADY_EXISTS);
  EXPECT_EQ(table.remove(view_of("a")), Code::OK);
  EXPECT_EQ(put("a", "z", 10), Code::OK);
  clock.advance(10 * ms);
  table.sweep();
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1x", "1xy", "2", "1z", "2"));
  EXPECT_EQ(table.watches().remove(watch, 1), Code::OK);
}

struct LargeValueTable : testing::Test {
  ManualClock clock;
  rig::ManualExecutor executor;
  ValueTable table{clock, executor, HashSeed{1}, {64, 1000}};
};

TEST_F(LargeValueTable, sweeps_a_large_table_in_steps) {
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) EXPECT_EQ(table.put(view_of(std::to_string(i)), {}, 10), Code::OK);
  EXPECT_EQ(table.put(view_of("stays"), {}), Code::OK);
  clock.advance(10 * ms);
  table.sweep();
  EXPECT_GT(table.bytes(), count / 2 * ValueTable::entry_overhead);
  for (int i = 0; i < 40 && table.entries() > 1; ++i) table.sweep();
  EXPECT_EQ(table.entries(), 1U);
}

TEST_F(LargeValueTable, writers_clear_away_what_has_expired_nearby) {
  for (int i = 0; i < 250; ++i) EXPECT_EQ(table.put(view_of("old" + std::to_string(i)), {}, 10), Code::OK);
  int gone = 0;
  const lodge_handle watch = table.watches().add(
      {}, true, 1, [&](const lodge_watch_event& event) { gone += event.what == LODGE_WATCH_GONE ? 1 : 0; });
  clock.advance(10 * ms);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(table.put(view_of("one"), {}), Code::OK);
  executor.run_all();
  EXPECT_EQ(gone, 250);
  EXPECT_EQ(table.watches().remove(watch, 1), Code::OK);
}

TEST_F(LargeValueTable, increments_on_many_threads_add_up) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) EXPECT_EQ(table.increment(view_of("n"), 1, nullptr), Code::OK);
    });
  }
  for (auto& each : threads) each.join();
  std::int64_t sum = 0;
  EXPECT_EQ(table.increment(view_of("n"), 0, &sum), Code::OK);
  EXPECT_EQ(sum, 20'000);
}

TEST_F(LargeValueTable, updates_on_many_threads_add_up) {
  const auto plus_one = [](const ByteView* present, lodge_writer& out) {
    const std::int64_t before = present == nullptr ? 0 : unpack_int(*present).value_or(0);
    return append(out, PackedInt(before + 1).view()) ? Code::OK : Code::RESOURCE_EXHAUSTED;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        while (table.update(view_of("n"), plus_one) == Code::ABORTED) {
        }
      }
    });
  }
  for (auto& each : threads) each.join();
  Writer out;
  EXPECT_EQ(table.get(view_of("n"), out), Code::OK);
  EXPECT_EQ(unpack_int(out.view()), 4000);
}

TEST_F(LargeValueTable, of_many_takers_one_gets_it) {
  constexpr int rounds = 500;
  for (int i = 0; i < rounds; ++i) EXPECT_EQ(table.put(view_of("k" + std::to_string(i)), view_of("v")), Code::OK);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Writer out;
      for (int i = 0; i < rounds; ++i) {
        if (table.take(view_of("k" + std::to_string(i)), out) == Code::OK) ++taken;
      }
    });
  }
  for (auto& each : threads) each.join();
  EXPECT_EQ(taken, rounds);
  EXPECT_EQ(table.bytes(), 0U);
}

TEST(ValueTable, writers_on_many_threads_never_exceed_the_quota) {
  ManualClock clock;
  rig::ManualExecutor executor;
  constexpr std::uint64_t quota = 50 * (ValueTable::entry_overhead + 10);
  ValueTable table(clock, executor, HashSeed{1}, {64, 1000, quota});
  std::atomic<bool> ending{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        const std::string key = std::to_string(t) + std::to_string(i % 40);
        const Code code = table.put(view_of(key), view_of(std::string(static_cast<std::size_t>(i % 20), 'v')));
        EXPECT_TRUE(code == Code::OK || code == Code::RESOURCE_EXHAUSTED);
        if (i % 3 == 0) static_cast<void>(table.remove(view_of(key)));
      }
      ending = true;
    });
  }
  while (!ending) EXPECT_LE(table.bytes(), quota);
  for (auto& each : threads) each.join();
  std::uint64_t counted = 0;
  table.scan({}, [&](ByteView key, ByteView value) {
    counted += key.size() + value.size() + ValueTable::entry_overhead;
    return true;
  });
  EXPECT_EQ(table.bytes(), counted);
}

}  // namespace
}  // namespace lodge
