#include "plugin/crash_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "plugin/host_context.hpp"

namespace lodge::plugin {
namespace {

std::string crash_text(std::size_t room = 256) {
  std::string out(room, '\0');
  out.resize(describe_crash(out));
  return out;
}

class CrashContext : public testing::Test {
 protected:
  InterfaceRegistry interfaces_;
  HostContext context_{interfaces_, "hello", "greeter", {}};
};

constexpr std::string_view nobody = "the host's own code, or a thread that a plugin has made";

/// On a thread that no plugin has ever used.
std::string crash_text_of_new_thread() {
  std::string text;
  std::thread([&] { text = crash_text(); }).join();
  return text;
}

TEST_F(CrashContext, outside_plugins_is_the_hosts_own) { EXPECT_EQ(crash_text_of_new_thread(), nobody); }

TEST_F(CrashContext, a_thread_of_a_plugin_is_known_by_the_host_that_it_used) {
  std::string text;
  std::thread([&] {
    { const Entry entry(&context_); }
    text = crash_text();
  }).join();
  EXPECT_EQ(text, "a thread of plugin greeter, service hello");
}

TEST_F(CrashContext, names_plugin_service_and_callback) {
  // A thread remembers the last instance that it visited, and this one's may have gone with another test.
  std::thread([&] {
    lodge_call call{};
    call.arity = 12;
    Frame frame{context_, "greet"};
    frame.call = &call;
    frame.push();
    EXPECT_EQ(crash_text(), "plugin greeter, service hello, callback greet/12");
    frame.pop();
    EXPECT_EQ(crash_text(), nobody);
  }).join();
}

TEST_F(CrashContext, names_a_hook) {
  const Visit visit(context_, "hook start");
  EXPECT_EQ(crash_text(), "plugin greeter, service hello, hook start");
}

TEST_F(CrashContext, is_cut_to_the_room_there_is) {
  const Visit visit(context_, "hook start");
  EXPECT_EQ(crash_text(10), "plugin gre");
  EXPECT_EQ(crash_text(0), "");
}

}  // namespace
}  // namespace lodge::plugin
