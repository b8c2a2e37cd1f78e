// The sample plugins, as files, in services of a real runtime.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "names/abi_config.hpp"
#include "rig/manual_executor.hpp"
#include "service/abi_store.hpp"
#include "service/base_plugin.hpp"
#include "service/runtime.hpp"
#include "wire/json.hpp"

namespace lodge {
namespace {

/// The plugins in a folder, NAME.so each, and the one that every chain ends with.
class Folder final : public service::PluginSource {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {
    plugins_["base"] = *plugin::bind(service::builtin_base());
  }

  Result<const plugin::Descriptor*> describe(std::string_view name) override {
    auto loaded = load(name);
    if (!loaded) return std::move(loaded).error();
    return &(*loaded)->descriptor;
  }
  Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) override {
    auto& plugin = plugins_[std::string(name)];
    if (plugin) return plugin;
    void* const library = dlopen((path_ + "/" + std::string(name) + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return Error{Code::NOT_FOUND, dlerror()};
    const auto entry = reinterpret_cast<lodge_entry_fn>(dlsym(library, LODGE_ENTRY));
    auto bound = plugin::bind(*entry());
    if (bound) plugin = *bound;
    return bound;
  }
  std::vector<std::string> denied(std::string_view) const override { return {}; }

 private:
  const std::string path_;
  std::map<std::string, std::shared_ptr<const plugin::Plugin>> plugins_;
};

class Samples : public testing::Test {
 protected:
  Samples() {
    service::offer_store(interfaces_);
    names::offer_config(interfaces_, node_config_);
  }
  ~Samples() override { EXPECT_TRUE(runtime_.stop_all(std::chrono::seconds(10))); }

  void start(const std::string& plugin, std::map<std::string, wire::Value> config = {}) {
    service::ServiceSpec spec;
    spec.name = "sample";
    spec.plugins = {plugin};
    spec.config = std::move(config);
    const Status started = runtime_.start(spec);
    ASSERT_TRUE(started) << started.error().message;
  }

  /// Calls the service with arguments in JSON; what comes back, as JSON, or "CODE: message".
  std::string call(std::string_view name, const std::vector<std::string>& args = {}) {
    Bytes packed;
    for (const std::string& arg : args) {
      const Bytes value = wire::value_from_json(arg)->pack();
      packed.insert(packed.end(), value.begin(), value.end());
    }
    const auto arity = static_cast<std::uint32_t>(args.size());
    service::Calls& calls = runtime_.calls();
    const auto target = calls.targets().intern(calls.cell("sample"), name, arity, {"test", "test"});
    Writer reply;
    Executed executed = Executed::no;
    const std::int32_t code =
        calls.call(*calls.targets().find(*target), {.name = name, .args = wire::PackedValues::vouched(packed, arity)},
                   reply, executed);
    if (code < 0) return std::to_string(code) + ": " + std::string(reply.view().begin(), reply.view().end());
    return wire::json_from_value(*wire::Value::unpack(reply.view()));
  }
  std::string feed(const std::string& line) { return call("feed", {'"' + line + '"'}); }
  std::string sorted_counts() {
    auto counts = *wire::value_from_json(call("counts"))->as_map();
    std::sort(counts.begin(), counts.end(),
              [](const auto& a, const auto& b) { return *a.first.as_text() < *b.first.as_text(); });
    return wire::json_from_value(wire::Value(std::move(counts)));
  }

 private:
  ManualClock clock_;
  ManualTimers timers_{clock_};
  rig::ManualExecutor executor_;
  rig::ThreadExecutor turns_;  // services start and stop there
  plugin::InterfaceRegistry interfaces_;
  names::NodeConfig node_config_{clock_, executor_, HashSeed{1}};
  Folder folder_{SAMPLE_PLUGINS};
  service::Runtime runtime_{{clock_, executor_, turns_, timers_, interfaces_, folder_, HashSeed{1}, 1'000'000'000}};
};

TEST_F(Samples, greeter_greets_with_the_salutation_of_its_settings) {
  start("greeter", {{"greeter", wire::Value::map({{"salutation", "good morning"}})}});
  EXPECT_EQ(call("greet", {"\"Ada\""}), "\"good morning, Ada\"");
}

TEST_F(Samples, greeter_says_hello_unless_told_otherwise) {
  start("greeter");
  EXPECT_EQ(call("greet", {"\"Ada\""}), "\"hello, Ada\"");
}

TEST_F(Samples, words_are_runs_of_letters_in_any_case) {
  start("tokenizer");
  EXPECT_EQ(feed("One fish, two FISH; don't: x2y \xc3\xa9t\xc3\xa9"), "9");
  EXPECT_EQ(sorted_counts(), R"({"don":1,"fish":2,"one":1,"t":2,"two":1,"x":1,"y":1})");
}

TEST_F(Samples, a_line_without_words_counts_nothing) {
  start("tokenizer");
  EXPECT_EQ(feed(""), "0");
  EXPECT_EQ(feed(" 42, -- "), "0");
  EXPECT_EQ(call("counts"), "{}");
}

TEST_F(Samples, tokenizer_says_which_argument_is_no_text) {
  start("tokenizer");
  EXPECT_THAT(call("feed", {"7"}), testing::StartsWith("-3: feed/1: argument 1: expected str"));
}

TEST_F(Samples, a_word_too_long_for_a_key_counts_none_of_its_line) {
  start("tokenizer");
  EXPECT_EQ(feed(std::string(1019, 'a')), "1");
  EXPECT_EQ(feed("short " + std::string(1020, 'b')),
            "-3: argument 1: a word of 1020 bytes; at most 1019 can be counted");
  EXPECT_EQ(call("count", {"\"short\""}), "0");
}

TEST_F(Samples, top_ranks_by_count_then_by_word) {
  start("tokenizer");
  EXPECT_EQ(feed("c b a b c d"), "6");
  EXPECT_EQ(call("top", {"3"}), R"([["b",2],["c",2],["a",1]])");
  EXPECT_EQ(call("top", {"0"}), "[]");
  EXPECT_EQ(call("top", {"100"}), R"([["b",2],["c",2],["a",1],["d",1]])");
}

TEST_F(Samples, count_is_zero_for_an_unknown_word_and_after_a_reset) {
  start("tokenizer");
  EXPECT_EQ(feed("fish fish"), "2");
  EXPECT_EQ(call("count", {"\"fish\""}), "2");
  EXPECT_EQ(call("count", {"\"bird\""}), "0");
  EXPECT_EQ(call("reset"), "null");
  EXPECT_EQ(call("count", {"\"fish\""}), "0");
}

TEST_F(Samples, no_count_is_lost_among_threads) {
  start("tokenizer");
  constexpr int threads = 4;
  constexpr int lines = 1'000;
  {
    std::vector<std::jthread> feeders;
    for (int i = 0; i < threads; ++i) {
      feeders.emplace_back([this] {
        for (int line = 0; line < lines; ++line) EXPECT_EQ(feed("the fish and the sea"), "5");
      });
    }
  }
  EXPECT_EQ(sorted_counts(), R"({"and":4000,"fish":4000,"sea":4000,"the":8000})");
}

}  // namespace
}  // namespace lodge
