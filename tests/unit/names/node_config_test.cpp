#include "names/node_config.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "base/writer.hpp"
#include "rig/manual_executor.hpp"

namespace lodge::names {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using wire::Value;

struct NodeConfigTest : testing::Test {
  Code put(std::string_view domain, std::string_view key, const Value& value) {
    return config.put(domain, view_of(key), value.pack());
  }
  Value get(std::string_view domain, std::string_view key) {
    Writer out;
    if (config.get(domain, view_of(key), out) != Code::OK) return "(none)";
    return Value::unpack(out.view()).value();
  }
  std::map<std::string, Value> scan(std::string_view domain) {
    std::map<std::string, Value> seen;
    EXPECT_EQ(config.scan(domain,
                          [&](ByteView key, ByteView value) {
                            return seen.emplace(text_of(key), Value::unpack(value).value()).second;
                          }),
              Code::OK);
    return seen;
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  NodeConfig config{clock, executor, HashSeed{1}, 10};
};

TEST_F(NodeConfigTest, keeps_domains_apart) {
  EXPECT_EQ(put("a", "bc", 1), Code::OK);
  EXPECT_EQ(put("ab", "c", 2), Code::OK);
  EXPECT_EQ(get("a", "bc"), Value(1));
  EXPECT_EQ(get("ab", "c"), Value(2));
  EXPECT_EQ(get("a", "c"), Value("(none)"));
  EXPECT_THAT(scan("a"), ElementsAre(Pair("bc", Value(1))));
  EXPECT_THAT(scan("b"), IsEmpty());
}

TEST_F(NodeConfigTest, puts_new_and_removes) {
  const Bytes one = Value(1).pack();
  EXPECT_EQ(config.put_new("d", view_of("k"), one), Code::OK);
  EXPECT_EQ(config.put_new("d", view_of("k"), one), Code::ALREADY_EXISTS);
  EXPECT_EQ(config.remove("d", view_of("k")), Code::OK);
  EXPECT_EQ(config.remove("d", view_of("k")), Code::NOT_FOUND);
}

TEST_F(NodeConfigTest, refuses_impossible_domains_keys_and_values) {
  const Bytes one = Value(1).pack();
  EXPECT_EQ(config.put("", view_of("k"), one), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.put(std::string(65, 'd'), view_of("k"), one), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.put("d", {}, one), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.put("d", view_of(std::string(256, 'k')), one), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.put(std::string(64, 'd'), view_of(std::string(255, 'k')), one), Code::OK);
  EXPECT_EQ(config.put("d", view_of("k"), Bytes{}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.put("d", view_of("k"), Bytes{1, 1}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(put("d", "k", std::string(std::size_t{64} << 10, 'v')), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.scan("", [](auto, auto) { return true; }), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.add("d", view_of("k"), Bytes{}), Code::INVALID_ARGUMENT);
}

TEST_F(NodeConfigTest, counts) {
  std::int64_t sum = 0;
  EXPECT_EQ(config.increment("d", view_of("n"), 2, &sum), Code::OK);
  EXPECT_EQ(config.increment("d", view_of("n"), 3, &sum), Code::OK);
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(get("d", "n"), Value(5));
  EXPECT_EQ(config.increment("d", view_of("n"), INT64_MAX, &sum), Code::OUT_OF_RANGE);
  EXPECT_EQ(put("d", "t", "text"), Code::OK);
  EXPECT_EQ(config.increment("d", view_of("t"), 1, &sum), Code::INVALID_ARGUMENT);
}

TEST_F(NodeConfigTest, adds_to_a_set_once) {
  EXPECT_EQ(config.add("d", view_of("s"), Value("x").pack()), Code::OK);
  EXPECT_EQ(config.add("d", view_of("s"), Value(1).pack()), Code::OK);
  EXPECT_EQ(config.add("d", view_of("s"), Bytes{0xcd, 0, 1}), Code::ALREADY_EXISTS);
  EXPECT_EQ(get("d", "s"), Value(Value::List{"x", 1}));
  EXPECT_EQ(put("d", "t", "text"), Code::OK);
  EXPECT_EQ(config.add("d", view_of("t"), Value(1).pack()), Code::INVALID_ARGUMENT);
}

TEST_F(NodeConfigTest, updates_only_to_values) {
  EXPECT_EQ(config.update("d", view_of("k"),
                          [](auto, auto& out) { return append(out, Bytes{7}) ? Code::OK : Code::INTERNAL; }),
            Code::OK);
  EXPECT_EQ(get("d", "k"), Value(7));
  EXPECT_EQ(config.update("d", view_of("k"), [](auto, auto&) { return Code::OK; }), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config.update("d", view_of("k"), [](auto, auto&) { return Code::ABORTED; }), Code::ABORTED);
  EXPECT_EQ(get("d", "k"), Value(7));
}

TEST_F(NodeConfigTest, is_seeded_and_says_what_cannot_be) {
  EXPECT_TRUE(config.seed("d", "k", Value::map({{"x", 1}})).ok());
  EXPECT_EQ(get("d", "k"), Value::map({{"x", 1}}));
  const Status refused = config.seed("d", std::string(256, 'k'), 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("[config.d]"));
}

TEST_F(NodeConfigTest, holds_its_limit) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(put("d", std::to_string(i), 1), Code::OK);
  EXPECT_EQ(put("d", "more", 1), Code::RESOURCE_EXHAUSTED);
  const Status refused = config.seed("d", "more", 1);
  EXPECT_EQ(refused.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("holds 10 of 10 entries (limits.config_entries_max)"));
}

TEST_F(NodeConfigTest, shows_all_domains) {
  EXPECT_EQ(put("a", "x", 1), Code::OK);
  EXPECT_EQ(put("b", "y", 2), Code::OK);
  std::map<std::string, std::string> seen;
  config.scan_all(
      [&](std::string_view domain, ByteView key, ByteView) { return seen.emplace(domain, text_of(key)).second; });
  EXPECT_THAT(seen, ElementsAre(Pair("a", "x"), Pair("b", "y")));
}

TEST_F(NodeConfigTest, watchers_hear_of_their_domain) {
  std::vector<std::string> told;
  const WatchHub::Tell noting = [&](const lodge_watch_event& event) {
    told.push_back(std::to_string(event.what) + " " + std::string(text_of(event.key)));
  };
  lodge_handle one = 0;
  lodge_handle all = 0;
  EXPECT_EQ(config.watch("d", view_of("k"), false, 1, noting, one), Code::OK);
  EXPECT_EQ(config.watch("d", {}, true, 2, noting, all), Code::OK);
  EXPECT_EQ(config.watch("d", {}, false, 1, noting, one), Code::INVALID_ARGUMENT);
  EXPECT_EQ(put("d", "k", 1), Code::OK);
  EXPECT_EQ(put("d", "kk", 1), Code::OK);
  EXPECT_EQ(put("other", "k", 1), Code::OK);
  executor.run_all();
  EXPECT_THAT(told, testing::UnorderedElementsAre("1 k", "1 k", "1 kk"));
  config.release_instance(2);
  EXPECT_EQ(config.unwatch(all, 2), Code::STALE);
  EXPECT_EQ(config.unwatch(one, 1), Code::OK);
}

}  // namespace
}  // namespace lodge::names
