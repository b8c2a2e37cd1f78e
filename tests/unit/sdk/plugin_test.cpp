#include "sdk/described.hpp"

namespace {

struct Greeter {
  explicit Greeter(const lodge::Host& from) : host(from) {}

  lodge::Host host;
  lodge::Config<std::string> salutation;
  lodge::Config<int> times;
  lodge::Config<std::optional<double>> ratio;
  std::string trace;

  lodge::Result<void> start() {
    trace += "start ";
    if (times.get() < 0) return lodge::Error{LODGE_FAILED_PRECONDITION, "times is negative"};
    return {};
  }
  void stop() { throw std::runtime_error("cannot stop"); }
  lodge::Verdict config(lodge::AnyView given) {
    if (given.bytes.size() == 1) return lodge::go_on();
    return lodge::done(std::map<std::string, int>{{"times", 5}});
  }
  std::string greet(std::string_view who) { return salutation.get() + ", " + std::string(who); }
  std::string greet_twice(std::string_view who, int) { return greet(who) + greet(who); }
  void settle(lodge::Call&) {}
};

struct Bounded {
  lodge::Config<int> workers;
  lodge::Config<double> ratio;
  lodge::Config<std::string> mode;
  lodge::Config<std::optional<std::vector<std::string>>> tags;

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Bounded>(
        "bounded", "1.0.0",
        lodge::setting<&Bounded::workers>("workers", 2, "how many", lodge::at_least(1), lodge::at_most(64)),
        lodge::setting<&Bounded::ratio>("ratio", 0.5, lodge::at_most(1)),
        lodge::setting<&Bounded::mode>("mode", "fast", lodge::one_of("fast", "safe"), "how", lodge::size_at_least(1)),
        lodge::setting<&Bounded::tags>("tags", std::nullopt, lodge::size_at_most(3)));
    return description.plugin();
  }
};

struct Broken {
  Broken() { throw lodge::Failure(LODGE_UNAVAILABLE, "no device"); }
};
struct Plain {};

const lodge_plugin* broken() {
  static const auto description = lodge::describe<Broken>("broken", "1.0.0");
  return description.plugin();
}
const lodge_plugin* plain() {
  static const auto description = lodge::describe<Plain>("plain", "1.0.0");
  return description.plugin();
}

}  // namespace

LODGE_PLUGIN(Greeter, "greeter", "1.2.0", lodge::summary("Greets people"), lodge::group("front"),
             lodge::depends_on("tokenizer", "^1.2"), lodge::optionally("audit"), lodge::needs(LODGE_LOG_V1),
             lodge::setting<&Greeter::salutation>("salutation", "hello", "the word before the name"),
             lodge::setting<&Greeter::times>("times", lodge::required, lodge::secret),
             lodge::setting<&Greeter::ratio>("ratio", std::nullopt),
             lodge::callback<&Greeter::greet>("greet", lodge::quick, "greets somebody by name", lodge::idempotent),
             lodge::function<&Greeter::greet_twice>("greet", lodge::params("who", "times"), lodge::serial),
             lodge::callback<&Greeter::settle>("settle"))

namespace {

template <typename T>
const T& item(const lodge_list& list, std::size_t index) {
  EXPECT_EQ(list.item_size, sizeof(T));
  EXPECT_LT(index, list.count);
  return static_cast<const T*>(list.items)[index];
}

struct Plugin : ::testing::Test {
  const lodge_plugin& plugin = *lodge_plugin_v1();
  FakeHost host;

  void settings(std::string_view salutation, int times) {
    using Map = std::map<std::string, std::variant<std::string, int>>;
    host.tables[LODGE_CONFIG_V1] = FakeHost::config_table();
    host.own_settings = packed(Map{{"salutation", std::string(salutation)}, {"times", times}});
  }
};

TEST_F(Plugin, says_which_sdk_its_drafts_are_of) {
  static const auto described = lodge::describe<Plain>("drafty", "1.0.0", lodge::drafts("0123456789abcdef"));
  EXPECT_STREQ(described.plugin()->sdk_build_id, "0123456789abcdef");
  EXPECT_EQ(plugin.sdk_build_id, nullptr);
}

TEST_F(Plugin, is_described_by_constant_data) {
  EXPECT_EQ(lodge_plugin_v1(), &plugin);
  EXPECT_EQ(plugin.abi, LODGE_ABI);
  EXPECT_STREQ(plugin.name, "greeter");
  EXPECT_STREQ(plugin.version, "1.2.0");
  EXPECT_STREQ(plugin.summary, "Greets people");
  EXPECT_STREQ(plugin.group, "front");
  EXPECT_STREQ(item<const char*>(plugin.needs, 0), LODGE_LOG_V1);
  EXPECT_STREQ(item<lodge_dependency>(plugin.dependencies, 0).version, "^1.2");
  EXPECT_EQ(item<lodge_dependency>(plugin.dependencies, 1).flags, std::uint32_t{LODGE_OPTIONAL});
}

TEST_F(Plugin, describes_callbacks_by_their_types) {
  const auto& greet = item<lodge_callback>(plugin.callbacks, 0);
  EXPECT_EQ(greet.arity, 1U);
  EXPECT_EQ(greet.flags, std::uint32_t{LODGE_QUICK | LODGE_IDEMPOTENT});
  EXPECT_STREQ(greet.params, "arg1: str");
  EXPECT_STREQ(greet.result, "str");
  EXPECT_STREQ(greet.doc, "greets somebody by name");
  const auto& twice = item<lodge_callback>(plugin.callbacks, 1);
  EXPECT_EQ(twice.arity, 2U);
  EXPECT_EQ(twice.flags, std::uint32_t{LODGE_FUNCTION | LODGE_SERIAL});
  EXPECT_STREQ(twice.params, "who: str, times: int");
  EXPECT_EQ(twice.doc, nullptr);
  EXPECT_EQ(item<lodge_callback>(plugin.callbacks, 2).result, nullptr);
}

TEST_F(Plugin, describes_settings_by_their_members) {
  const auto& salutation = item<lodge_setting>(plugin.settings, 0);
  EXPECT_EQ(salutation.type, std::uint32_t{LODGE_TYPE_STRING});
  EXPECT_EQ(lodge::text_of(salutation.default_value), packed("hello"));
  const auto& times = item<lodge_setting>(plugin.settings, 1);
  EXPECT_EQ(times.type, std::uint32_t{LODGE_TYPE_INT});
  EXPECT_EQ(times.flags, std::uint32_t{LODGE_REQUIRED | LODGE_SECRET});
  EXPECT_EQ(times.default_value.size, 0U);
  const auto& ratio = item<lodge_setting>(plugin.settings, 2);
  EXPECT_EQ(ratio.type, std::uint32_t{LODGE_TYPE_FLOAT}) << "an optional one is checked before the plugin runs";
  EXPECT_EQ(lodge::text_of(ratio.default_value), packed(std::monostate()));
}

TEST_F(Plugin, describes_constraints_of_settings) {
  const auto constraints = [](std::size_t index) {
    return std::string(lodge::text_of(item<lodge_setting>(Bounded::plugin()->settings, index).constraints));
  };
  EXPECT_EQ(constraints(0), "\x82" + packed("min", 1, "max", 64));
  EXPECT_EQ(constraints(1), "\x81" + packed("max", 1.0)) << "of the setting's type, whatever the bound was";
  EXPECT_EQ(constraints(2), "\x82" + packed("one_of", std::vector<std::string>{"fast", "safe"}, "size_min", 1));
  EXPECT_EQ(constraints(3), "\x81" + packed("size_max", 3));
  EXPECT_EQ(item<lodge_setting>(plugin.settings, 0).constraints.size, 0U);
}

TEST_F(Plugin, reads_its_settings_when_created) {
  settings("good day", 3);
  Driven driven(&plugin, host);
  ASSERT_EQ(driven.created.code, LODGE_OK) << driven.created.bytes;
  EXPECT_EQ(unpacked<std::string>(driven.call("greet", "Ada").bytes), "good day, Ada");
}

TEST_F(Plugin, reads_its_settings_again_before_it_starts) {
  settings("good day", 3);
  Driven driven(&plugin, host);
  settings("good evening", 3);
  EXPECT_EQ(driven.start().code, LODGE_OK);
  EXPECT_EQ(unpacked<std::string>(driven.call("greet", "Ada").bytes), "good evening, Ada");
}

TEST_F(Plugin, has_its_defaults_where_the_host_denies_settings) {
  Driven driven(&plugin, host);
  ASSERT_EQ(driven.created.code, LODGE_OK);
  EXPECT_EQ(unpacked<std::string>(driven.call("greet", "Ada").bytes), "hello, Ada");
}

TEST_F(Plugin, is_not_created_from_a_setting_of_another_type) {
  host.tables[LODGE_CONFIG_V1] = FakeHost::config_table();
  host.own_settings = packed(std::map<std::string, int>{{"salutation", 3}});
  Driven driven(&plugin, host);
  EXPECT_EQ(driven.created.code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(driven.created.bytes, "setting salutation: expected str, got int");
}

TEST_F(Plugin, answers_hooks_that_fail_or_throw) {
  settings("hello", -1);
  Driven driven(&plugin, host);
  const Answer start = driven.start();
  EXPECT_EQ(start.code, LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(start.bytes, "times is negative");
  const Answer stop = driven.stop();
  EXPECT_EQ(stop.code, LODGE_INTERNAL);
  EXPECT_EQ(stop.bytes, "cannot stop");
}

TEST_F(Plugin, may_change_the_configuration) {
  Driven driven(&plugin, host);
  lodge::Buffer<> out;
  const std::string nothing = packed(std::map<std::string, int>());
  lodge_slice config{nothing.data(), nothing.size()};
  EXPECT_EQ(plugin.hooks->config(driven.self(), &config, &out), LODGE_CONTINUE);
  const std::string one = packed(std::map<std::string, int>{{"times", 1}});
  config = {one.data(), one.size()};
  EXPECT_EQ(plugin.hooks->config(driven.self(), &config, &out), LODGE_DONE);
  EXPECT_EQ((unpacked<std::map<std::string, int>>(out.text())["times"]), 5);
}

TEST_F(Plugin, whose_constructor_throws_is_not_created) {
  Driven driven(broken(), host);
  EXPECT_EQ(driven.created.code, LODGE_UNAVAILABLE);
  EXPECT_EQ(driven.created.bytes, "no device");
}

TEST_F(Plugin, has_only_the_hooks_that_its_class_has) {
  EXPECT_EQ(plain()->hooks->start, nullptr);
  EXPECT_EQ(plain()->hooks->stop, nullptr);
  EXPECT_EQ(plain()->hooks->config, nullptr);
  EXPECT_EQ(plain()->callbacks.items, nullptr);
  Driven driven(plain(), host);
  EXPECT_EQ(driven.created.code, LODGE_OK);
}

}  // namespace
