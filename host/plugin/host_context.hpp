// What a plugin instance holds as `const lodge_host *`, and what the host knows when that comes back through the
// border.
#pragma once

#include <lodge/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/gate.hpp"
#include "plugin/frame.hpp"
#include "plugin/interface_registry.hpp"

namespace lodge::plugin {

/// Who an instance is. Never freed once a plugin has seen it (a foreign thread may come with it at any time), so that
/// what comes late finds a closed gate and answers STALE. Upper layers derive from it to add what they need.
class HostContext : public lodge_host {
 public:
  HostContext(const InterfaceRegistry& interfaces, std::string service, std::string plugin,
              std::vector<std::string> denied);
  virtual ~HostContext() = default;
  HostContext(const HostContext&) = delete;
  HostContext& operator=(const HostContext&) = delete;

  [[nodiscard]] static HostContext& from(const lodge_host* host) {
    return *const_cast<HostContext*>(static_cast<const HostContext*>(host));
  }

  template <typename T>
  [[nodiscard]] T& state(Place place) const {
    return interfaces_.state<T>(place);
  }

  [[nodiscard]] const std::string& service() const { return service_; }
  [[nodiscard]] const std::string& plugin() const { return plugin_; }

  /// Identity of the service's current life, and of this instance: owners of names, watches, timers. Unique in the
  /// process, never 0, never used again.
  [[nodiscard]] std::uint64_t service_owner() const { return service_owner_; }
  [[nodiscard]] std::uint64_t instance_owner() const { return instance_owner_; }
  void set_service_owner(std::uint64_t owner) { service_owner_ = owner; }
  [[nodiscard]] static std::uint64_t new_owner();

  /// The plugin's effective settings, one msgpack map. Never null.
  [[nodiscard]] std::shared_ptr<const Bytes> settings() const { return settings_.load(std::memory_order_acquire); }
  void set_settings(Bytes settings);

  /// Open while the instance lives.
  [[nodiscard]] Gate& gate() { return gate_; }
  [[nodiscard]] bool ending() const { return gate_.closed(); }

 private:
  static const void* query(const lodge_host* host, const char* id, std::size_t id_size);

  const InterfaceRegistry& interfaces_;
  const std::string service_;
  const std::string plugin_;
  const std::vector<std::string> denied_;
  std::uint64_t service_owner_ = 0;
  const std::uint64_t instance_owner_ = new_owner();
  std::atomic<std::shared_ptr<const Bytes>> settings_;
  Gate gate_;
};

/// Entry of a plugin's code into the host: every interface function opens one and answers STALE when it is not
/// `live()`. Free where the calling thread is inside that instance's own code already, else one pass through its gate.
class Entry {
 public:
  explicit Entry(const lodge_host* host) : context_(HostContext::from(host)) {
    const Frame* top = top_frame();
    if (top != nullptr && top->context == &context_) {
      live_ = true;
    } else {
      live_ = entered_ = context_.gate().enter();
      if (top == nullptr) note_visitor(context_);
    }
  }
  ~Entry() {
    if (entered_) context_.gate().leave();
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  [[nodiscard]] bool live() const { return live_; }
  /// Live, and not ending: for what stays until the instance ends, which for code of `destroy` is too late.
  [[nodiscard]] bool begins() const { return live_ && !context_.ending(); }
  [[nodiscard]] HostContext& context() const { return context_; }
  [[nodiscard]] HostContext* operator->() const { return &context_; }

 private:
  HostContext& context_;
  bool live_ = false;
  bool entered_ = false;
};

/// Entry of the host into a plugin's code that was given to it earlier (a timer, a watch, a completion): run the code
/// only where `live()`. The instance is not destroyed meanwhile.
class Visit {
 public:
  Visit(HostContext& context, std::string_view what)
      : context_(context), live_(context.gate().enter()), frame_{context, what} {
    if (live_) frame_.push();
  }
  ~Visit() {
    if (!live_) return;
    frame_.pop();
    context_.gate().leave();
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  [[nodiscard]] bool live() const { return live_; }

 private:
  HostContext& context_;
  bool live_;
  Frame frame_;
};

}  // namespace lodge::plugin
