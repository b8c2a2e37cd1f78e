#include "plugin/abi_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lodge/log.h>

#include "base/log.hpp"
#include "plugin/host_context.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AbiLog : public testing::Test {
 protected:
  AbiLog() {
    offer_log(interfaces_);
    log_ = static_cast<const lodge_log_v1*>(
        static_cast<const lodge_host&>(context_).query(&context_, LODGE_LOG_V1, sizeof LODGE_LOG_V1 - 1));
  }
  std::string written(std::int32_t level, std::string_view text) {
    testing::internal::CaptureStderr();
    result_ = log_->write(&context_, level, text.data(), text.size());
    return testing::internal::GetCapturedStderr();
  }

  InterfaceRegistry interfaces_;
  HostContext context_{interfaces_, "hello", "greeter", {}};
  const lodge_log_v1* log_ = nullptr;
  std::int32_t result_ = 0;
};

TEST_F(AbiLog, writes_a_line_under_service_and_plugin) {
  EXPECT_THAT(written(LODGE_LOG_WARN, "out of paper"),
              AllOf(HasSubstr("service.hello.greeter"), HasSubstr("out of paper")));
  EXPECT_EQ(result_, LODGE_OK);
}

TEST_F(AbiLog, follows_the_levels_of_its_module) {
  log::set_level("service.hello.greeter", log::Level::error);
  EXPECT_EQ(log_->enabled(&context_, LODGE_LOG_WARN), 0);
  EXPECT_EQ(log_->enabled(&context_, LODGE_LOG_ERROR), 1);
  log::set_level("service.hello.greeter", log::Level::trace);
  EXPECT_EQ(log_->enabled(&context_, LODGE_LOG_TRACE), 1);
}

TEST_F(AbiLog, refuses_levels_that_are_none) {
  EXPECT_EQ(written(5, "x"), "");
  EXPECT_EQ(result_, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(log_->enabled(&context_, -1), 0);
}

TEST_F(AbiLog, a_late_line_is_stale_but_written) {
  context_.gate().close();
  EXPECT_THAT(written(LODGE_LOG_ERROR, "too late"), HasSubstr("too late"));
  EXPECT_EQ(result_, LODGE_STALE);
}

}  // namespace
}  // namespace lodge::plugin
