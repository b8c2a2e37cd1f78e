// Calls that C++ plugins start without waiting, over a real node.
#include <gtest/gtest.h>

#include <lodge/plugin.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "rig/eventually.hpp"
#include "rig/plain_node.hpp"

namespace {

/// Answers nobody.
class Keeper {
 public:
  void keep(lodge::Call& call) {
    const std::lock_guard lock(mutex_);
    kept_.push_back(call.defer());
    ++count;
  }
  static inline std::atomic<int> count{0};

 private:
  std::mutex mutex_;
  std::vector<lodge::Reply> kept_;
};

/// Lends its host.
struct Asker {
  explicit Asker(const lodge::Host& lent) : host(lent) { newest = &host; }
  lodge::Host host;
  static inline std::atomic<const lodge::Host*> newest{nullptr};
};

TEST(Pending, is_told_cancelled_when_its_plugin_stops_and_nothing_is_left_of_it) {
  static const auto keeper =
      lodge::describe<Keeper>("keeper", "1.0.0", lodge::function<&Keeper::keep>("keep"), lodge::needs(LODGE_CALL_V1));
  static const auto asker = lodge::describe<Asker>("asker", "1.0.0", lodge::needs(LODGE_CALL_V1));
  const auto held = std::make_shared<int>(1);
  std::int32_t told = LODGE_OK;
  lodge::rig::PlainNode node;
  node.add(*keeper.plugin());
  node.add(*asker.plugin());
  node.start("keeper", "keeper");
  node.start("asker", "asker");
  const auto take = [&told, held](const lodge::Result<int>& answer) {
    told = answer.ok() ? LODGE_OK : answer.error().code;
  };
  ASSERT_TRUE(Asker::newest.load()->start<int>("keeper", "keep", take).ok());
  ASSERT_TRUE(lodge::rig::eventually([] { return Keeper::count == 1; }));
  EXPECT_EQ(held.use_count(), 3);
  node.stop_all();
  EXPECT_EQ(told, LODGE_CANCELLED);
  EXPECT_EQ(held.use_count(), 2) << "what waited for the answer is gone";
}

}  // namespace
