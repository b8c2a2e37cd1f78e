// say/1 answers its argument half a second later.
#include <lodge/plugin.hpp>
#include <lodge/timer.hpp>

#include <memory>
#include <vector>

namespace {

class Later {
 public:
  explicit Later(const lodge::Host& host) : host_(host) {}

  void say(lodge::Call& call, const std::string& what) {
    auto reply = std::make_shared<lodge::Reply>(call.defer());
    const auto answer = [reply, what] { static_cast<void>(reply->reply(what)); };
    timers_.push_back(host_.timer().after(500'000'000, answer).or_throw());
  }

 private:
  lodge::Host host_;
  std::vector<lodge::Timer> timers_;
};

}  // namespace

LODGE_PLUGIN(Later, "tested", "1.0.0", lodge::function<&Later::say>("say"))
