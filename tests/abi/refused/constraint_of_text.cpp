// says: lodge::at_least is for numbers
#include <lodge/plugin.hpp>

struct Named {
  lodge::Config<std::string> name;
};
LODGE_PLUGIN(Named, "named", "1.0.0", lodge::setting<&Named::name>("name", "x", lodge::at_least(1)))
