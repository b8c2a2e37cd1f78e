#include "names/names.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "plugin/host_context.hpp"
#include "rig/manual_executor.hpp"

namespace lodge::names {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Bytes packed(const wire::Value& value) { return value.pack(); }

struct NamesTest : testing::Test {
  Code take(Owner& owner, std::string_view name, const wire::Value& value = 1) {
    return names.register_name(owner, view_of(name), packed(value), &holder);
  }
  Code give(Owner& owner, std::string_view name) { return names.unregister(owner, view_of(name)); }
  Code store(Owner& owner, std::string_view name, const wire::Value& value = 1) {
    return names.store(owner, view_of(name), packed(value));
  }
  Code unstore(Owner& owner, std::string_view name) { return names.unstore(owner, view_of(name)); }
  static std::string shown(const Names::Entry& entry) {
    const auto value = wire::Value::unpack(entry.value);
    const bool number = value.ok() && value->as_int() != nullptr;
    return std::string(entry.owner) + "=" + (number ? std::to_string(*value->as_int()) : "?");
  }
  std::string whereis(std::string_view name) {
    std::string seen;
    const Code code = names.whereis(view_of(name), [&](const Names::Entry& entry) { seen = shown(entry); });
    return code == Code::OK ? seen : std::string(code_name(code));
  }
  std::vector<std::string> values(std::string_view name, ByteView filter = {}) {
    std::vector<std::string> seen;
    EXPECT_EQ(names.values(view_of(name), filter,
                           [&](const Names::Entry& entry) {
                             seen.push_back(shown(entry));
                             return true;
                           }),
              Code::OK);
    return seen;
  }
  std::uint64_t count(std::string_view name, ByteView filter = {}) {
    std::uint64_t number = 0;
    EXPECT_EQ(names.count(view_of(name), filter, number), Code::OK);
    return number;
  }
  WatchHub::Tell noting() {
    return [this](const lodge_watch_event& event) {
      told.push_back(std::to_string(event.what) + " " + std::string(text_of(event.key)));
    };
  }

  rig::ManualExecutor executor;
  Names names{executor, HashSeed{1}, {.node = 1000, .instance = 500}};
  Names::OwnerPtr alpha = names.service_owner(plugin::HostContext::new_owner(), "alpha");
  Names::OwnerPtr beta = names.service_owner(plugin::HostContext::new_owner(), "beta");
  std::string holder;
  std::vector<std::string> told;
};

TEST_F(NamesTest, a_unique_name_has_one_holder) {
  EXPECT_EQ(take(*alpha, "x", 7), Code::OK);
  EXPECT_EQ(take(*beta, "x", 8), Code::ALREADY_EXISTS);
  EXPECT_EQ(holder, "alpha");
  EXPECT_EQ(whereis("x"), "alpha=7");
  EXPECT_EQ(whereis("y"), "NOT_FOUND");
}

TEST_F(NamesTest, its_holder_replaces_the_value) {
  EXPECT_EQ(take(*alpha, "x", 7), Code::OK);
  EXPECT_EQ(take(*alpha, "x", 8), Code::OK);
  EXPECT_EQ(whereis("x"), "alpha=8");
  EXPECT_EQ(names.size(), 1U);
}

TEST_F(NamesTest, only_its_holder_gives_a_name_back) {
  EXPECT_EQ(give(*alpha, "x"), Code::NOT_FOUND);
  EXPECT_EQ(take(*alpha, "x"), Code::OK);
  EXPECT_EQ(give(*beta, "x"), Code::PERMISSION_DENIED);
  EXPECT_EQ(give(*alpha, "x"), Code::OK);
  EXPECT_EQ(take(*beta, "x", 2), Code::OK);
  EXPECT_EQ(whereis("x"), "beta=2");
}

TEST_F(NamesTest, refuses_impossible_names_and_values) {
  const std::string long_name(256, 'n');
  const Bytes large = packed(std::string(std::size_t{64} << 10, 'v'));
  EXPECT_EQ(take(*alpha, ""), Code::INVALID_ARGUMENT);
  EXPECT_EQ(take(*alpha, long_name), Code::INVALID_ARGUMENT);
  EXPECT_EQ(take(*alpha, std::string(255, 'n')), Code::OK);
  EXPECT_EQ(store(*alpha, ""), Code::INVALID_ARGUMENT);
  EXPECT_EQ(give(*alpha, long_name), Code::INVALID_ARGUMENT);
  EXPECT_EQ(unstore(*alpha, long_name), Code::INVALID_ARGUMENT);
  EXPECT_EQ(whereis(""), "INVALID_ARGUMENT");
  for (const Bytes& bad : {Bytes{}, Bytes{1, 2}, Bytes{0xc1}, large}) {
    EXPECT_EQ(names.register_name(*alpha, view_of("x"), bad, nullptr), Code::INVALID_ARGUMENT);
    EXPECT_EQ(names.store(*alpha, view_of("x"), bad), Code::INVALID_ARGUMENT);
  }
  std::uint64_t number = 0;
  EXPECT_EQ(names.count(view_of(long_name), {}, number), Code::INVALID_ARGUMENT);
  EXPECT_EQ(names.values(view_of("x"), packed(5), [](const auto&) { return true; }), Code::INVALID_ARGUMENT);
}

TEST_F(NamesTest, finds_values_too_large_for_the_stack) {
  const wire::Value large = std::string(10'000, 'v');
  EXPECT_EQ(take(*alpha, "x", large), Code::OK);
  Bytes seen;
  EXPECT_EQ(names.whereis(view_of("x"), [&](const Names::Entry& entry) { seen = copy_of(entry.value); }), Code::OK);
  EXPECT_EQ(seen, packed(large));
}

TEST_F(NamesTest, a_shared_name_has_many_holders_with_a_value_each) {
  EXPECT_EQ(store(*alpha, "x", 1), Code::OK);
  EXPECT_EQ(store(*beta, "x", 2), Code::OK);
  EXPECT_EQ(store(*alpha, "x", 3), Code::OK);
  EXPECT_THAT(values("x"), UnorderedElementsAre("alpha=3", "beta=2"));
  EXPECT_EQ(count("x"), 2U);
  EXPECT_EQ(unstore(*alpha, "x"), Code::OK);
  EXPECT_EQ(unstore(*alpha, "x"), Code::NOT_FOUND);
  EXPECT_THAT(values("x"), ElementsAre("beta=2"));
  EXPECT_EQ(unstore(*beta, "x"), Code::OK);
  EXPECT_THAT(values("x"), IsEmpty());
  EXPECT_EQ(count("x"), 0U);
  EXPECT_EQ(names.size(), 0U);
}

TEST_F(NamesTest, holders_come_and_go_in_any_order) {
  std::vector<Names::OwnerPtr> owners;
  for (std::uint64_t i = 0; i < 5; ++i) {
    owners.push_back(names.service_owner(plugin::HostContext::new_owner(), std::to_string(i)));
  }
  for (const auto& each : owners) EXPECT_EQ(store(*each, "x", 1), Code::OK);
  for (const std::size_t gone : {2U, 0U, 4U}) EXPECT_EQ(unstore(*owners[gone], "x"), Code::OK);
  EXPECT_EQ(store(*owners[3], "x", 9), Code::OK);
  EXPECT_EQ(store(*owners[0], "x", 5), Code::OK);
  EXPECT_THAT(values("x"), UnorderedElementsAre("0=5", "1=1", "3=9"));
}

TEST_F(NamesTest, unique_and_shared_names_do_not_meet) {
  EXPECT_EQ(take(*alpha, "x", 1), Code::OK);
  EXPECT_EQ(store(*beta, "x", 2), Code::OK);
  EXPECT_EQ(whereis("x"), "alpha=1");
  EXPECT_THAT(values("x"), ElementsAre("beta=2"));
}

TEST_F(NamesTest, filters_by_fields_of_the_value) {
  const auto red = wire::Value::map({{"colour", "red"}, {"size", 1}});
  const auto blue = wire::Value::map({{"colour", "blue"}, {"size", 1}});
  EXPECT_EQ(store(*alpha, "x", red), Code::OK);
  EXPECT_EQ(store(*beta, "x", blue), Code::OK);
  EXPECT_EQ(store(*names.service_owner(plugin::HostContext::new_owner(), "plain"), "x", 5), Code::OK);
  EXPECT_THAT(values("x", packed(wire::Value::map({{"colour", "red"}}))), ElementsAre("alpha=?"));
  EXPECT_EQ(count("x", packed(wire::Value::map({{"size", 1}}))), 2U);
  EXPECT_EQ(count("x", packed(wire::Value::map({{"size", 1}, {"colour", "green"}}))), 0U);
  EXPECT_EQ(count("x", packed(wire::Value::Map{})), 2U);
  EXPECT_EQ(count("x"), 3U);
}

TEST_F(NamesTest, a_visitor_stops_where_it_likes) {
  EXPECT_EQ(store(*alpha, "x"), Code::OK);
  EXPECT_EQ(store(*beta, "x"), Code::OK);
  int seen = 0;
  EXPECT_EQ(names.values(view_of("x"), {}, [&](const auto&) { return ++seen < 1; }), Code::OK);
  EXPECT_EQ(seen, 1);
}

TEST_F(NamesTest, names_go_with_their_service) {
  EXPECT_EQ(take(*alpha, "a"), Code::OK);
  EXPECT_EQ(take(*beta, "b"), Code::OK);
  EXPECT_EQ(store(*alpha, "s"), Code::OK);
  EXPECT_EQ(store(*beta, "s", 2), Code::OK);
  names.release_owner(alpha->id());
  EXPECT_EQ(whereis("a"), "NOT_FOUND");
  EXPECT_EQ(whereis("b"), "beta=1");
  EXPECT_THAT(values("s"), ElementsAre("beta=2"));
  EXPECT_EQ(take(*alpha, "a"), Code::STALE);
  EXPECT_EQ(store(*alpha, "a"), Code::STALE);
  EXPECT_EQ(names.size(), 2U);
}

TEST_F(NamesTest, a_name_given_back_and_taken_by_another_stays) {
  EXPECT_EQ(take(*alpha, "x"), Code::OK);
  EXPECT_EQ(give(*alpha, "x"), Code::OK);
  EXPECT_EQ(take(*beta, "x", 2), Code::OK);
  names.release_owner(alpha->id());
  EXPECT_EQ(whereis("x"), "beta=2");
}

TEST_F(NamesTest, names_go_with_an_opened_owner) {
  lodge_handle handle = 0;
  EXPECT_EQ(names.open_owner(100, "alpha", "socket", handle), Code::OK);
  const Names::OwnerPtr owner = names.find_owner(100, handle);
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(names.find_owner(101, handle), nullptr);
  EXPECT_EQ(take(*owner, "x"), Code::OK);
  EXPECT_EQ(whereis("x"), "alpha/socket=1");
  EXPECT_EQ(take(*alpha, "x"), Code::ALREADY_EXISTS);
  EXPECT_EQ(holder, "alpha/socket");
  EXPECT_EQ(names.close_owner(101, handle), Code::STALE);
  EXPECT_EQ(names.close_owner(100, handle), Code::OK);
  EXPECT_EQ(names.close_owner(100, handle), Code::STALE);
  EXPECT_EQ(whereis("x"), "NOT_FOUND");
  EXPECT_EQ(names.open_owner(100, "alpha", std::string(65, 'l'), handle), Code::INVALID_ARGUMENT);
}

TEST_F(NamesTest, an_instance_opens_so_many_owners_and_another_as_many) {
  lodge_handle handle = 0, other = 0;
  for (std::size_t i = 0; i < Names::owners_per_instance_max; ++i)
    ASSERT_EQ(names.open_owner(100, "alpha", "", handle), Code::OK);
  EXPECT_EQ(names.open_owner(100, "alpha", "", other), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(names.open_owner(101, "alpha", "", other), Code::OK);
  EXPECT_EQ(names.close_owner(100, handle), Code::OK);
  EXPECT_EQ(names.open_owner(100, "alpha", "", handle), Code::OK);
}

TEST_F(NamesTest, opened_owners_and_watches_go_with_their_instance) {
  lodge_handle first = 0;
  lodge_handle second = 0;
  lodge_handle watch = 0;
  EXPECT_EQ(names.open_owner(100, "alpha", "1", first), Code::OK);
  EXPECT_EQ(names.open_owner(101, "alpha", "2", second), Code::OK);
  EXPECT_EQ(take(*names.find_owner(100, first), "x"), Code::OK);
  EXPECT_EQ(take(*names.find_owner(101, second), "y"), Code::OK);
  EXPECT_EQ(names.watch(Kind::unique, {}, true, 100, noting(), watch), Code::OK);
  names.release_instance(100);
  executor.run_all();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(whereis("x"), "NOT_FOUND");
  EXPECT_EQ(whereis("y"), "alpha/2=1");
  EXPECT_EQ(names.find_owner(100, first), nullptr);
  EXPECT_EQ(names.unwatch(watch, 100), Code::STALE);
}

TEST_F(NamesTest, remembers_what_is_held_through_much_coming_and_going) {
  EXPECT_EQ(take(*alpha, "stays"), Code::OK);
  EXPECT_EQ(store(*alpha, "stays too"), Code::OK);
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(take(*alpha, "goes"), Code::OK);
    EXPECT_EQ(give(*alpha, "goes"), Code::OK);
    EXPECT_EQ(store(*alpha, "goes"), Code::OK);
    EXPECT_EQ(unstore(*alpha, "goes"), Code::OK);
  }
  names.release_owner(alpha->id());
  EXPECT_EQ(names.size(), 0U);
}

TEST_F(NamesTest, watchers_hear_who_comes_changes_and_goes) {
  lodge_handle watch = 0;
  EXPECT_EQ(names.watch(Kind::unique, view_of("x"), false, 9, noting(), watch), Code::OK);
  EXPECT_EQ(take(*alpha, "x"), Code::OK);
  EXPECT_EQ(take(*beta, "x"), Code::ALREADY_EXISTS);
  EXPECT_EQ(take(*alpha, "y"), Code::OK);
  EXPECT_EQ(store(*alpha, "x"), Code::OK);
  EXPECT_EQ(take(*alpha, "x", 2), Code::OK);
  names.release_owner(alpha->id());
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 x", "1 x", "2 x"));
  EXPECT_EQ(names.unwatch(watch, 8), Code::STALE);
  EXPECT_EQ(names.unwatch(watch, 9), Code::OK);
  EXPECT_EQ(names.watch(Kind::unique, {}, false, 9, noting(), watch), Code::INVALID_ARGUMENT);
}

TEST_F(NamesTest, watchers_of_a_shared_name_hear_of_each_holder) {
  lodge_handle watch = 0;
  EXPECT_EQ(names.watch(Kind::shared, view_of("x"), true, 9, noting(), watch), Code::OK);
  EXPECT_EQ(store(*alpha, "x1"), Code::OK);
  EXPECT_EQ(store(*beta, "x1"), Code::OK);
  EXPECT_EQ(unstore(*beta, "x1"), Code::OK);
  EXPECT_EQ(take(*beta, "x1"), Code::OK);
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 x1", "1 x1", "2 x1"));
}

struct NotingDeliver : Deliver {
  Status send(std::string_view service, std::string_view callback, const wire::PackedValues& args) override {
    sent.push_back(std::string(service) + " " + std::string(callback) + " " + std::to_string(args.bytes().size()) +
                   " " + std::to_string(args.count()));
    return answer;
  }
  std::vector<std::string> sent;
  Status answer;
};

TEST_F(NamesTest, sends_to_the_service_that_holds_the_name) {
  NotingDeliver deliver;
  lodge_handle handle = 0;
  EXPECT_EQ(take(*alpha, "x"), Code::OK);
  EXPECT_EQ(names.open_owner(100, "alpha", "socket", handle), Code::OK);
  EXPECT_EQ(take(*names.find_owner(100, handle), "y"), Code::OK);
  EXPECT_EQ(names.send(view_of("x"), "greet", Bytes{1, 2}, 2), Code::UNAVAILABLE);
  names.set_deliver(deliver);
  EXPECT_EQ(names.send(view_of("x"), "greet", Bytes{1, 2}, 2), Code::OK);
  EXPECT_EQ(names.send(view_of("y"), "greet", {}, 0), Code::OK);
  EXPECT_EQ(names.send(view_of("z"), "greet", {}, 0), Code::NOT_FOUND);
  EXPECT_EQ(names.send(view_of("x"), "greet", Bytes{1, 2}, 1), Code::INVALID_ARGUMENT);
  EXPECT_THAT(deliver.sent, ElementsAre("alpha greet 2 2", "alpha greet 0 0"));
  deliver.answer = Error{Code::RESOURCE_EXHAUSTED, "full"};
  EXPECT_EQ(names.send(view_of("x"), "greet", {}, 0), Code::RESOURCE_EXHAUSTED);
}

TEST_F(NamesTest, lists_the_first_names_of_a_prefix) {
  for (const auto* name : {"b2", "a1", "b1", "b3"}) EXPECT_EQ(take(*alpha, name), Code::OK);
  EXPECT_EQ(store(*beta, "b1"), Code::OK);
  EXPECT_EQ(store(*alpha, "b1"), Code::OK);
  const auto shown_all = [&](std::string_view prefix, std::size_t limit) {
    std::vector<std::string> out;
    for (const auto& each : names.list(view_of(prefix), limit)) {
      out.push_back((each.kind == Kind::unique ? "u " : "s ") + each.name + " " + each.owner);
    }
    return out;
  };
  EXPECT_THAT(shown_all("b", 10), ElementsAre("u b1 alpha", "u b2 alpha", "u b3 alpha", "s b1 alpha", "s b1 beta"));
  EXPECT_THAT(shown_all("b", 2), ElementsAre("u b1 alpha", "u b2 alpha"));
  EXPECT_THAT(shown_all("", 1), ElementsAre("u a1 alpha"));
}

TEST_F(NamesTest, of_many_threads_one_gets_each_name) {
  constexpr int each = 200;
  std::atomic<int> got{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto owner = names.service_owner(10'000 + t, "s" + std::to_string(t));
      for (int i = 0; i < each; ++i) {
        const std::string name = "n" + std::to_string(i);
        if (names.register_name(*owner, view_of(name), packed(1), nullptr) == Code::OK) ++got;
        EXPECT_EQ(names.whereis(view_of(name), [](const auto&) {}), Code::OK);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(got, each);
  for (std::uint64_t t = 0; t < 4; ++t) names.release_owner(10'000 + t);
  EXPECT_EQ(names.size(), 0U);
}

TEST_F(NamesTest, those_that_hold_throughout_are_seen_exactly_once) {
  EXPECT_EQ(store(*alpha, "x", 1), Code::OK);
  std::atomic<bool> ending{false};
  std::thread changing([&] {
    for (std::uint64_t i = 0; i < 3000; ++i) {
      const auto other = names.service_owner(10'000 + i % 7, "other");
      EXPECT_EQ(names.store(*other, view_of("x"), packed(1)), Code::OK);
      EXPECT_EQ(names.store(*alpha, view_of("x"), packed(1)), Code::OK);
      if (i % 2 == 0) {
        EXPECT_EQ(names.unstore(*other, view_of("x")), Code::OK);
      }
    }
    ending = true;
  });
  do {
    int seen = 0;
    EXPECT_EQ(names.values(view_of("x"), {},
                           [&](const Names::Entry& entry) {
                             seen += entry.owner == "alpha" ? 1 : 0;
                             return true;
                           }),
              Code::OK);
    ASSERT_EQ(seen, 1);
  } while (!ending);
  changing.join();
}

TEST_F(NamesTest, nothing_is_left_when_registering_races_with_release) {
  for (std::uint64_t round = 0; round < 50; ++round) {
    const auto owner = names.service_owner(10'000 + round, "racer");
    std::thread registering([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string name = std::to_string(i);
        static_cast<void>(names.register_name(*owner, view_of(name), packed(1), nullptr));
        static_cast<void>(names.store(*owner, view_of(name), packed(1)));
      }
    });
    names.release_owner(10'000 + round);
    registering.join();
    ASSERT_EQ(names.size(), 0U);
  }
}

}  // namespace
}  // namespace lodge::names
