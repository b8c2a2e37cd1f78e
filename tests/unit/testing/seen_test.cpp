// What a test sees of what went on: logs and leaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/names.hpp>
#include <lodge/testing.hpp>
#include <lodge/trace.hpp>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;
using lodge::testing::Leak;
using lodge::testing::LogLine;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Talker {
  lodge::Host host;
  explicit Talker(const lodge::Host& given) : host(given) {}
  void talk(const std::string& what) {
    host.log().trace("about to talk");
    host.log().warn(what);
  }
  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Talker>("talker", "1.0.0", lodge::function<&Talker::talk>("talk"));
    return description.plugin();
  }
};

TEST(TestingLogs, have_level_service_plugin_and_time) {
  Host host;
  host.add(Talker::plugin());
  host.start("talk", {"talker"}).or_throw();
  host.advance(std::chrono::seconds(1));
  host.forget_logs();
  host.call("talk", "talk", "a\nb").or_throw();
  const std::vector<LogLine> lines = host.logs();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].level, LODGE_LOG_TRACE);
  EXPECT_EQ(lines[1].level, LODGE_LOG_WARN);
  EXPECT_EQ(lines[1].service, "talk");
  EXPECT_EQ(lines[1].plugin, "talker");
  EXPECT_EQ(lines[1].text, "a\nb");
  EXPECT_EQ(lines[1].at_ns, host.now_ns());
}

TEST(TestingLogs, never_come_to_stderr) {
  ::testing::internal::CaptureStderr();
  {
    Host host;
    host.add(Talker::plugin());
    host.start("talk", {"talker"}).or_throw();
    host.call("talk", "talk", "hear me").or_throw();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(TestingLogs, come_to_a_listener_as_they_are_written_up_to_the_end) {
  std::vector<std::string> heard;
  {
    Host host({.on_log = [&heard](const LogLine& line) { heard.push_back(line.text); }});
    host.add(Talker::plugin());
    host.start("talk", {"talker"}).or_throw();
    heard.clear();
  }
  EXPECT_THAT(heard, ElementsAre("stopping (stop)", "stopped (stop)"));
}

/// Says that it will answer, without having taken a ticket.
std::int32_t lie(void*, const lodge_call*, lodge_writer*) { return LODGE_DEFERRED; }

const lodge_plugin* liar() {
  static const lodge_callback callbacks[] = {{"lie", lie, 0, LODGE_FUNCTION, nullptr, nullptr, nullptr}};
  static lodge_plugin plugin{};
  plugin.struct_size = sizeof plugin;
  plugin.abi = LODGE_ABI;
  plugin.sdk_version = LODGE_SDK_VERSION;
  plugin.name = "liar";
  plugin.version = "1.0.0";
  plugin.callbacks = {callbacks, 1, sizeof callbacks[0]};
  return &plugin;
}

TEST(TestingLogs, tell_of_plugins_that_break_a_rule) {
  Host host;
  host.add(liar());
  host.start("liar", {"liar"}).or_throw();
  EXPECT_EQ(host.call("liar", "lie").error().code, LODGE_INTERNAL);
  EXPECT_THAT(host.logs(), Contains(AllOf(Field(&LogLine::plugin, "liar"),
                                          Field(&LogLine::text, HasSubstr("plugin misbehaved: liar: lie/0")))));
}

/// Leaves behind whatever it is told to, in C, where nothing tidies up by itself.
class Leaver {
 public:
  explicit Leaver(const lodge::Host& host) : host_(host.raw()) {}

  void leave_ticket(lodge::Call& call) {
    lodge_handle ticket = 0;
    if (table<lodge_call_v1>().defer(host_, call.raw(), &ticket) != LODGE_OK) throw std::runtime_error("no ticket");
    // What Call does not know of it answers with nothing; so the ticket is void, and forgotten.
  }
  void leave_timer() {
    lodge_handle timer = 0;
    table<lodge_timer_v1>().start(
        host_, 1'000'000, 10'000'000, [](void*, lodge_handle) {}, nullptr, &timer);
  }
  void fire_once() {
    lodge_handle timer = 0;
    table<lodge_timer_v1>().start(
        host_, 1'000'000, 0, [](void*, lodge_handle) {}, nullptr, &timer);
  }
  void leave_watch() {
    lodge_handle watch = 0;
    const std::uint8_t key = 'k';
    table<lodge_store_v1>().watch(
        host_, &key, 1, LODGE_WATCH_KEY, [](void*, const lodge_watch_event*) {}, nullptr, &watch);
  }
  void leave_owner() {
    lodge_handle owner = 0;
    table<lodge_names_v1>().open_owner(host_, "me", 2, &owner);
  }
  void leave_call() {
    const lodge_call_v1& calls = table<lodge_call_v1>();
    lodge_handle target = 0;
    calls.resolve(host_, "sleeper", 7, "sleep", 5, 1, &target);
    const std::uint8_t hour_ms[] = {0xce, 0, 0x36, 0xee, 0x80};
    lodge_call_options options{};
    options.struct_size = sizeof options;
    options.timeout_ns = 3'600'000'000'000;
    calls.start(
        host_, target, hour_ms, sizeof hour_ms, &options, [](void*, std::int32_t, std::int32_t, const lodge_slice*) {},
        nullptr, nullptr);
  }
  void leave_span() { (void)begin_span(); }
  void end_span() {
    const lodge_handle ended = begin_span();
    table<lodge_trace_v1>().end(host_, ended, LODGE_OK, nullptr, 0);
    table<lodge_trace_v1>().discard(host_, begin_span());
  }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Leaver>(
        "leaver", "1.0.0", lodge::function<&Leaver::leave_ticket>("leave_ticket"),
        lodge::function<&Leaver::leave_timer>("leave_timer"), lodge::function<&Leaver::fire_once>("fire_once"),
        lodge::function<&Leaver::leave_watch>("leave_watch"), lodge::function<&Leaver::leave_owner>("leave_owner"),
        lodge::function<&Leaver::leave_call>("leave_call"), lodge::function<&Leaver::leave_span>("leave_span"),
        lodge::function<&Leaver::end_span>("end_span"));
    return description.plugin();
  }

 private:
  // Below a trace that is sampled: else nobody keeps it.
  lodge_handle begin_span() {
    lodge_trace above{};
    above.trace_id[0] = above.span_id[0] = 1;
    above.flags = LODGE_TRACE_SAMPLED;
    lodge_span_parent parent{};
    parent.struct_size = sizeof parent;
    parent.trace = &above;
    lodge_handle span = 0;
    lodge_trace context{};
    if (table<lodge_trace_v1>().begin(host_, &parent, "work", 4, &span, &context) != LODGE_OK || span == 0) {
      throw std::runtime_error("no span");
    }
    return span;
  }

  template <typename Table>
  const Table& table() {
    const auto id = lodge::InterfaceId<Table>::id;
    return *static_cast<const Table*>(host_->query(host_, id.data(), id.size()));
  }

  const lodge_host* host_;
};

class TestingLeaks : public ::testing::Test {
 protected:
  TestingLeaks() {
    host.add(Leaver::plugin());
    host.add(Sleeper::plugin());
    host.start("sleeper", {"sleeper"}).or_throw();
    host.start("leaver", {"leaver"}).or_throw();
  }
  std::vector<std::string> left_by(const std::string& what) {
    static_cast<void>(host.call("leaver", what));
    EXPECT_THAT(host.leaks(), IsEmpty());
    host.stop("leaver").or_throw();
    std::vector<std::string> out;
    for (const Leak& each : host.leaks()) {
      EXPECT_EQ(each.plugin, "leaver");
      EXPECT_EQ(each.service, "leaver");
      EXPECT_THAT(host.logs(), Contains(Field(&LogLine::text, "plugin misbehaved: leaver: " + each.what)));
      out.push_back(each.what);
    }
    return out;
  }

  Host host;
};

TEST_F(TestingLeaks, are_tickets_without_an_answer) {
  EXPECT_THAT(left_by("leave_ticket"),
              ElementsAre("left leave_ticket/0 without an answer: its ticket was never completed"));
}

TEST_F(TestingLeaks, are_timers_that_run) {
  EXPECT_THAT(left_by("leave_timer"), ElementsAre("left a timer running, every 10 ms"));
}

TEST_F(TestingLeaks, are_watches) {
  EXPECT_THAT(left_by("leave_watch"), ElementsAre("left a watch of the store open"));
}

TEST_F(TestingLeaks, are_owners_of_names) {
  EXPECT_THAT(left_by("leave_owner"), ElementsAre("left the owner `me` of names open"));
}

TEST_F(TestingLeaks, are_calls_that_nobody_waited_for) {
  EXPECT_THAT(left_by("leave_call"), ElementsAre("left a call that it had started unanswered: sleeper.sleep/1"));
}

TEST_F(TestingLeaks, are_spans_that_were_not_ended) {
  EXPECT_THAT(left_by("leave_span"), ElementsAre("left the span `work` open"));
}

TEST_F(TestingLeaks, are_not_spans_that_were) { EXPECT_THAT(left_by("end_span"), IsEmpty()); }

TEST_F(TestingLeaks, are_not_timers_that_have_fired) {
  static_cast<void>(host.call("leaver", "fire_once"));
  host.advance(std::chrono::seconds(1));
  host.stop("leaver").or_throw();
  EXPECT_THAT(host.leaks(), IsEmpty());
}

TEST(TestingTidiness, what_the_cpp_layer_holds_is_given_back_by_itself) {
  Host host;
  host.add(Sleeper::plugin());
  host.start("sleeper", {"sleeper"}).or_throw();
  auto answered = host.start_call<int>("sleeper", "sleep", 10);
  auto open = host.start_call<int>("sleeper", "sleep", 3'600'000);
  host.advance(std::chrono::milliseconds(10));
  EXPECT_TRUE(answered.done());
  host.stop_all().or_throw();
  EXPECT_EQ(open.result().error().code, LODGE_UNAVAILABLE);
  EXPECT_THAT(host.leaks(), IsEmpty());
}

TEST(TestingEnd, answers_what_is_still_open) {
  auto host = std::make_unique<Host>();
  host->add(Sleeper::plugin());
  host->add(Waiter::plugin());
  host->start("sleeper", {"sleeper"}).or_throw();
  host->start("waiter", {"waiter"}).or_throw();
  auto pending = host->start_call<int>("waiter", "wait", 3'600'000);
  host.reset();
  EXPECT_TRUE(pending.done());
  EXPECT_FALSE(pending.result().ok());
}

}  // namespace
