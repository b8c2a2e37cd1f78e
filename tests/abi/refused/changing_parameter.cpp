// says: a parameter is a value or a const reference
#include <lodge/plugin.hpp>

struct Refused {
  static void clear(std::string& text) { text.clear(); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::clear>("clear"))
