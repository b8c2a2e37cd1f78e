// The services of a node by their names: those there are, and those still to be started.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace lodge::service {

class Service;

/// Thread-safe.
class ServiceList {
 public:
  /// Makes a name known before its service is there.
  void expect(const std::string& name);

  /// Puts a service behind the others, in place of one of the same name.
  void put(std::shared_ptr<Service> service);

  void remove(std::string_view name);

  /// nullptr: no such service.
  [[nodiscard]] std::shared_ptr<Service> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::shared_ptr<Service>> all() const;

  /// Why no call gets into that service now: UNAVAILABLE, executed = no. Of one that is known its status, since when,
  /// and the error it failed with; of another one that there is none, and the nearest name.
  [[nodiscard]] Error refusal(std::string_view name) const;

 private:
  [[nodiscard]] std::vector<std::string> names() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Service>> services_;
  std::vector<std::string> expected_;
};

}  // namespace lodge::service
