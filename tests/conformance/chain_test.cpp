// Conformance, services 1 to 10: the chain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Value;

/// Remembers which plugins ran, in order.
class Trail {
 public:
  /// A callback that leaves its mark and continues.
  rig::Script mark(const std::string& name) {
    return [this, name](const Seen&) {
      add(name);
      return LODGE_CONTINUE;
    };
  }
  void add(const std::string& name) {
    std::lock_guard lock(mutex_);
    names_.push_back(name);
  }
  std::vector<std::string> names() const {
    std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
};

std::int32_t go_on(const Seen&) { return LODGE_CONTINUE; }

// Dependencies 3 -> {2, 1}, 2 -> 4, 4 -> 1; listed 4, 3, 1, 2; then with an independent plugin listed first.
TEST(services, 1) {
  ScriptedPlugin p0("p0"), p1("p1"), p2("p2"), p3("p3"), p4("p4");
  p3.depends("p2").depends("p1");
  p2.depends("p4");
  p4.depends("p1");
  Node node;
  node.add(p0, p1, p2, p3, p4);
  ASSERT_TRUE(node.start("s", {"p4", "p3", "p1", "p2"}));
  EXPECT_THAT(node.chain("s"), ElementsAre("p3", "p2", "p4", "p1", "base"));
  ASSERT_TRUE(node.start("t", {"p0", "p4", "p3", "p1", "p2"}));
  EXPECT_THAT(node.chain("t"), ElementsAre("p0", "p3", "p2", "p4", "p1", "base"));
}

// Four links, a stop asked at each in turn: that link's value, and later links never ran.
TEST(services, 2) {
  Trail trail;
  const auto link = [&trail](const std::string& name) {
    return [&trail, name](const Seen& seen) {
      trail.add(name);
      return seen.args()[0] == Value(name) ? seen.done("stopped at " + name) : LODGE_CONTINUE;
    };
  };
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3"), p4("p4");
  p1.callback("stop_at", 1, link("p1"));
  p2.callback("stop_at", 1, link("p2"));
  p3.callback("stop_at", 1, link("p3"));
  p4.callback("stop_at", 1, link("p4"));
  Node node;
  node.add(p1, p2, p3, p4);
  ASSERT_TRUE(node.start("s", {"p1", "p2", "p3", "p4"}));
  std::vector<std::string> expected;
  for (const std::string name : {"p1", "p2", "p3", "p4"}) {
    EXPECT_EQ(node.call("s", "stop_at", {name}).value, Value("stopped at " + name));
    for (const std::string each : {"p1", "p2", "p3", "p4"}) {
      expected.push_back(each);
      if (each == name) break;
    }
  }
  EXPECT_EQ(trail.names(), expected);
}

// All continue: the last link gets the original arguments, and the chain that runs out answers the final ones.
TEST(services, 3) {
  std::vector<Value> last_saw;
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  for (ScriptedPlugin* each : {&p1, &p2}) {
    each->callback("none", 0, go_on).callback("one", 1, go_on).callback("two", 2, go_on);
  }
  p3.callback("none", 0, go_on).callback("one", 1, go_on).callback("two", 2, [&last_saw](const Seen& seen) {
    last_saw = seen.args();
    return LODGE_CONTINUE;
  });
  Node node;
  node.add(p1, p2, p3);
  ASSERT_TRUE(node.start("s", {"p1", "p2", "p3"}));
  EXPECT_TRUE(node.call("s", "none").value.is_nil());
  EXPECT_EQ(node.call("s", "one", {7}).value, Value(7));
  EXPECT_EQ(node.call("s", "two", {7, "x"}).value, Value(Value::List{7, "x"}));
  EXPECT_THAT(last_saw, ElementsAre(Value(7), Value("x")));
}

// Continue with others: the next link gets the new ones, types intact.
TEST(services, 4) {
  const std::vector<Value> replaced = {Value(-5), Value(Value::Binary{{0, 1, 2}}), Value(),
                                       Value(Value::Map{{1, "one"}, {Value(), 2.5}})};
  std::vector<Value> seen_next;
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback("f", 4, [&replaced](const Seen& seen) { return seen.continue_with(replaced); });
  p2.callback("f", 4, [&seen_next](const Seen& seen) {
    seen_next = seen.args();
    return LODGE_CONTINUE;
  });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_EQ(node.call("s", "f", {"a", "b", "c", "d"}).value, Value(Value::List(replaced)));
  EXPECT_EQ(seen_next, replaced);
}

// A chain lists implementers only, in chain order, none twice.
TEST(services, 5) {
  Trail trail;
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  p1.depends("p3").callback("f", 1, trail.mark("p1"));
  p2.depends("p3").callback("other", 1, trail.mark("p2"));
  p3.callback("f", 1, trail.mark("p3"));
  Node node;
  node.add(p1, p2, p3);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_EQ(node.call("s", "f", {1}).code, Code::OK);
  EXPECT_THAT(trail.names(), ElementsAre("p1", "p3"));
}

// name/1 and name/2 have independent chains; name/3 is UNIMPLEMENTED.
TEST(services, 6) {
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback("name", 1, [](const Seen& seen) { return seen.done("one"); });
  p2.callback("name", 1, go_on).callback("name", 2, [](const Seen& seen) { return seen.done("two"); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_EQ(node.call("s", "name", {1}).value, Value("one"));
  EXPECT_EQ(node.call("s", "name", {1, 2}).value, Value("two"));
  const rig::Answer none = node.call("s", "name", {1, 2, 3});
  EXPECT_EQ(none.code, Code::UNIMPLEMENTED);
  EXPECT_EQ(none.executed, Executed::no);
  EXPECT_THAT(none.message, HasSubstr("name/1, name/2"));
  EXPECT_THAT(node.call("s", "nam", {1}).message, HasSubstr("did you mean `name/1`"));
}

// One implementer that continues: the final arguments.
TEST(services, 7) {
  ScriptedPlugin p1("p1");
  p1.callback("f", 2, [](const Seen& seen) { return seen.continue_with({"x", "y"}); });
  Node node;
  node.add(p1);
  ASSERT_TRUE(node.start("s", {"p1"}));
  EXPECT_EQ(node.call("s", "f", {1, 2}).value, Value(Value::List{"x", "y"}));
}

// An optional dependency that nobody requires is absent; required by another, it is ordered.
TEST(services, 8) {
  ScriptedPlugin p1("p1"), p2("p2"), extra("extra");
  p1.depends("extra", "", LODGE_OPTIONAL);
  p2.depends("extra");
  Node node;
  node.add(p1, p2, extra);
  ASSERT_TRUE(node.start("s", {"p1"}));
  EXPECT_THAT(node.chain("s"), ElementsAre("p1", "base"));
  ASSERT_TRUE(node.start("t", {"extra", "p2", "p1"}));
  EXPECT_THAT(node.chain("t"), ElementsAre("p2", "p1", "extra", "base"));
}

// Declared [A, B] without dependency: A before B; in a group too.
TEST(services, 9) {
  ScriptedPlugin a("a"), b("b"), c("c"), d("d");
  c.group("g");
  d.group("g").depends("a");
  Node node;
  node.add(a, b, c, d);
  ASSERT_TRUE(node.start("s", {"a", "b"}));
  EXPECT_THAT(node.chain("s"), ElementsAre("a", "b", "base"));
  ASSERT_TRUE(node.start("t", {"b", "a"}));
  EXPECT_THAT(node.chain("t"), ElementsAre("b", "a", "base"));
  ASSERT_TRUE(node.start("u", {"c", "d"}));
  EXPECT_THAT(node.chain("u"), ElementsAre("c", "d", "a", "base"));
}

// A deferred link completed from another thread with "continue with": the chain resumes at the next link.
TEST(services, 10) {
  std::thread completer;
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback("f", 2, [&completer](const Seen& seen) {
    completer = std::thread([host = seen.host, ticket = seen.defer()] {
      const auto& calls = rig::table<lodge_call_v1>(host);
      const Bytes others = rig::pack_all({"new", 2});
      EXPECT_EQ(calls.complete(host, ticket, LODGE_CONTINUE_WITH, others.data(), others.size()), LODGE_OK);
      EXPECT_EQ(calls.complete(host, ticket, LODGE_CONTINUE_WITH, others.data(), others.size()), LODGE_STALE);
    });
    return LODGE_DEFERRED;
  });
  p2.callback("f", 2, [](const Seen& seen) { return seen.done(Value::List(seen.args())); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_EQ(node.call("s", "f", {"old", 1}).value, Value(Value::List{"new", 2}));
  completer.join();
}

}  // namespace
}  // namespace lodge
