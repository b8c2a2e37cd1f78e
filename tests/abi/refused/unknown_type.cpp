// says: this type cannot cross: use numbers, bool, text
#include <lodge/plugin.hpp>

struct Opaque {
  void* inside;
};
struct Strange {
  static void take(const Opaque&) {}
};
LODGE_PLUGIN(Strange, "strange", "1.0.0", lodge::callback<&Strange::take>("take"))
