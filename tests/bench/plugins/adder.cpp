// add/2: what the caller's benchmark calls.
#include <lodge/plugin.hpp>

namespace {

struct Adder {
  std::int64_t add(std::int64_t a, std::int64_t b) const { return a + b; }
};

}  // namespace

LODGE_PLUGIN(Adder, "bench_adder", "1.0.0", lodge::callback<&Adder::add>("add"))
