#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "base/writer.hpp"
#include "names/abi_config.hpp"
#include "names/node_config.hpp"
#include "plugin/frame.hpp"
#include "plugin/host_context.hpp"
#include "rig/interface.hpp"
#include "state/state_directory.hpp"

namespace lodge::names {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using wire::Value;

class PersistedConfig : public state::test::StateDirectory {
 protected:
  ~PersistedConfig() override { stop(); }

  using Seeds = std::map<std::string, Value>;
  /// A host's node configuration; `seeds` are in the domain `seeded`.
  Status start(const Seeds& seeds = {}, std::uint64_t bytes_max = std::uint64_t{1} << 30) {
    stop();
    workers = std::make_unique<WorkerPool>(WorkerPoolOptions{.workers = 1});
    config = std::make_unique<NodeConfig>(clock, *workers, HashSeed{1}, 100);
    config->persist(domains);
    for (const auto& [key, value] : seeds) EXPECT_TRUE(config->seed("seeded", key, value));
    auto environment = open(bytes_max);
    if (!environment) return environment.error();
    committer = std::make_unique<state::Committer>(*std::move(environment));
    return config->keep_in(*committer);
  }
  void stop() {
    if (workers) {
      EXPECT_TRUE(workers->stop(10'000'000'000));
    }
    config.reset();
    committer.reset();
    workers.reset();
  }

  Code put(std::string_view domain, std::string_view key, const Value& value) {
    return config->put(domain, view_of(key), value.pack());
  }
  Value get(std::string_view domain, std::string_view key) {
    Writer out;
    if (config->get(domain, view_of(key), out) != Code::OK) return "(none)";
    return Value::unpack(out.view()).value();
  }
  Code remove(std::string_view domain, std::string_view key) { return config->remove(domain, view_of(key)); }
  std::int64_t increment(std::string_view key) {
    std::int64_t sum = 0;
    EXPECT_EQ(config->increment("kept", view_of(key), 1, &sum), Code::OK);
    return sum;
  }

  ConfigDomains domains{"kept", "seeded"};
  SystemClock clock;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<state::Committer> committer;
  std::unique_ptr<NodeConfig> config;
};

TEST_F(PersistedConfig, is_there_after_a_restart_and_other_domains_are_not) {
  ASSERT_TRUE(start());
  EXPECT_EQ(put("kept", "k", Value::map({{"x", 1}})), Code::OK);
  EXPECT_EQ(put("gone", "k", 2), Code::OK);
  EXPECT_EQ(get("kept", "k"), Value::map({{"x", 1}}));
  ASSERT_TRUE(start());
  EXPECT_EQ(get("kept", "k"), Value::map({{"x", 1}}));
  EXPECT_EQ(get("gone", "k"), Value("(none)"));
}

TEST_F(PersistedConfig, keeps_the_bytes_of_a_value_as_they_are) {
  const Bytes roundabout{0xcd, 0x00, 0x07};  // 7, in three bytes
  ASSERT_TRUE(start());
  ASSERT_EQ(config->put("kept", view_of("k"), roundabout), Code::OK);
  ASSERT_TRUE(start());
  Writer out;
  ASSERT_EQ(config->get("kept", view_of("k"), out), Code::OK);
  EXPECT_EQ(out.take(), roundabout);
}

TEST_F(PersistedConfig, takes_the_longest_names_and_values) {
  const std::string domain(64, 'd');
  const std::string key(255, 'k');
  const std::string text(65'536 - 5, 'v');
  domains = {domain};
  ASSERT_TRUE(start());
  EXPECT_EQ(put(domain, key, text), Code::OK);
  ASSERT_TRUE(start());
  EXPECT_EQ(get(domain, key), Value(text));
}

TEST_F(PersistedConfig, every_operation_is_kept) {
  ASSERT_TRUE(start());
  EXPECT_EQ(config->put_new("kept", view_of("new"), Value(1).pack()), Code::OK);
  EXPECT_EQ(config->put_new("kept", view_of("new"), Value(2).pack()), Code::ALREADY_EXISTS);
  EXPECT_EQ(increment("n"), 1);
  EXPECT_EQ(increment("n"), 2);
  EXPECT_EQ(config->add("kept", view_of("set"), Value("a").pack()), Code::OK);
  EXPECT_EQ(config->add("kept", view_of("set"), Value("a").pack()), Code::ALREADY_EXISTS);
  EXPECT_EQ(config->update("kept", view_of("n"),
                           [](const ByteView* present, lodge_writer& out) {
                             EXPECT_EQ(Value::unpack(*present).value(), Value(2));
                             return append(out, Value(20).pack()) ? Code::OK : Code::INTERNAL;
                           }),
            Code::OK);
  EXPECT_EQ(put("kept", "deleted", 1), Code::OK);
  EXPECT_EQ(remove("kept", "deleted"), Code::OK);
  EXPECT_EQ(remove("kept", "deleted"), Code::NOT_FOUND);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(get("kept", "new"), Value(1));
    EXPECT_EQ(get("kept", "n"), Value(20));
    EXPECT_EQ(get("kept", "set"), Value(Value::List{"a"}));
    EXPECT_EQ(get("kept", "deleted"), Value("(none)"));
    ASSERT_TRUE(start());
  }
}

TEST_F(PersistedConfig, refuses_what_other_domains_refuse) {
  ASSERT_TRUE(start());
  ASSERT_EQ(put("kept", "text", "x"), Code::OK);
  ASSERT_EQ(put("kept", "most", INT64_MAX), Code::OK);
  std::int64_t sum = 7;
  EXPECT_EQ(config->increment("kept", view_of("text"), 1, &sum), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config->increment("kept", view_of("most"), 1, &sum), Code::OUT_OF_RANGE);
  EXPECT_EQ(sum, 7);
  EXPECT_EQ(config->add("kept", view_of("text"), Value(1).pack()), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config->put("kept", view_of("text"), Bytes{1, 1}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(config->update("kept", view_of("text"), [](auto, auto&) { return Code::ABORTED; }), Code::ABORTED);
  EXPECT_EQ(config->update("kept", view_of("text"), [](auto, auto&) { return Code::OK; }), Code::INVALID_ARGUMENT);
  EXPECT_EQ(get("kept", "text"), Value("x"));
}

TEST_F(PersistedConfig, the_limit_of_entries_holds) {
  ASSERT_TRUE(start());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(put(i % 2 == 0 ? "kept" : "other", std::to_string(i), 1), Code::OK);
  EXPECT_EQ(put("kept", "more", 1), Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(config->refusal_text(), HasSubstr("limits.config_entries_max"));
  EXPECT_EQ(put("kept", "0", 2), Code::OK) << "replacing needs no room";
}

// --- what the host's file says ---

TEST_F(PersistedConfig, what_was_changed_wins_over_the_file_which_fills_in_the_rest) {
  ASSERT_TRUE(start({{"a", "file"}, {"b", "file"}}));
  EXPECT_EQ(put("seeded", "a", "changed"), Code::OK);
  ASSERT_TRUE(start({{"a", "newer file"}, {"b", "newer file"}, {"c", "newer file"}}));
  EXPECT_EQ(get("seeded", "a"), Value("changed"));
  EXPECT_EQ(get("seeded", "b"), Value("newer file"));
  EXPECT_EQ(get("seeded", "c"), Value("newer file"));
}

TEST_F(PersistedConfig, what_was_deleted_does_not_come_back_by_the_file) {
  ASSERT_TRUE(start({{"a", "file"}}));
  EXPECT_EQ(remove("seeded", "a"), Code::OK);
  EXPECT_EQ(remove("seeded", "a"), Code::NOT_FOUND);
  ASSERT_TRUE(start({{"a", "file"}}));
  EXPECT_EQ(get("seeded", "a"), Value("(none)"));
  EXPECT_EQ(config->put_new("seeded", view_of("a"), Value("new").pack()), Code::OK);
  ASSERT_TRUE(start({{"a", "file"}}));
  EXPECT_EQ(get("seeded", "a"), Value("new"));
}

TEST_F(PersistedConfig, what_the_file_drops_and_later_has_again_comes_back) {
  ASSERT_TRUE(start({{"a", "file"}}));
  EXPECT_EQ(remove("seeded", "a"), Code::OK);
  ASSERT_TRUE(start());
  ASSERT_TRUE(start({{"a", "again"}}));
  EXPECT_EQ(get("seeded", "a"), Value("again"));
}

TEST_F(PersistedConfig, changes_go_on_from_what_the_file_says) {
  ASSERT_TRUE(start({{"n", 40}}));
  std::int64_t sum = 0;
  EXPECT_EQ(config->increment("seeded", view_of("n"), 2, &sum), Code::OK);
  EXPECT_EQ(sum, 42);
  EXPECT_EQ(config->put_new("seeded", view_of("n"), Value(1).pack()), Code::ALREADY_EXISTS);
}

TEST_F(PersistedConfig, a_domain_that_is_no_longer_persisted_is_left_on_disk) {
  ASSERT_TRUE(start());
  ASSERT_EQ(put("kept", "k", 1), Code::OK);
  domains = {"seeded"};
  ASSERT_TRUE(start());
  EXPECT_EQ(get("kept", "k"), Value("(none)"));
  ASSERT_EQ(put("kept", "k", 2), Code::OK);
  domains = {"kept"};
  ASSERT_TRUE(start());
  EXPECT_EQ(get("kept", "k"), Value(1));
}

// --- many at once ---

TEST_F(PersistedConfig, counts_of_many_threads_are_exact_and_kept) {
  constexpr int threads = 8;
  constexpr int each_counts = 40;
  ASSERT_TRUE(start());
  std::vector<std::thread> all;
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&] {
      for (int i = 0; i < each_counts; ++i) {
        EXPECT_GT(increment("n"), 0);
        EXPECT_EQ(config->update("kept", view_of("m"),
                                 [](const ByteView* present, lodge_writer& out) {
                                   const auto before = present == nullptr ? Value(0) : Value::unpack(*present).value();
                                   return append(out, Value(*before.as_int() + 1).pack()) ? Code::OK : Code::INTERNAL;
                                 }),
                  Code::OK);
      }
    });
  }
  for (std::thread& each : all) each.join();
  EXPECT_EQ(get("kept", "n"), Value(threads * each_counts));
  EXPECT_EQ(get("kept", "m"), Value(threads * each_counts));
  ASSERT_TRUE(start());
  EXPECT_EQ(get("kept", "n"), Value(threads * each_counts));
  EXPECT_EQ(get("kept", "m"), Value(threads * each_counts));
}

TEST_F(PersistedConfig, watchers_hear_of_changes_once_they_are_there) {
  ASSERT_TRUE(start());
  std::atomic<int> told{0};
  lodge_handle watch = 0;
  ASSERT_EQ(config->watch(
                "kept", {}, true, 1,
                [&](const lodge_watch_event& event) {
                  EXPECT_EQ(text_of(event.key), "k");
                  told += event.what == LODGE_WATCH_PUT ? 1 : 100;
                },
                watch),
            Code::OK);
  EXPECT_EQ(put("kept", "k", 1), Code::OK);
  EXPECT_EQ(remove("kept", "k"), Code::OK);
  EXPECT_TRUE(workers->stop(10'000'000'000));
  EXPECT_EQ(told, 101);
  config.reset();
  committer.reset();
  workers.reset();
}

// --- what goes wrong ---

TEST_F(PersistedConfig, a_write_that_finds_no_room_changes_nothing) {
  ASSERT_TRUE(start({}, std::uint64_t{1} << 20));
  const std::string big(60'000, 'x');
  ASSERT_EQ(put("kept", "k", 1), Code::OK);
  Code code = Code::OK;
  int fitted = 0;
  for (; fitted < 50 && code == Code::OK; ++fitted) code = put("kept", "big" + std::to_string(fitted), big);
  EXPECT_EQ(code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(get("kept", "big" + std::to_string(fitted - 1)), Value("(none)"));
  EXPECT_EQ(put("kept", "k", big), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(get("kept", "k"), Value(1));
  EXPECT_THAT(config->refusal_text(), AllOf(HasSubstr(data_file().string()), HasSubstr("limits.state_bytes_max")));
  EXPECT_EQ(put("free", "k", big), Code::OK) << "other domains go on";
  EXPECT_EQ(remove("kept", "big0"), Code::OK) << "and so does deleting";
  EXPECT_EQ(put("kept", "k", 2), Code::OK) << "and what fits";
}

TEST_F(PersistedConfig, an_entry_that_is_not_as_it_was_written_is_named_and_nothing_is_loaded) {
  ASSERT_TRUE(start());
  ASSERT_EQ(put("kept", "colour", "a value that is found again"), Code::OK);
  stop();
  std::string bytes = contents();
  for (std::size_t at = bytes.find("found again"); at != std::string::npos; at = bytes.find("found again", at)) {
    bytes[at] = 'F';
  }
  overwrite(bytes);
  const Status refused = start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::DATA_LOSS);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(data_file().string()), HasSubstr("`colour` of domain `kept`"),
                                             HasSubstr("restore it from a backup")));
  stop();
  EXPECT_EQ(contents(), bytes);
}

TEST_F(PersistedConfig, quick_code_must_not_write_it) {
  ASSERT_TRUE(start());
  plugin::InterfaceRegistry registry;
  offer_config(registry, *config);
  plugin::HostContext context{registry, "alpha", "hasty", {}};
  const lodge_host* const host = &context;
  const auto& table = rig::table<lodge_config_v1>(host);
  const Bytes one{1};
  const auto* const key = view_of("k").data();
  const auto unchanged = [](void*, const lodge_slice*, lodge_writer*) -> std::int32_t { return LODGE_OK; };
  const std::uint64_t before = log::misbehaved_count("hasty");
  plugin::Frame frame(context, "callback hurry/0");
  frame.quick = true;
  frame.push();
  EXPECT_EQ(table.put(host, "kept", 4, key, 1, one.data(), 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.put_new(host, "kept", 4, key, 1, one.data(), 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.remove(host, "kept", 4, key, 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.increment(host, "kept", 4, key, 1, 1, nullptr), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.add(host, "kept", 4, key, 1, one.data(), 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.update(host, "kept", 4, key, 1, unchanged, nullptr), LODGE_FAILED_PRECONDITION);
  Writer out;
  EXPECT_EQ(table.get(host, "kept", 4, key, 1, &out), LODGE_NOT_FOUND) << "reading is quick";
  EXPECT_EQ(table.put(host, "free", 4, key, 1, one.data(), 1), LODGE_OK) << "and so are other domains";
  frame.pop();
  EXPECT_EQ(log::misbehaved_count("hasty"), before + 6);
  EXPECT_EQ(table.put(host, "kept", 4, key, 1, one.data(), 1), LODGE_OK);
}

}  // namespace
}  // namespace lodge::names
