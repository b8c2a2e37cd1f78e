// says: write std::string_view, or std::string, for const char*
#include <lodge/plugin.hpp>

struct Refused {
  static const char* name() { return "nobody"; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::name>("name"))
