// greet/1: the smallest plugin with a setting.
#include <lodge/plugin.hpp>

namespace {

struct Greeter {
  lodge::Config<std::string> salutation;

  std::string greet(std::string_view who) const { return salutation.get() + ", " + std::string(who); }
};

}  // namespace

LODGE_PLUGIN(Greeter, "greeter", "1.0.0", lodge::summary("Greets people"),
             lodge::setting<&Greeter::salutation>("salutation", "hello", "what to say before the name"),
             lodge::callback<&Greeter::greet>("greet", "Greets somebody by name", lodge::quick, lodge::idempotent))
