// Children of a real node's instances: their handles, names and limits, and what is refused.
#include <thread>

#include "service/scripted_child.hpp"

namespace lodge {
namespace {

using rig::eventually;
using service::Admin;
using service::Running;
using testing::HasSubstr;

TEST_F(Children, answer_stale_once_the_instance_has_ended) {
  begin();
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  const lodge_host* const gone = host();
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_EQ(child.exit_on(gone, LODGE_INTERNAL, "late"), LODGE_STALE);
  EXPECT_EQ(table_of(gone).stop(gone, child.handle), LODGE_STALE);
  EXPECT_EQ(child.start_on(gone), LODGE_STALE);
  EXPECT_EQ(table_of(gone).supervise(gone, 0, 1, 1'000'000'000), LODGE_STALE);
  EXPECT_EQ(table_of(gone).list(
                gone, [](void*, const lodge_child_entry*) { return 0; }, nullptr),
            LODGE_STALE);
}

TEST_F(Children, are_nothing_to_other_instances) {
  begin();
  node.add(other.plugin);
  ASSERT_TRUE(node.start("t", {"q"}));
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  EXPECT_EQ(child.exit_on(other.host, LODGE_INTERNAL), LODGE_STALE);
  EXPECT_EQ(table_of(other.host).stop(other.host, child.handle), LODGE_STALE);
  EXPECT_EQ(child.exit_on(host(), LODGE_OK), LODGE_OK) << "it was not heard by the wrong one";
}

TEST_F(Children, hold_their_unique_name_between_their_runs_and_until_they_are_over) {
  begin();
  ScriptedChild& child = make("a");
  child.unique = "leader";
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  ASSERT_TRUE(child.dies_and_is_back(host(), 2));
  std::string owner;
  const Bytes name = copy_of(view_of(std::string_view("leader")));
  EXPECT_EQ(node.names().whereis(name, [&](const names::Names::Entry& entry) { owner = entry.owner; }), Code::OK);
  EXPECT_EQ(owner, "s/a");
  ScriptedChild& rival = make("b");
  rival.unique = "leader";
  Writer error;
  EXPECT_EQ(rival.start_on(host(), &error), LODGE_ALREADY_EXISTS);
  EXPECT_EQ(text_of(error.view()), "the name leader is held by s/a");
  EXPECT_EQ(rival.starts, 0);
  EXPECT_EQ(table_of(host()).stop(host(), child.handle), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return node.names().size() == 0; }));
  EXPECT_EQ(rival.start_on(host()), LODGE_OK);
}

TEST_F(Children, have_no_unique_name_where_the_operator_denies_names) {
  node.plugins().deny("p", LODGE_NAMES_V1);
  begin();
  ScriptedChild& child = make("a");
  child.unique = "leader";
  Writer error;
  EXPECT_EQ(child.start_on(host(), &error), LODGE_PERMISSION_DENIED);
  EXPECT_EQ(text_of(error.view()), "a unique name needs lodge.names/1, which this plugin is denied");
  EXPECT_EQ(child.starts, 0);
}

TEST_F(Children, are_as_many_as_they_may) {
  begin();
  ScriptedChild& child = make("a");
  for (int i = 0; i < 1024; ++i) ASSERT_EQ(child.start_on(host()), LODGE_OK);
  Writer error;
  EXPECT_EQ(child.start_on(host(), &error), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(text_of(error.view()), "this instance has 1,024 children; stop some");
  EXPECT_EQ(table_of(host()).stop(host(), child.handle), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return child.start_on(host()) == LODGE_OK; }));
}

TEST_F(Children, of_many_threads_start_and_stop_one_at_a_time) {
  begin();
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  const auto alone = [&] {
    most = std::max(most.load(), ++inside);
    std::this_thread::yield();
    --inside;
  };
  std::vector<ScriptedChild*> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(&make(std::to_string(i), LODGE_CHILD_TEMPORARY));
    all.back()->on_stop = alone;
    all.back()->on_start = [&](lodge_handle, lodge_writer*) {
      alone();
      return LODGE_OK;
    };
  }
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < all.size(); i += 4) {
        EXPECT_EQ(all[i]->start_on(host()), LODGE_OK);
        EXPECT_EQ(i % 8 < 4 ? all[i]->exit_on(host(), LODGE_INTERNAL) : table_of(host()).stop(host(), all[i]->handle),
                  LODGE_OK);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_TRUE(eventually([&] { return journal.has("release 39") && journal.has("release 36"); }));
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(journal.take().size(), 3U * 40 + 1);
}

struct Entry {
  std::string name;
  std::uint32_t up;
  std::uint64_t restarts;
  std::string last;
  bool operator==(const Entry&) const = default;
};

TEST_F(Children, are_listed) {
  begin();
  ScriptedChild& a = make("a");
  ScriptedChild& b = make("b", LODGE_CHILD_TRANSIENT);
  ASSERT_EQ(a.start_on(host()), LODGE_OK);
  ASSERT_EQ(b.start_on(host()), LODGE_OK);
  ASSERT_TRUE(a.dies_and_is_back(host(), 2));
  const auto listed = [&] {
    std::vector<Entry> out;
    const auto see = [](void* user, const lodge_child_entry* entry) {
      static_cast<std::vector<Entry>*>(user)->push_back(
          {std::string(text_of(entry->name)), entry->up, entry->restarts, std::string(text_of(entry->last_text))});
      return 0;
    };
    EXPECT_EQ(table_of(host()).list(host(), see, &out), LODGE_OK);
    return out;
  };
  const std::vector<Entry> both = {{"a", 1, 1, "no more"}, {"b", 1, 0, ""}};
  EXPECT_TRUE(eventually([&] { return listed() == both; }));
}

TEST_F(Children, that_are_wrong_are_refused_with_what_is_wrong) {
  begin();
  ScriptedChild& child = make("a");
  const auto refusal = [&](const std::function<void(lodge_child&)>& spoil) {
    lodge_child spec = child.spec();
    spoil(spec);
    Writer error;
    lodge_handle handle = 0;
    EXPECT_EQ(table_of(host()).start(host(), &spec, &error, &handle), LODGE_INVALID_ARGUMENT);
    return std::string(text_of(error.view()));
  };
  EXPECT_EQ(refusal([](lodge_child& spec) { spec.struct_size = 8; }), "struct_size is not sizeof(lodge_child)");
  EXPECT_EQ(refusal([](lodge_child& spec) { spec.name.size = 0; }), "a child's name has 1 to 64 bytes of UTF-8");
  EXPECT_EQ(refusal([](lodge_child& spec) { spec.restart = 3; }), "restart is none of LODGE_CHILD_...");
  EXPECT_EQ(refusal([](lodge_child& spec) { spec.reserved = 1; }), "reserved is not 0");
  EXPECT_EQ(refusal([](lodge_child& spec) { spec.stop = nullptr; }), "start or stop is NULL");
  EXPECT_THAT(refusal([](lodge_child& spec) {
                static const std::string long_name(256, 'x');
                spec.unique_name = slice_of(std::string_view(long_name));
              }),
              HasSubstr("a unique name has 1 to 255 bytes"));
  EXPECT_EQ(table_of(host()).supervise(host(), 2, 3, 5'000'000'000), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table_of(host()).supervise(host(), 0, 3, 0), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(child.starts, 0);
}

// A struct of a later SDK: what this host does not know must be zero.
TEST_F(Children, of_a_later_sdk_are_taken_as_long_as_they_ask_for_nothing_new) {
  begin();
  struct Later {
    lodge_child known;
    std::uint64_t news;
  };
  ScriptedChild& child = make("a");
  Later later{child.spec(), 0};
  later.known.struct_size = sizeof later;
  lodge_handle handle = 0;
  EXPECT_EQ(table_of(host()).start(host(), &later.known, nullptr, &handle), LODGE_OK);
  later.news = 1;
  EXPECT_EQ(table_of(host()).start(host(), &later.known, nullptr, &handle), LODGE_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace lodge
