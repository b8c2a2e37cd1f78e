// Errors that a test gives to plugins in place of what they asked the host for.
#pragma once

#include <lodge/testing_core.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/host_context.hpp"

namespace lodge::testing {

/// One function of one interface, as plugins know it.
struct Function {
  std::string_view interface_id;
  std::string_view name;
};

/// Thread-safe.
class Faults {
 public:
  void add(const Fault& fault);
  void clear();

  struct Struck {
    std::int32_t code;
    std::string message;
  };
  /// Counts a plugin's call; the error that it shall get.
  [[nodiscard]] std::optional<Struck> strike(const Function& function, const plugin::HostContext& caller);

  /// How often plugins have called it, those calls included that were struck.
  [[nodiscard]] std::uint64_t count(const Function& function) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;
};

}  // namespace lodge::testing
