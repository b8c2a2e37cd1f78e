// says: a pointer cannot cross, since plugins share no memory
#include <lodge/plugin.hpp>

struct Refused {
  static int read(const int* where) { return *where; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::read>("read"))
