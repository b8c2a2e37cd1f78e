// says: wrap what else there is in a Ticket
#include <lodge/plugin.hpp>

struct Foreign {
  static lodge::task<> wait() { co_await std::suspend_always{}; }
};
LODGE_PLUGIN(Foreign, "foreign", "1.0.0", lodge::callback<&Foreign::wait>("wait"))
