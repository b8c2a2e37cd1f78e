// says: this type cannot cross: use numbers, bool, text
#include <lodge/plugin.hpp>

struct Refused {
  static std::size_t count(const std::vector<std::map<std::string, void*>>& all) { return all.size(); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::count>("count"))
