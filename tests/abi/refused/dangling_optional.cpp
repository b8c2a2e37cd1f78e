// says: return std::string for std::string_view, or take that parameter as
#include <lodge/plugin.hpp>

struct Refused {
  static lodge::Result<std::optional<std::string_view>> cut(std::string text) {
    return std::optional(std::string_view(text));
  }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::cut>("cut"))
