// Domain and key of an entry of node configuration as one key: the domain's size, the domain, the key. So a domain's
// keys begin alike.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace lodge::names {

/// Domains by name.
using ConfigDomains = std::set<std::string, std::less<>>;

class ConfigPath {
 public:
  static constexpr std::size_t domain_bytes_max = 64;
  static constexpr std::size_t key_bytes_max = 255;
  static constexpr std::size_t bytes_max = 1 + domain_bytes_max + key_bytes_max;

  /// `valid` is false where domain or key are impossible. An empty key: the domain itself.
  ConfigPath(std::string_view domain, ByteView key) {
    valid_ = !domain.empty() && domain.size() <= domain_bytes_max && key.size() <= key_bytes_max;
    if (!valid_) return;
    bytes_[0] = static_cast<std::uint8_t>(domain.size());
    auto end = std::copy(domain.begin(), domain.end(), bytes_.begin() + 1);
    end = std::copy(key.begin(), key.end(), end);
    size_ = static_cast<std::size_t>(end - bytes_.begin());
  }
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] ByteView view() const { return {bytes_.data(), size_}; }

  /// Whether these bytes are the path of an entry.
  [[nodiscard]] static bool is_entry(ByteView path) {
    if (path.empty() || path[0] == 0 || path[0] > domain_bytes_max) return false;
    const std::size_t before_key = std::size_t{1} + path[0];
    return path.size() > before_key && path.size() - before_key <= key_bytes_max;
  }
  [[nodiscard]] static std::string_view domain_of(ByteView path) { return text_of(path.subspan(1, path[0])); }
  [[nodiscard]] static ByteView key_of(ByteView path) { return path.subspan(std::size_t{1} + path[0]); }

 private:
  std::array<std::uint8_t, bytes_max> bytes_;
  std::size_t size_ = 0;
  bool valid_;
};

}  // namespace lodge::names
