// Configuration that outlives the host: what was acknowledged is there whatever ended it, and what cannot be kept is
// said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "host_process.hpp"
#include "platform/file_lock.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using wire::Value;

constexpr std::string_view config =
    "[config.kept]\nseeded = 1\n[config_store.kept]\npersist = true\n[service.s]\nplugins = [\"counter_on_disk\"]\n";

class Persist : public ::testing::Test {
 protected:
  Persist() { directory.add_plugin("counter_on_disk"); }

  static constexpr const char* data_file = "data/state/data.mdb";
  [[nodiscard]] std::filesystem::path state() const { return directory.path() / "data" / "state"; }
  /// A state that a host has left.
  void leave_state() const { EXPECT_EQ(HostProcess(directory, config).stop().ended, "exited 0"); }
  /// The host does not start, and leaves the file as it is.
  void expect_refused(const std::string& ended, const std::string& said) const {
    const std::string before = directory.read(data_file);
    const Outcome outcome = run_lodged(directory, config);
    EXPECT_EQ(outcome.ended, ended) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(said), HasSubstr(state().string())));
    EXPECT_EQ(directory.read(data_file), before);
  }
  static Outcome put(const HostProcess& host, const std::string& key, const std::string& json) {
    return host.lodgectl({"config", "put", "kept", key, json});
  }
  static std::int64_t number_at(const HostProcess& host, const std::string& key) {
    const auto found = host.call("lodge", "config_get", {"kept", key});
    return found && found->as_int() != nullptr ? *found->as_int() : 0;
  }

  ScratchDirectory directory;
};

/// What a client has been told about its two entries: the last number that it put, and how far it has counted.
struct Told {
  std::string put_key;
  std::string count_key;
  std::atomic<std::int64_t> put{0};
  std::atomic<std::int64_t> counted{0};
};

/// Puts and counts until the host is gone.
void write_on(wire::Client client, Told& told) {
  for (std::int64_t next = told.put + 1;; ++next) {
    if (!client.call("lodge", "config_put", packed({"kept", told.put_key, next}), 3)) return;
    told.put = next;
    const auto counted = client.call("s", "count", packed({told.count_key}), 1);
    if (!counted) return;
    told.counted = *Value::unpack(*counted).value().as_int();
  }
}

/// Nothing that was told is lost; of what was under way at the end, one may be there.
void expect_there(std::int64_t there, std::atomic<std::int64_t>& told, const std::string& key) {
  EXPECT_TRUE(there == told || there == told + 1) << key << " is " << there << ", and " << told << " was acknowledged";
  told = there;
}

}  // namespace

TEST_F(Persist, what_was_acknowledged_is_there_after_kills_under_load) {
  std::array<Told, 8> all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].put_key = "put" + std::to_string(i);
    all[i].count_key = "count" + std::to_string(i);
  }
  for (int round = 0; round < 4; ++round) {
    HostProcess host(directory, config, "round" + std::to_string(round));
    std::vector<std::thread> clients;
    std::array<std::int64_t, all.size()> before{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      Told& told = all[i];
      expect_there(number_at(host, told.put_key), told.put, told.put_key);
      expect_there(number_at(host, told.count_key), told.counted, told.count_key);
      before[i] = told.put;
      clients.emplace_back([&told, client = host.connect()]() mutable { write_on(std::move(client), told); });
    }
    // In the thick of it: each client has been served for a while.
    EXPECT_TRUE(eventually([&] {
      return std::equal(all.begin(), all.end(), before.begin(),
                        [](const Told& told, std::int64_t then) { return told.put >= then + 25; });
    })) << host.log();
    host.process().signal(SIGKILL);
    EXPECT_EQ(host.process().outcome().ended, "killed by SIGKILL");
    for (std::thread& each : clients) each.join();
  }
  const HostProcess host(directory, config, "last");
  for (Told& told : all) {
    expect_there(number_at(host, told.put_key), told.put, told.put_key);
    expect_there(number_at(host, told.count_key), told.counted, told.count_key);
  }
}

TEST_F(Persist, what_was_changed_and_deleted_wins_over_the_file) {
  {
    HostProcess host(directory, config);
    EXPECT_EQ(number_at(host, "seeded"), 1);
    EXPECT_EQ(put(host, "more", "[1, {\"a\": null}]").ended, "exited 0");
    EXPECT_EQ(host.lodgectl({"config", "delete", "kept", "seeded"}).ended, "exited 0");
    EXPECT_EQ(host.stop().ended, "exited 0");
  }
  const HostProcess again(directory, config, "again");
  EXPECT_EQ(again.ask({"config", "get", "kept", "more"}), Value(Value::List{1, Value::map({{"a", Value()}})}));
  EXPECT_THAT(again.lodgectl({"config", "get", "kept", "seeded"}).err, HasSubstr("no key `seeded`"));
}

TEST_F(Persist, a_disk_without_room_refuses_writes_changes_nothing_and_recovers) {
  HostProcess host(directory, config);
  ASSERT_EQ(put(host, "k", "1").ended, "exited 0");
  rlimit before{};
  ASSERT_EQ(::prlimit(host.process().pid(), RLIMIT_FSIZE, nullptr, &before), 0);
  const rlimit full{std::filesystem::file_size(directory.path() / data_file), before.rlim_max};
  ASSERT_EQ(::prlimit(host.process().pid(), RLIMIT_FSIZE, &full, nullptr), 0);
  const std::string big = "\"" + std::string(60'000, 'x') + "\"";
  const Outcome refused = put(host, "k", big);
  EXPECT_EQ(refused.ended, "exited 1");
  EXPECT_THAT(refused.err, AllOf(HasSubstr("RESOURCE_EXHAUSTED"), HasSubstr((state() / "data.mdb").string()),
                                 HasSubstr("make room")));
  EXPECT_EQ(number_at(host, "k"), 1) << "the value is as it was";
  EXPECT_THAT(host.log(), HasSubstr("make room"));
  ASSERT_EQ(::prlimit(host.process().pid(), RLIMIT_FSIZE, &before, nullptr), 0);
  EXPECT_EQ(put(host, "k", big).ended, "exited 0");
  EXPECT_THAT(host.log(), HasSubstr("can be written again"));
  EXPECT_EQ(host.stop().ended, "exited 0");
  EXPECT_EQ(HostProcess(directory, config, "again").ask({"config", "get", "kept", "k"}),
            Value(std::string(60'000, 'x')));
}

TEST_F(Persist, a_quick_callback_must_not_wait_for_the_disk) {
  const HostProcess host(directory, config);
  const auto refused = host.call("s", "count_hastily", {"n"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::FAILED_PRECONDITION);
  EXPECT_THAT(host.log(), AllOf(HasSubstr("plugin misbehaved"), HasSubstr("counter_on_disk"),
                                HasSubstr("increment in a persisted domain")));
  EXPECT_EQ(number_at(host, "n"), 0);
  EXPECT_TRUE(host.call("s", "count", {"n"}));
}

TEST_F(Persist, a_file_that_is_none_of_lodges_ends_the_host_with_65) {
  std::filesystem::create_directories(state());
  directory.write(data_file, std::string(50'000, 'p'));
  expect_refused("exited 65", "not written by Lodge");
}

TEST_F(Persist, a_file_that_was_cut_short_ends_the_host_with_65) {
  {
    HostProcess host(directory, config);
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(host.call("lodge", "config_put", {"kept", std::to_string(i), std::string(9'000, 'x')}));
    ASSERT_EQ(host.stop().ended, "exited 0");
  }
  std::filesystem::resize_file(directory.path() / data_file, 40'960);
  expect_refused("exited 65", "lies outside of the file");
}

TEST_F(Persist, an_entry_that_has_changed_on_disk_ends_the_host_with_65) {
  {
    HostProcess host(directory, config);
    ASSERT_EQ(put(host, "colour", "\"a value that is found again\"").ended, "exited 0");
    ASSERT_EQ(host.stop().ended, "exited 0");
  }
  std::string bytes = directory.read(data_file);
  for (std::size_t at = 0; (at = bytes.find("found again", at)) != std::string::npos;) bytes[at] = 'F';
  directory.write(data_file, bytes);
  expect_refused("exited 65", "`colour` of domain `kept`");
}

TEST_F(Persist, a_state_that_another_process_has_ends_the_host_with_75) {
  leave_state();
  const auto held = platform::FileLock::take(state() / "state.lock");
  ASSERT_TRUE(held);
  expect_refused("exited 75", "is held by process");
}

TEST_F(Persist, a_place_that_cannot_be_written_ends_the_host_with_73) {
  std::filesystem::create_directories(directory.path() / "data");
  directory.write("data/state", "in the way");
  const Outcome outcome = run_lodged(directory, config);
  EXPECT_EQ(outcome.ended, "exited 73") << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(state().string()));
  EXPECT_EQ(directory.read("data/state"), "in the way");
}

TEST_F(Persist, a_host_that_keeps_nothing_needs_no_state) {
  std::filesystem::create_directories(directory.path() / "data");
  directory.write("data/state", "in the way");
  const HostProcess host(directory, "[service.s]\nplugins = [\"counter_on_disk\"]\n");
  EXPECT_TRUE(host.call("s", "count", {"n"}));
}

}  // namespace lodge::system_test
