#include "service/abi_store.hpp"

#include <gmock/gmock.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/writer.hpp"
#include "rig/interface.hpp"
#include "rig/manual_executor.hpp"
#include "service/instance_context.hpp"
#include "service/store.hpp"

namespace lodge::service {
namespace {

using testing::ElementsAre;

const std::uint8_t* bytes(const char* text) { return reinterpret_cast<const std::uint8_t*>(text); }

/// What a plugin's functions are given as `user`: they may act on the store themselves.
struct User {
  const lodge_host* host;
  std::vector<std::string> noted;
};

std::int32_t remove_each(void* user, const lodge_slice* key, const lodge_slice*) {
  auto& self = *static_cast<User*>(user);
  self.noted.emplace_back(text_of(*key));
  return store_table.remove(self.host, static_cast<const std::uint8_t*>(key->data), key->size);
}
std::int32_t double_it(void*, const lodge_slice* present, lodge_writer* out) {
  if (present == nullptr) return LODGE_FAILED_PRECONDITION;
  return append(*out, view_of(*present)) && append(*out, view_of(*present)) ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}
void note(void* user, const lodge_watch_event* event) {
  static_cast<User*>(user)->noted.push_back(std::to_string(event->what) + std::string(text_of(event->value)));
}

struct StoreAbi : testing::Test {
  StoreAbi() {
    offer_store(registry);
    context.store = &store;
    other.store = &store;
    table = &rig::table<lodge_store_v1>(host);
  }
  std::int32_t put(const char* key, const char* value, std::uint64_t ttl_ms = 0) {
    return table->put(host, bytes(key), std::string(key).size(), bytes(value), std::string(value).size(), ttl_ms);
  }
  std::string get(const char* key) {
    Writer out;
    const std::int32_t code = table->get(host, bytes(key), std::string(key).size(), &out);
    return code == LODGE_OK ? std::string(text_of(out.view())) : std::to_string(code);
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  Store store{clock, executor, HashSeed{1}, "alpha", 10'000};
  plugin::InterfaceRegistry registry;
  InstanceContext context{registry, "alpha", "one", {}};
  InstanceContext other{registry, "alpha", "two", {}};
  const lodge_host* host = &context;
  const lodge_store_v1* table = nullptr;
  User user{host, {}};
};

TEST_F(StoreAbi, reads_what_it_wrote) {
  EXPECT_EQ(put("k", "v"), LODGE_OK);
  EXPECT_EQ(get("k"), "v");
  EXPECT_EQ(table->put_new(host, bytes("k"), 1, bytes("w"), 1, 0), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(table->remove(host, bytes("k"), 1), LODGE_OK);
  EXPECT_EQ(get("k"), std::to_string(LODGE_NOT_FOUND));
}

TEST_F(StoreAbi, an_entry_goes_after_its_milliseconds) {
  EXPECT_EQ(put("k", "v", 5), LODGE_OK);
  clock.advance(4'999'999);
  EXPECT_EQ(get("k"), "v");
  clock.advance(1);
  EXPECT_EQ(get("k"), std::to_string(LODGE_NOT_FOUND));
}

TEST_F(StoreAbi, compares_with_what_is_expected_or_with_nothing) {
  const lodge_slice expected = slice_of(std::string_view("v"));
  EXPECT_EQ(table->compare_and_put(host, bytes("k"), 1, &expected, bytes("w"), 1), LODGE_ABORTED);
  EXPECT_EQ(table->compare_and_put(host, bytes("k"), 1, nullptr, bytes("v"), 1), LODGE_OK);
  EXPECT_EQ(table->compare_and_put(host, bytes("k"), 1, &expected, bytes("w"), 1), LODGE_OK);
  EXPECT_EQ(get("k"), "w");
}

TEST_F(StoreAbi, counts_appends_takes_and_measures) {
  std::int64_t sum = 0;
  std::size_t size = 0;
  std::uint64_t entries = 0;
  std::uint64_t used = 0;
  Writer out;
  EXPECT_EQ(table->increment(host, bytes("n"), 1, 2, &sum), LODGE_OK);
  EXPECT_EQ(table->increment(host, bytes("n"), 1, 2, nullptr), LODGE_OK);
  EXPECT_EQ(sum, 2);
  EXPECT_EQ(table->append(host, bytes("a"), 1, bytes("xy"), 2, &size), LODGE_OK);
  EXPECT_EQ(size, 2U);
  EXPECT_EQ(table->size(host, &entries, &used), LODGE_OK);
  EXPECT_EQ(table->size(host, nullptr, nullptr), LODGE_OK);
  EXPECT_EQ(entries, 2U);
  EXPECT_EQ(used, 2 * Store::entry_overhead + 2 + 3);
  EXPECT_EQ(table->take(host, bytes("a"), 1, &out), LODGE_OK);
  EXPECT_EQ(text_of(out.view()), "xy");
}

TEST_F(StoreAbi, updates_by_a_plugins_function) {
  EXPECT_EQ(table->update(host, bytes("k"), 1, &double_it, nullptr), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(put("k", "ab"), LODGE_OK);
  EXPECT_EQ(table->update(host, bytes("k"), 1, &double_it, nullptr), LODGE_OK);
  EXPECT_EQ(get("k"), "abab");
  EXPECT_EQ(table->update(host, bytes("k"), 1, nullptr, nullptr), LODGE_INVALID_ARGUMENT);
}

TEST_F(StoreAbi, a_visitor_may_change_the_store) {
  EXPECT_EQ(put("a1", "v"), LODGE_OK);
  EXPECT_EQ(put("a2", "v"), LODGE_OK);
  EXPECT_EQ(put("b", "v"), LODGE_OK);
  EXPECT_EQ(table->scan(host, bytes("a"), 1, &remove_each, &user), LODGE_OK);
  EXPECT_THAT(user.noted, testing::UnorderedElementsAre("a1", "a2"));
  EXPECT_EQ(store.entries(), 1U);
  EXPECT_EQ(table->scan(host, nullptr, 0, nullptr, nullptr), LODGE_INVALID_ARGUMENT);
}

TEST_F(StoreAbi, holds_limits_of_keys_and_quota) {
  const std::string key(1025, 'k');
  EXPECT_EQ(put("", "v"), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(put(key.c_str(), "v"), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(put(key.substr(1).c_str(), "v"), LODGE_OK);
  EXPECT_EQ(put("k", std::string(10'000, 'v').c_str()), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(table->put(host, nullptr, 3, bytes("v"), 1, 0), LODGE_INVALID_ARGUMENT);
}

TEST_F(StoreAbi, a_watch_belongs_to_its_instance) {
  lodge_handle watch = 0;
  ASSERT_EQ(table->watch(host, bytes("k"), 1, LODGE_WATCH_KEY, &note, &user, &watch), LODGE_OK);
  EXPECT_EQ(table->put(&other, bytes("k"), 1, bytes("v"), 1, 0), LODGE_OK);
  executor.run_all();
  EXPECT_THAT(user.noted, ElementsAre("1v"));
  EXPECT_EQ(table->unwatch(&other, watch), LODGE_STALE);
  EXPECT_EQ(table->unwatch(host, watch), LODGE_OK);
  EXPECT_EQ(table->unwatch(host, watch), LODGE_STALE);
}

TEST_F(StoreAbi, watches_end_with_the_instance) {
  lodge_handle watch = 0;
  ASSERT_EQ(table->watch(host, nullptr, 0, LODGE_WATCH_PREFIX, &note, &user, &watch), LODGE_OK);
  store.release_instance(context.instance_owner());
  EXPECT_EQ(put("k", "v"), LODGE_OK);
  executor.run_all();
  EXPECT_TRUE(user.noted.empty());
}

TEST_F(StoreAbi, counts_what_is_asked_by_operation_and_by_answer) {
  EXPECT_EQ(put("k", "v"), LODGE_OK);
  EXPECT_EQ(get("k"), "v");
  EXPECT_EQ(get("missing"), std::to_string(LODGE_NOT_FOUND));
  EXPECT_EQ(table->put_new(host, bytes("k"), 1, bytes("w"), 1, 0), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(table->update(host, bytes("k"), 1, &double_it, nullptr), LODGE_OK);
  EXPECT_EQ(table->size(host, nullptr, nullptr), LODGE_OK) << "this is not counted";

  const StoreMetrics& metrics = store.metrics();
  const auto of = [&](StoreOperation kind) { return metrics.operations()[static_cast<std::size_t>(kind)]; };
  EXPECT_EQ(of(StoreOperation::put), 1);
  EXPECT_EQ(of(StoreOperation::get), 2);
  EXPECT_EQ(of(StoreOperation::put_new), 1);
  EXPECT_EQ(of(StoreOperation::update), 1);
  EXPECT_EQ(of(StoreOperation::scan), 0);
  EXPECT_EQ(metrics.errors.read()[-LODGE_NOT_FOUND], 1);
  EXPECT_EQ(metrics.errors.read()[-LODGE_ALREADY_EXISTS], 1);
  EXPECT_EQ(metrics.errors.read()[0], 0) << "OK is no error";
}

TEST_F(StoreAbi, times_one_of_so_many) {
  for (std::uint64_t i = 0; i < 2 * StoreMetrics::sample_every; ++i) (void)get("missing");
  const LatencyHistogram::Counts timed = store.metrics().sampled.read();
  EXPECT_EQ(std::accumulate(timed.buckets.begin(), timed.buckets.end(), std::uint64_t{0}), 2);
}

TEST_F(StoreAbi, refuses_impossible_watches) {
  lodge_handle watch = 0;
  EXPECT_EQ(table->watch(host, nullptr, 0, LODGE_WATCH_KEY, &note, &user, &watch), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table->watch(host, bytes("k"), 1, 2, &note, &user, &watch), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table->watch(host, bytes("k"), 1, LODGE_WATCH_KEY, nullptr, &user, &watch), LODGE_INVALID_ARGUMENT);
}

TEST_F(StoreAbi, a_destroyed_instance_finds_a_closed_door) {
  context.gate().close();
  Writer out;
  EXPECT_EQ(put("k", "v"), LODGE_STALE);
  EXPECT_EQ(table->get(host, bytes("k"), 1, &out), LODGE_STALE);
  EXPECT_EQ(table->size(host, nullptr, nullptr), LODGE_STALE);
  EXPECT_EQ(table->unwatch(host, 1), LODGE_STALE);
}

}  // namespace
}  // namespace lodge::service
