#include "base/concurrent_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace lodge {
namespace {

void put(ConcurrentTable& table, std::string_view key, std::string_view value) {
  const HashedKey hashed = table.hashed(view_of(key));
  ConcurrentTable::Locked(table, hashed).set(TableEntry::make(hashed, view_of(value)));
}

bool remove(ConcurrentTable& table, std::string_view key) {
  ConcurrentTable::Locked at(table, table.hashed(view_of(key)));
  if (at.present() == nullptr) return false;
  at.erase();
  return true;
}

std::string get(const ConcurrentTable& table, std::string_view key) {
  std::string value = "(none)";
  table.read(table.hashed(view_of(key)), [&](const TableEntry& entry) { value = text_of(entry.value()); });
  return value;
}

std::vector<std::string> in_order(const ConcurrentTable& table) {
  std::vector<std::string> seen;
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    table.step(cursor, [&](const TableEntry& entry) { seen.emplace_back(text_of(entry.key())); });
  }
  return seen;
}

std::map<std::string, int> walk(const ConcurrentTable& table) {
  std::map<std::string, int> seen;
  for (const std::string& each : in_order(table)) ++seen[each];
  return seen;
}

std::string numbered(std::string_view prefix, int number) { return std::string(prefix) + std::to_string(number); }

TEST(ConcurrentTable, has_an_order_that_its_seed_alone_decides) {
  ConcurrentTable one(HashSeed{1}), again(HashSeed{1}), another(HashSeed{2});
  for (ConcurrentTable* each : {&one, &again, &another}) {
    for (int i = 0; i < 1000; ++i) put(*each, numbered("key", i), "v");
  }
  EXPECT_EQ(in_order(one), in_order(again));
  EXPECT_NE(in_order(one), in_order(another));
}

TEST(ConcurrentTable, finds_what_was_put_through_many_splits) {
  ConcurrentTable table(HashSeed{1});
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) put(table, numbered("key", i), numbered("value", i));
  EXPECT_EQ(table.size(), count);
  for (int i = 0; i < count; ++i) ASSERT_EQ(get(table, numbered("key", i)), numbered("value", i));
  EXPECT_EQ(get(table, "another"), "(none)");
}

TEST(ConcurrentTable, replaces_and_removes) {
  ConcurrentTable table(HashSeed{1});
  put(table, "a", "1");
  put(table, "a", "22");
  EXPECT_EQ(get(table, "a"), "22");
  EXPECT_EQ(table.size(), 1);
  EXPECT_TRUE(remove(table, "a"));
  EXPECT_FALSE(remove(table, "a"));
  EXPECT_EQ(table.size(), 0);
  EXPECT_EQ(get(table, "a"), "(none)");
}

TEST(ConcurrentTable, a_walk_over_an_empty_table_ends) {
  const ConcurrentTable table(HashSeed{1});
  EXPECT_TRUE(walk(table).empty());
}

TEST(ConcurrentTable, a_walk_sees_what_stays_exactly_once_while_the_table_splits_under_it) {
  ConcurrentTable table(HashSeed{1});
  constexpr int stable = 2000;
  for (int i = 0; i < stable; ++i) put(table, numbered("stable", i), "0");
  std::map<std::string, int> seen;
  int fresh = 0;
  for (ConcurrentTable::Cursor cursor; !cursor.done;) {
    table.step(cursor, [&](const TableEntry& entry) { ++seen[std::string(text_of(entry.key()))]; });
    for (int i = 0; i < 50 && fresh < 10'000; ++i) put(table, numbered("fresh", fresh++), "1");
    put(table, numbered("stable", fresh++ % stable), "replaced");
  }
  for (int i = 0; i < stable; ++i) ASSERT_EQ(seen[numbered("stable", i)], 1) << i;
  for (const auto& [key, times] : seen) ASSERT_EQ(times, 1) << key;
}

TEST(ConcurrentTable, walks_beside_writers_see_what_stays_exactly_once) {
  ConcurrentTable table(HashSeed{1});
  constexpr int stable = 500;
  for (int i = 0; i < stable; ++i) put(table, numbered("stable", i), "0");
  std::atomic<bool> ending{false};
  std::thread writer([&] {
    for (int i = 0; i < 20'000; ++i) {
      put(table, numbered("fresh", i), "1");
      put(table, numbered("stable", i % stable), "2");
      if (i % 3 == 0) remove(table, numbered("fresh", i));
    }
    ending = true;
  });
  do {
    const auto seen = walk(table);
    for (int i = 0; i < stable; ++i) {
      const auto found = seen.find(numbered("stable", i));
      ASSERT_TRUE(found != seen.end() && found->second == 1) << i;
    }
  } while (!ending);
  writer.join();
}

TEST(ConcurrentTable, readers_never_see_torn_values) {
  ConcurrentTable table(HashSeed{1});
  constexpr int keys = 8;
  const auto value_of = [](int seed) { return std::string(100, static_cast<char>('a' + seed % 26)); };
  for (int i = 0; i < keys; ++i) put(table, numbered("k", i), value_of(0));
  std::atomic<int> writing{2};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10'000; ++i) put(table, numbered("k", i % keys), value_of(i * (t + 1)));
      --writing;
    });
  }
  std::uint64_t reads = 0;
  for (int i = 0; writing > 0 || reads == 0; ++i) {
    const std::string value = get(table, numbered("k", i % keys));
    ASSERT_EQ(value, std::string(100, value[0]));
    ++reads;
  }
  for (auto& each : threads) each.join();
}

TEST(ConcurrentTable, writers_on_many_threads_lose_nothing) {
  ConcurrentTable table(HashSeed{1});
  constexpr int each = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) put(table, numbered("t", t * each + i), "v");
      for (int i = 0; i < each; i += 2) remove(table, numbered("t", t * each + i));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(table.size(), 4 * each / 2);
  EXPECT_EQ(walk(table).size(), 4 * each / 2);
  for (int i = 0; i < 4 * each; ++i) ASSERT_EQ(get(table, numbered("t", i)), i % 2 == 0 ? "(none)" : "v");
}

}  // namespace
}  // namespace lodge
