#include "service/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/writer.hpp"
#include "rig/manual_executor.hpp"

namespace lodge::service {
namespace {

using testing::HasSubstr;

struct StoreTest : testing::Test {
  Code put(const std::string& key, std::size_t size) { return store.put(view_of(key), Bytes(size)); }
  /// What is logged while a value that does not fit is put.
  std::string logged_by_refusal() {
    testing::internal::CaptureStderr();
    EXPECT_EQ(put("large", 2000), Code::RESOURCE_EXHAUSTED);
    return testing::internal::GetCapturedStderr();
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  Store store{clock, executor, HashSeed{1}, "shop", 1000};
};

TEST_F(StoreTest, names_its_limit_and_how_full_it_is) {
  EXPECT_EQ(put("k", 100), Code::OK);
  EXPECT_EQ(store.fill_text(),
            "holds " + std::to_string(101 + Store::entry_overhead) + " of 1000 bytes (service.shop.store_bytes_max)");
}

TEST_F(StoreTest, logs_what_did_not_fit_once_a_minute) {
  EXPECT_THAT(logged_by_refusal(), HasSubstr("warning service.shop: a write did not fit into the private store, which "
                                             "holds 0 of 1000 bytes (service.shop.store_bytes_max)"));
  clock.advance(59'999'999'999);
  EXPECT_EQ(logged_by_refusal(), "");
  clock.advance(1);
  EXPECT_THAT(logged_by_refusal(), HasSubstr("did not fit"));
}

TEST_F(StoreTest, logs_nothing_about_other_refusals) {
  EXPECT_EQ(put("k", 100), Code::OK);
  testing::internal::CaptureStderr();
  EXPECT_EQ(put("", 1), Code::INVALID_ARGUMENT);
  EXPECT_EQ(store.put_new(view_of("k"), {}), Code::ALREADY_EXISTS);
  Writer small(10);
  EXPECT_EQ(store.get(view_of("k"), small), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(store.take(view_of("k"), small), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(StoreTest, that_makes_room_by_what_has_expired_refuses_nothing) {
  EXPECT_EQ(store.put(view_of("brief"), Bytes(800), 1), Code::OK);
  clock.advance(1'000'000);
  testing::internal::CaptureStderr();
  EXPECT_EQ(put("k", 800), Code::OK);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace lodge::service
