// says: a coroutine outlives lodge::Call&: leave it out, and co_await lodge::this_call()
#include <lodge/plugin.hpp>

struct Dangling {
  static lodge::task<std::string> who(lodge::Call& call) { co_return std::string(call.caller()); }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::who>("who"))
