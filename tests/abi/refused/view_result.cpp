// says: return std::string for std::string_view
#include <lodge/plugin.hpp>

struct Dangling {
  static lodge::task<std::string_view> greet(std::string who) { co_return who; }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::greet>("greet"))
