// says: a callback is a method, a static method or a function
#include <lodge/plugin.hpp>

struct Refused {
  int number = 0;
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::number>("number"))
