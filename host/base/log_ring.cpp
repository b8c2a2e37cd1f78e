#include "base/log_ring.hpp"

#include <algorithm>

namespace lodge::log {

namespace {

std::size_t cost(const Line& line) { return Ring::line_overhead + line.module.size() + line.text.size(); }

bool fits(const Line& line, const Ring::Query& query) {
  return line.level >= query.level && line.wall_ns >= query.since_wall_ns && line.module.starts_with(query.module);
}

}  // namespace

void Ring::add(std::int64_t wall_ns, std::string_view module, Level level, std::string_view text) {
  std::lock_guard lock(mutex_);
  lines_.push_back({++last_, wall_ns, level, std::string(module), std::string(text)});
  bytes_ += cost(lines_.back());
  make_room();
}

void Ring::set_bytes_max(std::size_t bytes_max) {
  std::lock_guard lock(mutex_);
  bytes_max_ = bytes_max;
  make_room();
}

void Ring::make_room() {
  while (bytes_ > bytes_max_ && !lines_.empty()) {
    bytes_ -= cost(lines_.front());
    lines_.pop_front();
  }
}

Ring::Page Ring::read(const Query& query) const {
  std::lock_guard lock(mutex_);
  Page out;
  const std::uint64_t first = last_ + 1 - lines_.size();
  // From an earlier host, perhaps: what it asks for is all that there is.
  const std::uint64_t after = query.after > last_ ? 0 : query.after;
  out.lost = after != 0 && after + 1 < first ? first - after - 1 : 0;
  auto at = lines_.begin() + static_cast<std::ptrdiff_t>(std::max(after + 1, first) - first);
  if (query.last != SIZE_MAX) {
    std::size_t wanted = query.last;
    auto begin = lines_.end();
    for (auto each = lines_.end(); each != at && wanted > 0;) {
      if (fits(*--each, query)) {
        begin = each;
        --wanted;
      }
    }
    at = begin;
  }
  std::size_t bytes = 0;
  out.next = last_;
  for (; at != lines_.end(); ++at) {
    if (!fits(*at, query)) continue;
    if (out.lines.size() >= query.lines_max || (bytes += cost(*at)) > query.bytes_max) {
      out.next = at->number - 1;
      out.more = true;
      break;
    }
    out.lines.push_back(*at);
  }
  return out;
}

}  // namespace lodge::log
