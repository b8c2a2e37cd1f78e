#include "platform/crash_line.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <span>
#include <string_view>
#include <thread>

namespace lodge::platform {
namespace {

std::size_t describe(std::span<char> out) {
  constexpr std::string_view text = "plugin greeter, callback greet/1";
  return text.copy(out.data(), out.size());
}

class CrashLineDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Sanitizers put handlers of their own behind ours, so that the manner of death differs; the line does not.
bool died(int) { return true; }

TEST_F(CrashLineDeathTest, names_the_plugin) {
  EXPECT_EXIT(
      {
        install_crash_line(&describe);
        ::raise(SIGSEGV);
      },
      died, "lodged crashed: SIGSEGV in plugin greeter, callback greet/1\n");
}

TEST_F(CrashLineDeathTest, tells_of_an_abort_on_another_thread) {
  EXPECT_EXIT(
      {
        install_crash_line(nullptr);
        std::thread([] {
          const CrashStack stack;
          std::abort();
        }).join();
      },
      testing::KilledBySignal(SIGABRT), "lodged crashed: SIGABRT\n");
}

TEST_F(CrashLineDeathTest, ends_the_process_by_hand) {
  EXPECT_EXIT(
      {
        install_crash_line(&describe);
        crash_with_line("the loop did not come back");
      },
      testing::KilledBySignal(SIGABRT), "^lodged crashed: the loop did not come back in plugin greeter");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
int overflow(int depth);
int (*volatile again)(int) = &overflow;  // or the compiler would see where this leads

int overflow(int depth) {
  volatile char space[4096];
  space[0] = static_cast<char>(depth);
  return again(depth + 1) + space[0];
}

TEST_F(CrashLineDeathTest, survives_an_overflowing_stack_long_enough) {
  EXPECT_EXIT(
      {
        install_crash_line(&describe);
        std::thread([] {
          const CrashStack stack;
          overflow(0);
        }).join();
      },
      testing::KilledBySignal(SIGSEGV), "lodged crashed: SIGSEGV in plugin greeter");
}
#endif

}  // namespace
}  // namespace lodge::platform
