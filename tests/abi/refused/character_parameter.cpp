// says: a character cannot cross alone: write std::string for text
#include <lodge/plugin.hpp>

struct Refused {
  static std::string letter(char which) { return std::string(1, which); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::letter>("letter"))
