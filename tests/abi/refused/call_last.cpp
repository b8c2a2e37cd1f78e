// says: lodge::Call comes first, and as lodge::Call&
#include <lodge/plugin.hpp>

struct Refused {
  static void greet(std::string_view who, lodge::Call& call) { static_cast<void>(call.defer().reply(who)); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::greet>("greet"))
