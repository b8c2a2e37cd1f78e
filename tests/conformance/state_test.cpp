// Conformance, services 28 to 31: store, names, node configuration (28 and 31 as far as they go without the lifecycle).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "rig/node.hpp"
#include "state/committer.hpp"

namespace lodge {
namespace {

using rig::Lender;
using rig::Node;
using rig::table;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::uint8_t* bytes(std::string_view text) { return view_of(text).data(); }

class Store {
 public:
  explicit Store(const lodge_host* host) : host_(host), table_(table<lodge_store_v1>(host)) {}
  std::int32_t put_new(std::string_view key, std::string_view value) {
    return table_.put_new(host_, bytes(key), key.size(), bytes(value), value.size(), 0);
  }
  std::string get(std::string_view key, const std::string& missing) {
    Writer value;
    return table_.get(host_, bytes(key), key.size(), &value) == LODGE_OK ? std::string(text_of(value.view())) : missing;
  }

 private:
  const lodge_host* host_;
  const lodge_store_v1& table_;
};

// A missing key gives the default; put_new twice is refused; gone after the service is.
TEST(services, 28) {
  Lender p("p"), q("q");
  Node node;
  node.add(p.plugin, q.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  ASSERT_TRUE(node.start("other", {"q"}));
  Store store(p.host);
  EXPECT_EQ(store.get("k", "default"), "default");
  EXPECT_EQ(store.put_new("k", "first"), LODGE_OK);
  EXPECT_EQ(store.put_new("k", "second"), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(store.get("k", "default"), "first");
  EXPECT_EQ(Store(q.host).get("k", "default"), "default") << "a store is its service's own";
  ASSERT_TRUE(node.runtime().stop_all(std::chrono::seconds(5)));
  EXPECT_EQ(store.put_new("k", "late"), LODGE_STALE);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(Store(p.host).get("k", "default"), "default");
}

/// An owner handle with what it does to names.
class Holder {
 public:
  Holder(const lodge_host* host, std::string_view label) : host_(host), table_(table<lodge_names_v1>(host)) {
    EXPECT_EQ(table_.open_owner(host, label.data(), label.size(), &owner_), LODGE_OK);
  }
  std::int32_t take(std::string_view name, std::string* holder) {
    Writer who;
    const std::int32_t code = table_.register_name(host_, owner_, bytes(name), name.size(), &nil, 1, &who);
    *holder = text_of(who.view());
    return code;
  }
  std::int32_t store(std::string_view name, std::uint8_t value) {
    return table_.store(host_, owner_, bytes(name), name.size(), &value, 1);
  }
  std::vector<int> values(std::string_view name) {
    std::vector<int> out;
    const auto visit = [](void* user, const lodge_name_entry* entry) {
      static_cast<std::vector<int>*>(user)->push_back(view_of(entry->value)[0]);
      return 0;
    };
    EXPECT_EQ(table_.values(host_, bytes(name), name.size(), nullptr, 0, visit, &out), LODGE_OK);
    return out;
  }
  void die() { EXPECT_EQ(table_.close_owner(host_, owner_), LODGE_OK); }

 private:
  static constexpr std::uint8_t nil = 0xc0;
  const lodge_host* host_;
  const lodge_names_v1& table_;
  lodge_handle owner_ = 0;
};

// The second holder is refused with the first one's identity; after the holder dies the name is free.
TEST(services, 29) {
  Lender p("p");
  Node node;
  node.add(p.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  Holder first(p.host, "first");
  Holder second(p.host, "second");
  std::string holder;
  EXPECT_EQ(first.take("ada", &holder), LODGE_OK);
  EXPECT_EQ(second.take("ada", &holder), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(holder, "s/first");
  first.die();
  EXPECT_EQ(second.take("ada", &holder), LODGE_OK);
}

// A name held by a service is free once the service has ended.
TEST(services, 29_service) {
  Lender p("p"), q("q");
  Node node;
  node.add(p.plugin, q.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto take = [](const lodge_host* host) {
    const std::uint8_t nil = 0xc0;
    return table<lodge_names_v1>(host).register_name(host, 0, bytes("ada"), 3, &nil, 1, nullptr);
  };
  ASSERT_EQ(take(p.host), LODGE_OK);
  ASSERT_TRUE(node.runtime().stop_all(std::chrono::seconds(5)));
  ASSERT_TRUE(node.start("t", {"q"}));
  EXPECT_EQ(take(q.host), LODGE_OK);
}

// Three holders of a shared name: three values; one dies: two.
TEST(services, 30) {
  Lender p("p");
  Node node;
  node.add(p.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  Holder a(p.host, "a"), b(p.host, "b"), c(p.host, "c");
  EXPECT_EQ(a.store("room", 1), LODGE_OK);
  EXPECT_EQ(b.store("room", 2), LODGE_OK);
  EXPECT_EQ(c.store("room", 3), LODGE_OK);
  EXPECT_THAT(a.values("room"), UnorderedElementsAre(1, 2, 3));
  b.die();
  EXPECT_THAT(a.values("room"), UnorderedElementsAre(1, 3));
}

// Increment of a missing key gives 1; an update whose function fails changes nothing and answers its error.
TEST(services, 31) {
  Lender p("p");
  Node node;
  node.add(p.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto& config = table<lodge_config_v1>(p.host);
  std::int64_t value = 0;
  EXPECT_EQ(config.increment(p.host, "d", 1, bytes("n"), 1, 1, &value), LODGE_OK);
  EXPECT_EQ(value, 1);
  const auto refuse = [](void*, const lodge_slice*, lodge_writer* out) {
    (void)append(*out, view_of("\x07"));
    return std::int32_t{LODGE_ABORTED};
  };
  EXPECT_EQ(config.update(p.host, "d", 1, bytes("n"), 1, refuse, nullptr), LODGE_ABORTED);
  ASSERT_TRUE(node.runtime().stop_all(std::chrono::seconds(5)));
  ASSERT_TRUE(node.start("s", {"p"}));
  Writer after;
  EXPECT_EQ(config.get(p.host, "d", 1, bytes("n"), 1, &after), LODGE_OK);
  EXPECT_THAT(after.take(), ElementsAre(1)) << "and it survives the service";
}

// In a persisted domain all of that survives the host, too.
TEST(services, 31_persisted) {
  std::string directory = (std::filesystem::temp_directory_path() / "lodge-services-31-XXXXXX").string();
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  for (std::int64_t round = 1; round <= 3; ++round) {
    Lender p("p");
    state::Committer committer(state::Environment::open({directory + "/state"}).value());
    Node node;
    node.config().persist({"d"});
    ASSERT_TRUE(node.config().keep_in(committer));
    node.add(p.plugin);
    ASSERT_TRUE(node.start("s", {"p"}));
    const auto& config = table<lodge_config_v1>(p.host);
    std::int64_t value = 0;
    EXPECT_EQ(config.increment(p.host, "d", 1, bytes("n"), 1, 1, &value), LODGE_OK);
    EXPECT_EQ(value, round);
    const auto refuse = [](void*, const lodge_slice*, lodge_writer*) { return std::int32_t{LODGE_ABORTED}; };
    EXPECT_EQ(config.update(p.host, "d", 1, bytes("n"), 1, refuse, nullptr), LODGE_ABORTED);
    EXPECT_EQ(config.increment(p.host, "other", 5, bytes("n"), 1, 1, &value), LODGE_OK);
    EXPECT_EQ(value, 1) << "other domains go with the host";
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace lodge
