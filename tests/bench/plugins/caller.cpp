// call/1 calls add/2 of another service that many times, through a target resolved once.
#include <lodge/plugin.hpp>

namespace {

class Caller {
 public:
  explicit Caller(lodge::Host host) : host_(host) {}

  std::int64_t call(std::int64_t times) const {
    const auto add = host_.target<std::int64_t(std::int64_t, std::int64_t)>("adder", "add").value();
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < times; ++i) sum = add(sum, i).value();
    return sum;
  }

 private:
  lodge::Host host_;
};

}  // namespace

LODGE_PLUGIN(Caller, "bench_caller", "1.0.0", lodge::callback<&Caller::call>("call"))
