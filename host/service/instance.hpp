// A plugin at work in one service.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/status.hpp"
#include "base/writer.hpp"
#include "plugin/plugin.hpp"
#include "service/instance_context.hpp"
#include "service/serial_lock.hpp"

namespace lodge::service {

/// Whether a callback still keeps the promise to be quick. Only the loop thread reports; anybody may ask.
class QuickRecord {
 public:
  explicit QuickRecord(bool declared) : declared_(declared), quick_(declared) {}

  /// It promised to be, and has overrun too often.
  [[nodiscard]] bool demoted() const { return declared_ && !quick(); }
  [[nodiscard]] bool quick() const { return quick_.load(std::memory_order_relaxed); }

  /// It has overrun in the last minute: from then on its CPU time is looked at, and not only the clock.
  [[nodiscard]] bool suspected(MonotonicNs now) const { return now - last_[1] < minute_ns; }

  /// It took more than a millisecond at `now`. True: once too often (three times in a minute); it is not quick from now
  /// on.
  [[nodiscard]] bool overran(MonotonicNs now);

 private:
  static constexpr MonotonicNs minute_ns = 60'000'000'000;
  const bool declared_;
  std::atomic<bool> quick_;
  std::array<MonotonicNs, 2> last_{INT64_MIN / 2, INT64_MIN / 2};
};

/// Hooks are called by one thread at a time, callbacks by many.
class Instance {
 public:
  /// `context` outlives the instance.
  Instance(std::shared_ptr<const plugin::Plugin> plugin, InstanceContext& context, Executor& executor);
  ~Instance();  // sealed and destroyed before, or never created
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] const plugin::Plugin& plugin() const { return *plugin_; }
  [[nodiscard]] const std::shared_ptr<const plugin::Plugin>& shared_plugin() const { return plugin_; }
  [[nodiscard]] const std::string& name() const { return plugin_->descriptor.name; }
  [[nodiscard]] InstanceContext& context() const { return context_; }
  [[nodiscard]] void* self() const { return self_; }
  [[nodiscard]] SerialLock& serial() { return serial_; }
  [[nodiscard]] QuickRecord& quick_record(std::size_t callback) { return quick_[callback]; }
  [[nodiscard]] bool started() const { return started_; }
  /// The hook that runs now, of a static name; nullptr: none. Thread-safe.
  [[nodiscard]] const char* running_hook() const { return running_hook_.load(std::memory_order_acquire); }

  /// The hooks, each under its own name on the frame; what a plugin lacks succeeds.
  [[nodiscard]] Status create();
  /// The configuration as this plugin wants it: a packed map, or `config` itself.
  [[nodiscard]] Result<Bytes> config(Bytes config);
  [[nodiscard]] Status start();
  [[nodiscard]] Status stop();
  /// Its table of the configuration after a change, as it merges that itself; nothing: as the host does.
  [[nodiscard]] Result<std::optional<Bytes>> merge(ByteView current, ByteView update);
  /// Whether it takes changes of its settings as it stands.
  [[nodiscard]] bool takes_updates() const { return plugin_->hooks.updated != nullptr; }
  /// Told of a change; true: it wants to be renewed.
  [[nodiscard]] Result<bool> updated(ByteView config);
  /// What the next instance shall go on from; nothing: it has nothing to hand over.
  [[nodiscard]] Result<std::optional<Bytes>> handover_save();
  [[nodiscard]] Status handover_load(ByteView state);
  [[nodiscard]] bool exclusive_handover() const { return (plugin_->hooks.flags & LODGE_EXCLUSIVE_HANDOVER) != 0; }
  /// Lets nobody in any more, and waits for who is inside: foreign threads, timers, watches. False: not within
  /// patience.
  [[nodiscard]] bool seal(std::chrono::nanoseconds patience);
  /// Only once sealed. Idempotent.
  void destroy();

 private:
  /// Runs `hook(writer)` under a frame; a negative code, or one above `most`, becomes an Error that names plugin and
  /// hook.
  template <typename Hook>
  [[nodiscard]] Status run_hook(const char* name, const Hook& hook, std::int32_t most = LODGE_OK);
  template <typename Hook>
  [[nodiscard]] Status run_hook_into(Writer& out, const char* name, const Hook& hook, std::int32_t most);
  /// The same of a hook that answers with bytes: what it has written with LODGE_OK (which LODGE_DONE is too).
  template <typename Hook>
  [[nodiscard]] Result<std::optional<Bytes>> ask_hook(const char* name, std::int32_t most, const Hook& hook);
  [[nodiscard]] Error misbehaved(const std::string& what) const;

  std::shared_ptr<const plugin::Plugin> plugin_;
  InstanceContext& context_;
  Executor& executor_;
  SerialLock serial_;
  std::deque<QuickRecord> quick_;
  void* self_ = nullptr;
  std::atomic<const char*> running_hook_{nullptr};
  bool created_ = false;
  bool started_ = false;
};

}  // namespace lodge::service
