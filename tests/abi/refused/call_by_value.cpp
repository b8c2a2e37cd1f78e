// says: lodge::Call comes first, and as lodge::Call&
#include <lodge/plugin.hpp>

struct Refused {
  static std::string who(const lodge::Call& call) { return std::string(call.caller()); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::who>("who"))
