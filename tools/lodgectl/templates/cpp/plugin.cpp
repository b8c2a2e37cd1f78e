// @NAME@: greets. Begin by changing what it does; `greet` and its test show how a callback is made, configured and
// tried.
#include <lodge/plugin.hpp>

namespace {

class Plugin {
 public:
  lodge::Config<std::string> salutation;

  std::string greet(std::string_view who) const {
    if (who.empty()) throw lodge::Failure(LODGE_INVALID_ARGUMENT, "argument 1: nobody to greet");
    return salutation.get() + ", " + std::string(who);
  }
};

}  // namespace

LODGE_PLUGIN(Plugin, "@NAME@", "0.1.0", lodge::summary("Greets"),
             lodge::setting<&Plugin::salutation>("salutation", "hello", "what to say before the name"),
             lodge::callback<&Plugin::greet>("greet", "Greets somebody by name", lodge::params("who"),
                                             lodge::idempotent))
