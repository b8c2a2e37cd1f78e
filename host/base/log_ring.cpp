#include "base/log_ring.hpp"

namespace lodge::log {

std::size_t cost_of(const Line& line) { return sizeof(Line) + line.module.size() + line.text.size(); }

bool fits(const Line& line, const LineQuery& query) {
  return line.level >= query.level && line.wall_ns >= query.since_wall_ns && line.module.starts_with(query.module);
}

}  // namespace lodge::log
