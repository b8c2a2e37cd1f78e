// Store, names, timers and the log from C++, over tables of the test's own.
#include "sdk/described.hpp"

namespace {

struct StoreHost : FakeHost {
  std::map<std::string, std::string, std::less<>> entries;
  void* user = nullptr;
  lodge_watch_fn watcher = nullptr;
  lodge_timer_fn timer = nullptr;
  int ended = 0;
  std::string logged;

  static StoreHost& self(const lodge_host* host) { return static_cast<StoreHost&>(of(host)); }
  static std::string key_of(const std::uint8_t* key, std::size_t size) {
    return {reinterpret_cast<const char*>(key), size};
  }

  StoreHost() {
    store.get = [](const lodge_host* host, const std::uint8_t* key, std::size_t size,
                   lodge_writer* value) -> std::int32_t {
      const auto found = self(host).entries.find(key_of(key, size));
      return found == self(host).entries.end() ? std::int32_t{LODGE_NOT_FOUND} : append(value, found->second);
    };
    store.put = [](const lodge_host* host, const std::uint8_t* key, std::size_t size, const std::uint8_t* value,
                   std::size_t value_size, std::uint64_t) -> std::int32_t {
      self(host).entries[key_of(key, size)] = key_of(value, value_size);
      return LODGE_OK;
    };
    store.update = [](const lodge_host* host, const std::uint8_t* key, std::size_t size, lodge_update_fn fn,
                      void* with) -> std::int32_t {
      auto& held = self(host).entries;
      const auto found = held.find(key_of(key, size));
      lodge::Buffer<> out;
      lodge_slice present{};
      if (found != held.end()) present = {found->second.data(), found->second.size()};
      const std::int32_t code = fn(with, found != held.end() ? &present : nullptr, &out);
      if (code == LODGE_OK) held[key_of(key, size)] = out.text();
      return code;
    };
    store.scan = [](const lodge_host* host, const std::uint8_t*, std::size_t, lodge_visit_fn fn,
                    void* with) -> std::int32_t {
      for (const auto& [key, value] : self(host).entries) {
        const lodge_slice key_slice{key.data(), key.size()};
        const lodge_slice value_slice{value.data(), value.size()};
        if (fn(with, &key_slice, &value_slice) != 0) break;
      }
      return LODGE_OK;
    };
    store.watch = [](const lodge_host* host, const std::uint8_t*, std::size_t, std::uint32_t, lodge_watch_fn fn,
                     void* with, lodge_handle* watch) -> std::int32_t {
      self(host).watcher = fn;
      self(host).user = with;
      *watch = 5;
      return LODGE_OK;
    };
    store.unwatch = [](const lodge_host* host, lodge_handle) -> std::int32_t { return ++self(host).ended, LODGE_OK; };
    timers.start = [](const lodge_host* host, std::int64_t, std::int64_t, lodge_timer_fn fn, void* with,
                      lodge_handle* handle) -> std::int32_t {
      self(host).timer = fn;
      self(host).user = with;
      *handle = 6;
      return LODGE_OK;
    };
    timers.cancel = store.unwatch;
    log.write = [](const lodge_host* host, std::int32_t, const char* text, std::size_t size) -> std::int32_t {
      self(host).logged.assign(text, size);
      return LODGE_OK;
    };
    tables[LODGE_STORE_V1] = &store;
    tables[LODGE_TIMER_V1] = &timers;
    tables[LODGE_LOG_V1] = &log;
  }

  lodge_store_v1 store{};
  lodge_timer_v1 timers{};
  lodge_log_v1 log{};
};

struct Facilities : ::testing::Test {
  StoreHost fake;
  lodge::Host host{&fake};
};

TEST_F(Facilities, a_store_keeps_typed_values) {
  ASSERT_TRUE(host.store().put("color", "red"));
  EXPECT_EQ(*host.store().get<std::string>("color"), "red");
  const auto wrong = host.store().get<int>("color");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "the value of color: expected int, got str");
  const auto missing = host.store().get<int>("size");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, LODGE_NOT_FOUND);
  EXPECT_EQ(
      missing.error().message,
      "lodge.store/1 get size: the service's store has no such key; put it first, or take this for an absent value");
}

TEST_F(Facilities, an_update_sees_the_present_value_and_may_refuse) {
  const auto add = [](std::optional<int> present) { return present.value_or(0) + 1; };
  ASSERT_TRUE(host.store().update<int>("n", add));
  ASSERT_TRUE(host.store().update<int>("n", add));
  EXPECT_EQ(*host.store().get<int>("n"), 2);
  const auto refuse = [](std::optional<int>) -> lodge::Result<int> { return lodge::Error{LODGE_ABORTED, "enough"}; };
  EXPECT_EQ(host.store().update<int>("n", refuse).error().message, "enough");
  EXPECT_THROW(static_cast<void>(host.store().update<int>(
                   "n", [](std::optional<int>) -> int { throw std::runtime_error("broken"); })),
               std::runtime_error);
  EXPECT_EQ(*host.store().get<int>("n"), 2);
}

TEST_F(Facilities, a_scan_stops_where_it_is_told_to) {
  ASSERT_TRUE(host.store().put("a", 1));
  ASSERT_TRUE(host.store().put("b", 2));
  std::string seen;
  ASSERT_TRUE(host.store().scan("", [&seen](std::string_view key, lodge::AnyView) { seen += key; }));
  EXPECT_EQ(seen, "ab");
  ASSERT_TRUE(host.store().scan("", [&seen](std::string_view key, lodge::AnyView) {
    seen += key;
    return false;
  }));
  EXPECT_EQ(seen, "aba");
}

TEST_F(Facilities, a_watch_tells_of_changes_until_it_is_dropped) {
  int got = 0;
  {
    const auto watch = host.store().watch("n", [&got](const lodge::Change& change) { got = *change.as<int>(); });
    ASSERT_TRUE(watch);
    const std::string value = packed(7);
    const lodge_watch_event event{sizeof event, LODGE_WATCH_PUT, 0, {"n", 1}, {value.data(), value.size()}};
    fake.watcher(fake.user, &event);
    EXPECT_EQ(got, 7);
    EXPECT_EQ(fake.ended, 0);
  }
  EXPECT_EQ(fake.ended, 1);
}

TEST_F(Facilities, a_timer_may_end_itself) {
  std::optional<lodge::Timer> timer;
  int fired = 0;
  auto begun = host.timer().every(10, [&timer, &fired, kept = std::string(100, 'x')] {
    timer.reset();
    fired += static_cast<int>(kept.size());
  });
  ASSERT_TRUE(begun);
  timer.emplace(std::move(*begun));
  fake.timer(fake.user, 6);
  EXPECT_EQ(fired, 100);
  EXPECT_EQ(fake.ended, 1);
}

TEST_F(Facilities, what_a_timer_throws_is_logged) {
  const auto timer = host.timer().after(10, [] { throw std::runtime_error("broken"); });
  ASSERT_TRUE(timer);
  fake.timer(fake.user, 6);
  EXPECT_EQ(fake.logged, "a timer threw: broken");
}

TEST(WithoutInterfaces, everything_answers_with_the_name_of_what_is_missing) {
  FakeHost fake;
  const lodge::Host host(&fake);
  EXPECT_EQ(host.store().put("a", 1).error().code, LODGE_UNIMPLEMENTED);
  EXPECT_EQ(host.store().size().error().message,
            "lodge.store/1 is missing: the host does not have it, or denies it to this plugin");
  EXPECT_FALSE(host.store().watch("a", [](const lodge::Change&) {}));
  EXPECT_FALSE(host.names().register_name("a", 1));
  EXPECT_FALSE(host.names().open_owner("a"));
  EXPECT_FALSE(host.names().whereis<int>("a"));
  EXPECT_FALSE(host.names().values<int>("a"));
  EXPECT_FALSE(host.names().watch("a", [](const lodge::Change&) {}));
  EXPECT_FALSE(host.node_config().get<int>("a", "b"));
  EXPECT_FALSE(host.node_config().watch("a", "b", [](const lodge::Change&) {}));
  EXPECT_FALSE(host.timer().now());
  EXPECT_FALSE(host.timer().after(1, [] {}));
  EXPECT_FALSE(host.call("a", "b"));
  EXPECT_FALSE(host.target<int()>("a", "b"));
  EXPECT_FALSE(host.log().enabled(LODGE_LOG_ERROR));
  host.log().error("dropped");
}

}  // namespace
