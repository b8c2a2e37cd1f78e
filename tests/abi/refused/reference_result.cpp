// says: a result is a value: return T for T& and const T&
#include <lodge/plugin.hpp>

struct Refused {
  static const std::string& same(const std::string& text) { return text; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::same>("same"))
