// says: a pointer cannot cross, since plugins share no memory
#include <lodge/plugin.hpp>

struct Refused {
  static int* count() { return nullptr; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::count>("count"))
