// says: a coroutine outlives its call's arguments: take std::string for std::string_view
#include <lodge/plugin.hpp>

struct Dangling {
  static lodge::task<std::string> greet(std::string_view who) { co_return std::string(who); }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::greet>("greet"))
