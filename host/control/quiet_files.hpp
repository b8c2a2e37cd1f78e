// Files that change, until they have not changed for a moment: then they are whole, as far as anybody can tell.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace lodge::control {

/// Told what has changed and when, says what is quiet. For one thread.
class QuietFiles {
 public:
  static constexpr std::size_t files_max = 4096;  ///< beyond it the empty path stands for them all

  explicit QuietFiles(MonotonicNs quiet_ns) : quiet_ns_(quiet_ns) {}

  /// An empty path: any file.
  void changed(std::string path, MonotonicNs now) {
    if (files_.size() >= files_max && !files_.contains(path)) {
      files_.clear();
      path.clear();
    }
    files_[std::move(path)] = now;
  }

  /// Those that have been quiet for long enough, in order; they are forgotten here.
  [[nodiscard]] std::vector<std::string> take(MonotonicNs now) {
    std::vector<std::string> out;
    for (auto at = files_.begin(); at != files_.end();) {
      if (now - at->second < quiet_ns_) {
        ++at;
        continue;
      }
      out.push_back(at->first);
      at = files_.erase(at);
    }
    return out;
  }

  /// When there will be one, if nothing changes until then.
  [[nodiscard]] std::optional<MonotonicNs> next() const {
    std::optional<MonotonicNs> out;
    for (const auto& [path, since] : files_) out = std::min(out.value_or(since + quiet_ns_), since + quiet_ns_);
    return out;
  }

 private:
  const MonotonicNs quiet_ns_;
  std::map<std::string, MonotonicNs> files_;  ///< by path: when it last changed
};

}  // namespace lodge::control
