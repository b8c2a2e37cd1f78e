// says: write std::string_view, or std::string, for const char*
#include <lodge/plugin.hpp>

struct Refused {
  static std::string greet(const char* who) { return who; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::greet>("greet"))
