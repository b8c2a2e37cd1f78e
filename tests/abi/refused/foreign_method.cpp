// says: this method is of another class than the one that LODGE_PLUGIN names
#include <lodge/plugin.hpp>

struct Other {
  void run() {}
};
struct Refused {};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Other::run>("run"))
