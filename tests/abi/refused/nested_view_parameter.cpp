// says: a coroutine outlives its call's arguments
#include <lodge/plugin.hpp>

struct Dangling {
  static lodge::task<std::size_t> count(std::vector<std::string_view> words) { co_return words.size(); }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::count>("count"))
