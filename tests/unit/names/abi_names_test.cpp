#include "names/abi_names.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/writer.hpp"
#include "names/abi_config.hpp"
#include "plugin/host_context.hpp"
#include "rig/interface.hpp"
#include "rig/manual_executor.hpp"

namespace lodge::names {
namespace {

using testing::ElementsAre;

const std::uint8_t* bytes(const char* text) { return reinterpret_cast<const std::uint8_t*>(text); }

std::int32_t note_entry(void* user, const lodge_name_entry* entry) {
  static_cast<std::vector<std::string>*>(user)->emplace_back(text_of(entry->owner));
  return 1;
}
std::int32_t note_key(void* user, const lodge_slice* key, const lodge_slice*) {
  static_cast<std::vector<std::string>*>(user)->emplace_back(text_of(*key));
  return 0;
}
void note_event(void* user, const lodge_watch_event* event) {
  static_cast<std::vector<std::string>*>(user)->emplace_back(text_of(event->key));
}
std::int32_t put_seven(void*, const lodge_slice*, lodge_writer* out) {
  return append(*out, Bytes{7}) ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}

struct AbiNames : testing::Test {
  AbiNames() {
    offer_names(registry, all_names);
    offer_config(registry, node_config);
    context.set_service_owner(plugin::HostContext::new_owner());
    names = &rig::table<lodge_names_v1>(host);
    config = &rig::table<lodge_config_v1>(host);
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  Names all_names{executor, HashSeed{1}};
  NodeConfig node_config{clock, executor, HashSeed{1}};
  plugin::InterfaceRegistry registry;
  plugin::HostContext context{registry, "alpha", "plugin", {}};
  const lodge_host* host = &context;
  const lodge_names_v1* names = nullptr;
  const lodge_config_v1* config = nullptr;
  const Bytes one{1};
  std::vector<std::string> noted;
};

TEST_F(AbiNames, registers_for_the_service_and_for_opened_owners) {
  lodge_handle owner = 0;
  Writer holder;
  ASSERT_EQ(names->register_name(host, 0, bytes("a"), 1, one.data(), 1, nullptr), LODGE_OK);
  ASSERT_EQ(names->open_owner(host, "it", 2, &owner), LODGE_OK);
  EXPECT_EQ(names->register_name(host, owner, bytes("a"), 1, one.data(), 1, &holder), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(text_of(holder.view()), "alpha");
  EXPECT_EQ(names->register_name(host, owner, bytes("b"), 1, one.data(), 1, &holder), LODGE_OK);
  EXPECT_EQ(names->whereis(host, bytes("b"), 1, &note_entry, &noted), LODGE_OK);
  EXPECT_THAT(noted, ElementsAre("alpha/it"));
  EXPECT_EQ(names->unregister(host, 0, bytes("b"), 1), LODGE_PERMISSION_DENIED);
  EXPECT_EQ(names->close_owner(host, owner), LODGE_OK);
  EXPECT_EQ(names->whereis(host, bytes("b"), 1, &note_entry, &noted), LODGE_NOT_FOUND);
  EXPECT_EQ(names->register_name(host, owner, bytes("b"), 1, one.data(), 1, &holder), LODGE_STALE);
  EXPECT_EQ(names->unregister(host, 0, bytes("a"), 1), LODGE_OK);
}

TEST_F(AbiNames, shows_and_counts_the_holders_of_a_shared_name) {
  std::uint64_t count = 0;
  ASSERT_EQ(names->store(host, 0, bytes("s"), 1, one.data(), 1), LODGE_OK);
  EXPECT_EQ(names->values(host, bytes("s"), 1, nullptr, 0, &note_entry, &noted), LODGE_OK);
  EXPECT_THAT(noted, ElementsAre("alpha"));
  EXPECT_EQ(names->count(host, bytes("s"), 1, nullptr, 0, &count), LODGE_OK);
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(names->unstore(host, 0, bytes("s"), 1), LODGE_OK);
  EXPECT_EQ(names->unstore(host, 0, bytes("s"), 1), LODGE_NOT_FOUND);
}

TEST_F(AbiNames, tells_watchers_until_they_are_gone) {
  lodge_handle watch = 0;
  ASSERT_EQ(names->watch(host, 0, nullptr, 0, LODGE_WATCH_PREFIX, &note_event, &noted, &watch), LODGE_OK);
  ASSERT_EQ(names->register_name(host, 0, bytes("a"), 1, one.data(), 1, nullptr), LODGE_OK);
  executor.run_all();
  EXPECT_THAT(noted, ElementsAre("a"));
  EXPECT_EQ(names->unwatch(host, watch), LODGE_OK);
  EXPECT_EQ(names->unwatch(host, watch), LODGE_STALE);
}

TEST_F(AbiNames, a_destroyed_instance_is_told_nothing_and_asks_in_vain) {
  lodge_handle watch = 0;
  ASSERT_EQ(names->watch(host, 0, bytes("a"), 1, LODGE_WATCH_KEY, &note_event, &noted, &watch), LODGE_OK);
  ASSERT_EQ(names->register_name(host, 0, bytes("a"), 1, one.data(), 1, nullptr), LODGE_OK);
  context.gate().close();
  executor.run_all();
  EXPECT_TRUE(noted.empty());
  Writer out;
  EXPECT_EQ(names->whereis(host, bytes("a"), 1, &note_entry, &noted), LODGE_STALE);
  EXPECT_EQ(names->register_name(host, 0, bytes("a"), 1, one.data(), 1, nullptr), LODGE_STALE);
  EXPECT_EQ(config->get(host, "d", 1, bytes("k"), 1, &out), LODGE_STALE);
  EXPECT_EQ(config->own(host, &out), LODGE_STALE);
}

TEST_F(AbiNames, refuses_what_is_missing) {
  lodge_handle handle = 0;
  EXPECT_EQ(names->whereis(host, bytes("a"), 1, nullptr, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->values(host, bytes("a"), 1, nullptr, 0, nullptr, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->count(host, bytes("a"), 1, nullptr, 0, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->open_owner(host, "it", 2, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->watch(host, 2, bytes("a"), 1, 0, &note_event, &noted, &handle), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->watch(host, 0, bytes("a"), 1, 2, &note_event, &noted, &handle), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->register_name(host, 0, nullptr, 5, one.data(), 1, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names->send(host, bytes("a"), 1, "greet", 5, nullptr, 0, 0), LODGE_NOT_FOUND);
}

TEST_F(AbiNames, gives_a_plugin_its_own_settings) {
  context.set_settings(Bytes{0x81, 0xa1, 'k', 1});
  Writer out;
  EXPECT_EQ(config->own(host, &out), LODGE_OK);
  EXPECT_EQ(out.take(), (Bytes{0x81, 0xa1, 'k', 1}));
}

TEST_F(AbiNames, reaches_the_configuration_of_the_node) {
  Writer out;
  std::int64_t sum = 0;
  lodge_handle watch = 0;
  ASSERT_EQ(config->watch(host, "d", 1, nullptr, 0, LODGE_WATCH_PREFIX, &note_event, &noted, &watch), LODGE_OK);
  EXPECT_EQ(config->put(host, "d", 1, bytes("k"), 1, one.data(), 1), LODGE_OK);
  EXPECT_EQ(config->put_new(host, "d", 1, bytes("k"), 1, one.data(), 1), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(config->increment(host, "d", 1, bytes("k"), 1, 4, &sum), LODGE_OK);
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(config->get(host, "d", 1, bytes("k"), 1, &out), LODGE_OK);
  EXPECT_EQ(out.take(), Bytes{5});
  EXPECT_EQ(config->update(host, "d", 1, bytes("k"), 1, &put_seven, nullptr), LODGE_OK);
  EXPECT_EQ(config->add(host, "d", 1, bytes("s"), 1, one.data(), 1), LODGE_OK);
  EXPECT_EQ(config->add(host, "d", 1, bytes("s"), 1, one.data(), 1), LODGE_ALREADY_EXISTS);
  std::vector<std::string> keys;
  EXPECT_EQ(config->scan(host, "d", 1, &note_key, &keys), LODGE_OK);
  EXPECT_THAT(keys, testing::UnorderedElementsAre("k", "s"));
  EXPECT_EQ(config->remove(host, "d", 1, bytes("k"), 1), LODGE_OK);
  executor.run_all();
  EXPECT_THAT(noted, ElementsAre("k", "k", "k", "s", "k"));
  EXPECT_EQ(config->unwatch(host, watch), LODGE_OK);
}

}  // namespace
}  // namespace lodge::names
