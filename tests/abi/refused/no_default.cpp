// says: its type needs a default constructor
#include <lodge/plugin.hpp>

struct Point {
  explicit Point(int at) : x(at) {}
  int x;
  static constexpr auto lodge_fields = std::make_tuple(lodge::field("x", &Point::x));
};
struct Refused {
  static int take(const Point& point) { return point.x; }
};
LODGE_PLUGIN(Refused, "refused", "1.0.0", lodge::callback<&Refused::take>("take"))
