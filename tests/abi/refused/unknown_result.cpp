// says: this type cannot cross: use numbers, bool, text
#include <lodge/plugin.hpp>

struct Refused {
  static std::unique_ptr<int> make() { return nullptr; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::make>("make"))
