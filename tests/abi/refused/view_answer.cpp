// says: an answer is read from a buffer that goes away: take std::string for a view
#include <lodge/plugin.hpp>

struct Dangling {
  static void ask(lodge::Call& call) { static_cast<void>(call.call<std::string_view>("hello", "greet")); }
};
LODGE_PLUGIN(Dangling, "dangling", "1.0.0", lodge::callback<&Dangling::ask>("ask"))
