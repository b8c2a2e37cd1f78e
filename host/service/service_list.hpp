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

  /// Whether a service of that name may begin. ALREADY_EXISTS: there is one, which is not over. UNAVAILABLE: closed.
  [[nodiscard]] Status vacant(std::string_view name) const;
  /// Puts a service behind the others, in place of one of the same name that is over; or answers as `vacant`.
  [[nodiscard]] Status put(std::shared_ptr<Service> service);
  /// All there are; none comes until it is opened again.
  [[nodiscard]] std::vector<std::shared_ptr<Service>> close();
  void open();

  void remove(std::string_view name);

  /// nullptr: no such service.
  [[nodiscard]] std::shared_ptr<Service> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::shared_ptr<Service>> all() const;

  /// NOT_FOUND, with the nearest name there is.
  [[nodiscard]] Error no_service(std::string_view name) const;

  /// Why no call gets into that service now: UNAVAILABLE, executed = no. Of one that is known its status, since when,
  /// and the error it failed with; of another one that there is none, and the nearest name.
  [[nodiscard]] Error refusal(std::string_view name) const;

 private:
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] Status vacant_locked(std::string_view name) const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Service>> services_;
  std::vector<std::string> expected_;
  bool closed_ = false;
};

}  // namespace lodge::service
