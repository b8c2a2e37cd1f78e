// says: a coroutine outlives its call's arguments
#include <lodge/plugin.hpp>

struct Dangling {
  static lodge::task<std::string> greet(const std::string& who) { co_return who; }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::greet>("greet"))
