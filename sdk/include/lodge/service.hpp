// The services of this node, looked at and changed. service.h tells the rules.
#pragma once

#include <lodge/service.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lodge/child.hpp>
#include <lodge/entries.hpp>
#include <lodge/pack_containers.hpp>

namespace lodge {
inline namespace sdk {

template <>
struct Advice<lodge_service_v1> {
  static constexpr const char* on(std::string_view, std::int32_t code) noexcept {
    switch (code) {
      case LODGE_NOT_FOUND:
        return "there is no such service on this node";
      case LODGE_FAILED_PRECONDITION:
        return "a quick callback may not wait for a service";
      case LODGE_STALE:
        return "this instance is gone";
      default:
        return nullptr;
    }
  }
};

/// What a service does, and what is wanted of it.
enum class Running : std::uint32_t {
  starting = LODGE_SERVICE_STARTING,
  running = LODGE_SERVICE_RUNNING,
  pausing = LODGE_SERVICE_PAUSING,
  paused = LODGE_SERVICE_PAUSED,
  stopping = LODGE_SERVICE_STOPPING,
  stopped = LODGE_SERVICE_STOPPED,
  failed = LODGE_SERVICE_FAILED
};
enum class Admin : std::uint32_t {
  active = LODGE_SERVICE_ACTIVE,
  pause = LODGE_SERVICE_PAUSE,
  inactive = LODGE_SERVICE_INACTIVE
};

struct ServiceStatus {
  std::string name;
  Running running = Running::stopped;
  Admin admin = Admin::active;
  std::int64_t since_ns = 0;  ///< wall clock
  std::string reason;
  std::string last_error;  ///< empty: none

  /// Any status but failed.
  [[nodiscard]] bool live() const { return running != Running::failed; }
};

/// Settings, one map a plugin.
using PluginSettings = std::map<std::string, std::map<std::string, Any>>;

/// A service that no configuration has.
struct ServiceDefinition {
  std::vector<std::string> plugins;
  PluginSettings config = {};
  std::string service_class = {};
  std::string version = {};
  bool global = false;
  bool paused = false;
  static constexpr auto lodge_fields =
      std::make_tuple(field("plugins", &ServiceDefinition::plugins), field("config", &ServiceDefinition::config),
                      field("class", &ServiceDefinition::service_class), field("version", &ServiceDefinition::version),
                      field("global", &ServiceDefinition::global), field("paused", &ServiceDefinition::paused));
};

/// What is to change in a service.
struct ServiceChange {
  PluginSettings update = {};
  std::vector<std::string> add = {};
  std::vector<std::string> remove = {};
  std::vector<std::string> upgrade = {};
  bool dry_run = false;
  static constexpr auto lodge_fields =
      std::make_tuple(field("update", &ServiceChange::update), field("add", &ServiceChange::add),
                      field("remove", &ServiceChange::remove), field("upgrade", &ServiceChange::upgrade),
                      field("dry_run", &ServiceChange::dry_run));
};

/// What has changed; of a dry run, what would.
struct ServiceChanged {
  struct Replaced {
    std::string plugin;
    std::string from;
    std::string to;
    static constexpr auto lodge_fields =
        std::make_tuple(field("plugin", &Replaced::plugin), field("from", &Replaced::from), field("to", &Replaced::to));
  };
  std::vector<std::string> settings;  ///< "plugin.setting"
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<Replaced> replaced;
  static constexpr auto lodge_fields =
      std::make_tuple(field("settings", &ServiceChanged::settings), field("added", &ServiceChanged::added),
                      field("removed", &ServiceChanged::removed), field("replaced", &ServiceChanged::replaced));
};

/// A value as a setting of PluginSettings.
template <typename T>
Any any_of(const T& value) {
  Buffer<> bytes;
  Any out;
  if (write_values(bytes, value) == LODGE_OK) out.bytes.assign(bytes.data, bytes.data + bytes.size);
  return out;
}

/// The services of this node. A service cannot wait for itself: DEADLOCK.
class Services {
 public:
  static constexpr std::int64_t patience_ns = 15'000'000'000;

  explicit Services(Link<lodge_service_v1> link) noexcept : link_(link) {}

  /// NOT_FOUND: there is none. [quick]
  [[nodiscard]] Result<ServiceStatus> status(std::string_view name) const {
    Result<std::vector<ServiceStatus>> found = shown(name);
    if (!found) return std::move(found).error();
    if (found->empty()) return failed<lodge_service_v1>("status", name, LODGE_NOT_FOUND);
    return std::move(found->front());
  }
  /// Of all, in the order of their starts. [quick]
  [[nodiscard]] Result<std::vector<ServiceStatus>> list() const { return shown({}); }
  /// All that is known of one: a map that a T may take what it needs of.
  template <typename T = Any>
  [[nodiscard]] Result<T> info(std::string_view name) const {
    return asked<T>("info", name,
                    [&](lodge_writer& out) { return link_.table->info(link_.host, name.data(), name.size(), &out); });
  }

  /// What a service shall do; waits until it does, or `wait_ns` have passed (DEADLINE_EXCEEDED). 0: does not wait.
  Result<void> want(std::string_view name, Admin admin, std::string_view reason = {},
                    std::int64_t wait_ns = patience_ns) const {
    return order(name, admin, reason, {}, wait_ns);
  }
  /// Starts one that is down with settings over those of the configuration, in place of such given before.
  Result<void> start_with(std::string_view name, const PluginSettings& overrides, std::string_view reason = {},
                          std::int64_t wait_ns = patience_ns) const {
    Buffer<> packed;
    if (const std::int32_t code = write_values(packed, overrides); code != LODGE_OK) {
      return failed<lodge_service_v1>("want", name, code);
    }
    return order(name, Admin::active, reason, {packed.data, packed.size}, wait_ns);
  }
  /// All that is asked, or nothing.
  Result<ServiceChanged> change(std::string_view name, const ServiceChange& change) const {
    return asked<ServiceChanged>("change", name, [&](lodge_writer& out) {
      return with_packed(change, [&](const Buffer<>& packed) {
        return link_.table->change(link_.host, name.data(), name.size(), packed.data, packed.size, &out);
      });
    });
  }
  /// Makes a service, which lives until it is removed, and waits until it is up. An error leaves nothing behind.
  Result<void> create(std::string_view name, const ServiceDefinition& definition) const {
    return told("create", name, [&](lodge_writer& error) {
      return with_packed(definition, [&](const Buffer<>& packed) {
        return link_.table->create(link_.host, name.data(), name.size(), packed.data, packed.size, &error);
      });
    });
  }
  /// Ends one that `create` has made.
  Result<void> remove(std::string_view name, std::int64_t drain_ns = 10'000'000'000) const {
    return told("remove", name, [&](lodge_writer& error) {
      return link_.table->remove(link_.host, name.data(), name.size(), drain_ns, &error);
    });
  }
  /// This plugin's service cannot go on: it stops, counts as failed, and is tried again after a while. [quick]
  Result<void> fail(std::int32_t code, std::string_view message) const {
    return told("fail", {},
                [&](lodge_writer&) { return link_.table->fail(link_.host, code, message.data(), message.size()); });
  }

  /// Tells `fn` of each status that the service enters, or any service where the name is empty; nullptr: some were
  /// missed. On a worker, one at a time. Dropping it ends it.
  [[nodiscard]] Result<Watch> watch(std::string_view name, std::function<void(const ServiceStatus*)> fn) const {
    if (link_.table == nullptr) return missing_interface<lodge_service_v1>();
    using State = Subscriber<const ServiceStatus*>;
    auto state = std::make_shared<State>(link_.host, std::move(fn));
    const auto tell = [](void* user, const lodge_service_status* status) {
      const ServiceStatus copy = status != nullptr ? of(*status) : ServiceStatus();
      static_cast<State*>(user)->run("a watcher of services", status != nullptr ? &copy : nullptr);
    };
    lodge_handle handle = 0;
    const std::int32_t code =
        link_.table->watch(link_.host, name.data(), name.size(), +tell, static_cast<void*>(state.get()), &handle);
    if (code != LODGE_OK) return failed<lodge_service_v1>("watch", name, code);
    return Watch(link_.host, link_.table->unwatch, handle, std::move(state));
  }

  /// Keeps a service of that definition as a child of this instance: made with it, started again when it fails, and
  /// removed with it.
  Result<Child> child(const Children& children, std::string_view name, ServiceDefinition definition,
                      const ChildOptions& options = {}) const {
    struct Kept {
      std::string name;
      ServiceDefinition definition;
      Watch watch;
    };
    auto kept = std::make_shared<Kept>(Kept{std::string(name), std::move(definition), {}});
    const Services self = *this;
    const auto start = [self, kept](const Run& run) {
      self.create(kept->name, kept->definition).or_throw();
      kept->watch = self.watch(kept->name,
                               [run](const ServiceStatus* now) {
                                 if (now == nullptr || now->live()) return;
                                 static_cast<void>(run.exit(LODGE_UNAVAILABLE, now->last_error));
                               })
                        .or_throw();
    };
    const auto stop = [self, kept] {
      kept->watch.end();
      self.remove(kept->name).or_throw();
    };
    return children.start(name, start, stop, options);
  }

 private:
  static ServiceStatus of(const lodge_service_status& status) {
    return {std::string(text_of(status.name)),
            Running{status.running},
            Admin{status.admin},
            status.since_ns,
            std::string(text_of(status.reason)),
            std::string(text_of(status.last_error))};
  }
  static std::int32_t see(void* user, const lodge_service_status* status) noexcept {
    static_cast<std::vector<ServiceStatus>*>(user)->push_back(of(*status));
    return 0;
  }
  [[nodiscard]] Result<std::vector<ServiceStatus>> shown(std::string_view name) const {
    if (link_.table == nullptr) return missing_interface<lodge_service_v1>();
    std::vector<ServiceStatus> out;
    const std::int32_t code = link_.table->status(link_.host, name.data(), name.size(), &see, &out);
    if (code != LODGE_OK) return failed<lodge_service_v1>("status", name, code);
    return out;
  }

  template <typename T, typename Use>
  static std::int32_t with_packed(const T& value, const Use& use) {
    Buffer<> packed;
    const std::int32_t code = write_values(packed, value);
    return code == LODGE_OK ? use(packed) : code;
  }
  Result<void> order(std::string_view name, Admin admin, std::string_view reason, lodge_slice overrides,
                     std::int64_t wait_ns) const {
    lodge_service_order asked{};
    asked.struct_size = sizeof asked;
    asked.admin = static_cast<std::uint32_t>(admin);
    asked.reason = {reason.data(), reason.size()};
    asked.overrides = overrides;
    asked.wait_ns = wait_ns;
    return told("want", name, [&](lodge_writer& error) {
      return link_.table->want(link_.host, name.data(), name.size(), &asked, &error);
    });
  }
  /// Runs `verb(writer)`; what it writes with an error is the message.
  template <typename Verb>
  Result<void> told(const char* operation, std::string_view name, const Verb& verb) const {
    if (link_.table == nullptr) return missing_interface<lodge_service_v1>();
    Buffer<> out;
    const std::int32_t code = verb(out);
    if (code != LODGE_OK) return error_of(operation, name, code, out);
    return {};
  }
  template <typename T, typename Verb>
  Result<T> asked(const char* operation, std::string_view name, const Verb& verb) const {
    if (link_.table == nullptr) return missing_interface<lodge_service_v1>();
    Buffer<> out;
    const std::int32_t code = verb(out);
    if (code != LODGE_OK) return error_of(operation, name, code, out);
    return value_from<T>(name, {out.data, out.size});
  }
  static Error error_of(const char* operation, std::string_view name, std::int32_t code, const Buffer<>& message) {
    if (message.size > 0) return {code, std::string(message.text()), Executed::no};
    return failed<lodge_service_v1>(operation, name, code);
  }

  Link<lodge_service_v1> link_;
};

inline Services Host::services() const noexcept { return Services(link<lodge_service_v1>()); }

}  // namespace sdk
}  // namespace lodge
