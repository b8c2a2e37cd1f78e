// says: return std::string for std::string_view, or take that parameter as
#include <lodge/plugin.hpp>

struct Refused {
  static std::string_view cut(std::string text) { return std::string_view(text).substr(1); }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::cut>("cut"))
