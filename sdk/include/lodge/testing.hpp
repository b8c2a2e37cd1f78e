// lodge::testing: a host in a library, to unit-test plugins without lodged. C++20; link the CMake target
// lodge::testing.
//
//   #include <lodge/testing.hpp>
//   lodge::testing::Host host;
//   host.add_file("build/plugins/hello.so");  // or host.add(lodge_plugin_v1()), of a plugin compiled into the test
//   host.start("hello", {"hello"}, {{"hello", {{"salutation", "good morning"}}}}).or_throw();
//   assert(host.call<std::string>("hello", "greet", "Ada").or_throw() == "good morning, Ada");
//
// It is made of the layers that lodged is made of: names, stores, chains, checks of settings, tickets, deadlines. What
// is different:
//
// - All runs on the thread that made the host, and only while that is in one of the host's functions. Callbacks, timers
//   and completions take turns, in the order in which they came; one that waits for the host (a call of another
//   service, a busy [serial] instance) lets the others have theirs, on stacks of their own: 2 and threads.spares_max of
//   them, as lodged has threads. What waits by itself (a condition variable, future.get()) for something that only
//   another turn would do waits for ever.
// - Time is virtual: it stands still while anything can run. `advance` lets it pass; `call`, PendingCall::result and
//   `stop` let it pass up to the next timer, and the next, until they have what they wait for. Deadlines are kept
//   to within 10 ms, as in lodged.
// - Threads of a plugin are real, and so is their time. `call`, PendingCall::result and `stop` wait for them before
//   they let time pass: up to Options::thread_patience. `advance` and `run` do not; `run_until` does nothing else.
// - The log is kept, every level of it, and nothing goes to stderr. A callback that is [quick] is not timed.
// - There are no other nodes, and the host's own service, `lodge`, is not there.
//
// It throws lodge::Failure where the test itself is wrong (a file that is not there, a function that no interface has),
// and answers a lodge::Result where a host would refuse. Nothing of it depends on a framework for tests.
#pragma once

#include <lodge/testing_core.hpp>

#include <initializer_list>
#include <utility>

#include <lodge/target.hpp>

namespace lodge::testing {

/// Settings of one plugin: {{"salutation", "good morning"}, {"period_ms", 100}}; values of any type that crosses.
class Settings {
 public:
  struct Setting {
    template <typename T>
    Setting(std::string setting, const T& value) : name(std::move(setting)) {  // NOLINT: pairs in braces
      sdk::Buffer<> written;
      if (sdk::write_values(written, value) != LODGE_OK) throw sdk::Failure(sdk::no_room_for("the setting " + name));
      packed.assign(written.view().begin(), written.view().end());
    }
    std::string name;
    std::vector<std::uint8_t> packed;  ///< msgpack
  };

  Settings() = default;
  Settings(std::initializer_list<Setting> settings) : settings_(settings) {}

  /// One msgpack map.
  [[nodiscard]] std::vector<std::uint8_t> packed() const {
    sdk::Buffer<> out;
    std::int32_t code = lodge_mp_write_map(&out, static_cast<std::uint32_t>(settings_.size()));
    for (const Setting& each : settings_) {
      if (code == LODGE_OK) code = sdk::write_values(out, each.name, sdk::AnyView{each.packed});
    }
    if (code != LODGE_OK) throw sdk::Failure(sdk::no_room_for("the settings"));
    return {out.view().begin(), out.view().end()};
  }

 private:
  std::vector<Setting> settings_;
};

/// A call that was started, and its answer. A value; outlives its host, whose end answers it.
template <typename R>
class PendingCall {
 public:
  explicit PendingCall(std::shared_ptr<UnderWay> under_way) : under_way_(std::move(under_way)) {}

  /// Whether the answer is there. Lets nothing run.
  [[nodiscard]] bool done() const { return under_way_->done(); }

  /// The answer; waits for it as `call` does.
  sdk::Result<R> result() {
    const Outcome outcome = under_way_->outcome();
    if (outcome.code == LODGE_OK) return sdk::answer_from<R>(outcome.code, outcome.executed, outcome.value);
    return sdk::Error{outcome.code, outcome.message, static_cast<sdk::Executed>(outcome.executed)};
  }

  /// Gives it up: the answer is CANCELLED. False: it was there already.
  bool cancel() { return under_way_->cancel(); }

 private:
  std::shared_ptr<UnderWay> under_way_;
};

/// A host. Used by the thread that made it; `logs`, `leaks` aside, its functions answer FAILED_PRECONDITION on others,
/// and those that let time pass or start and stop services do so from within a plugin's callback too.
class Host {
 public:
  explicit Host(const Options& options = {}) : core_(options) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  /// Stops what runs, the last service first, as stop_all does. What is found then comes to Options::on_log alone.
  ~Host() = default;

  // --- plugins ---

  /// Makes a plugin known whose code is in the test: host.add(lodge_plugin_v1()), or that of
  /// lodge::describe<Class>(name, version, declarations...), kept alive by the test. Throws Failure: INVALID_ARGUMENT,
  /// what is wrong with the descriptor; ALREADY_EXISTS.
  void add(const lodge_plugin* plugin) { throw_if(core_.add(plugin)); }

  /// Loads a plugin's file, where it lies. Its exports and libraries are checked as lodged does; what lodged would
  /// refuse of its owner and mode becomes a line in the log. It stays loaded until the process ends. Throws Failure:
  /// NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION, ALREADY_EXISTS.
  void add_file(const std::string& path) { throw_if(core_.add_file(path)); }

  /// Plugins that services name and that are not known yet are looked for in `path`/NAME.so. Throws Failure: NOT_FOUND.
  void add_folder(const std::string& path) { throw_if(core_.add_folder(path)); }

  /// Denies a plugin an interface ("lodge.store/1"), as [plugin.NAME] deny does. Before its service starts. Throws
  /// Failure: INVALID_ARGUMENT, there is no such interface.
  void deny(const std::string& plugin, const std::string& interface_id) { throw_if(core_.deny(plugin, interface_id)); }

  // --- services ---

  /// Starts a service of those plugins, and of what they depend on, with all the checks of lodged. `settings`: by
  /// plugin. The error is the one that the operator would see, or that of a hook. Hooks run on this stack.
  sdk::Result<void> start(const std::string& service, const std::vector<std::string>& plugins,
                          const std::map<std::string, Settings>& settings = {}) {
    std::map<std::string, std::vector<std::uint8_t>> packed;
    for (const auto& [plugin, given] : settings) packed.emplace(plugin, given.packed());
    return result_of(core_.start(service, plugins, packed));
  }

  /// Reads the text of a lodged.toml, as lodged does: limits, [plugin.NAME] deny, [config.DOMAIN], plugin_dirs, and
  /// services for `start()`. Relative paths start at the current directory; what a test has no use for
  /// (threads.workers, log, sha256) is checked, and means nothing. Once, before anything is started or denied:
  /// FAILED_PRECONDITION. INVALID_ARGUMENT: one line a problem, "lodged.toml:3: ...".
  sdk::Result<void> configure(const std::string& toml) { return result_of(core_.configure(toml)); }

  /// The same, of a file and the folder lodged.d beside it. NOT_FOUND, PERMISSION_DENIED.
  sdk::Result<void> configure_from(const std::string& file) { return result_of(core_.configure_from(file)); }

  /// Starts all services of the configuration, in its order; the first error ends it.
  sdk::Result<void> start() { return result_of(core_.start_all()); }

  /// Stops a service: calls in it get limits.drain_timeout_ms (10 s) of virtual time; then tickets are answered for
  /// it, and its hooks run. NOT_FOUND: it does not run. FAILED_PRECONDITION: plugin code did not return.
  sdk::Result<void> stop(const std::string& service) { return result_of(core_.stop(service)); }

  /// Stops all services, the last started first. FAILED_PRECONDITION: plugin code did not return.
  sdk::Result<void> stop_all() { return result_of(core_.stop_all()); }

  /// The host as a plugin of that service sees it: its store, names, node configuration; calls made through it come
  /// from the service. Faults do not touch it. Throws Failure: NOT_FOUND, the service does not run.
  [[nodiscard]] sdk::Host inside(const std::string& service) const {
    const lodge_host* const raw = core_.inside(service);
    if (raw == nullptr) throw sdk::Failure(LODGE_NOT_FOUND, "service `" + service + "` does not run");
    return sdk::Host(raw);
  }

  // --- calls, from outside ---

  /// Calls, and lets run what can, and time pass, until the answer is there. Its deadline answers it at the latest, as
  /// it would in lodged: limits.call_timeout_ms (15 s) unless `options` say otherwise. An R may not borrow.
  template <typename R = void, typename... Args>
  sdk::Result<R> call(std::string_view service, std::string_view name, const Args&... args) {
    return call<R>(sdk::CallOptions{}, service, name, args...);
  }
  template <typename R = void, typename... Args>
  sdk::Result<R> call(const sdk::CallOptions& options, std::string_view service, std::string_view name,
                      const Args&... args) {
    return start_call<R>(options, service, name, args...).result();
  }

  /// Calls, and lets run what can run now. No time passes.
  template <typename R = void, typename... Args>
  PendingCall<R> start_call(std::string_view service, std::string_view name, const Args&... args) {
    return start_call<R>(sdk::CallOptions{}, service, name, args...);
  }
  template <typename R = void, typename... Args>
  PendingCall<R> start_call(const sdk::CallOptions& options, std::string_view service, std::string_view name,
                            const Args&... args) {
    sdk::Buffer<> packed;
    if (sdk::write_values(packed, args...) != LODGE_OK) throw sdk::Failure(sdk::no_room_for("the arguments"));
    return PendingCall<R>(core_.start_call({.service = service,
                                            .name = name,
                                            .arity = static_cast<std::uint32_t>(sizeof...(Args)),
                                            .args = packed.data,
                                            .args_size = packed.size,
                                            .timeout_ns = options.timeout_ns,
                                            .idempotent = options.idempotent}));
  }

  // --- time ---

  /// Lets time pass. What comes due meanwhile happens at its time, in order, and all that follows from it.
  /// Throws Failure: INVALID_ARGUMENT, less than 0.
  void advance(std::chrono::nanoseconds time) { throw_if(core_.advance(time)); }

  /// Lets run what can run now. No time passes.
  void run() { throw_if(core_.settle()); }

  /// Lets run what comes, while virtual time stands still, until `condition()` holds: for what threads of a plugin do.
  /// False: it did not within that much real time.
  [[nodiscard]] bool run_until(const std::function<bool()>& condition,
                               std::chrono::nanoseconds real_patience = std::chrono::seconds(10)) {
    return core_.hold_until(condition, real_patience);
  }

  /// Nanoseconds on the clock of lodge.timer/1 `now`.
  [[nodiscard]] std::int64_t now_ns() const { return core_.now_ns(); }

  // --- errors in place of what plugins ask the host for ---

  /// The next call of that function by a plugin gets `code`: fail_next("lodge.store/1", "put",
  /// LODGE_RESOURCE_EXHAUSTED). The real function does not run; a line in the log tells of it. Several wait in order.
  /// What becomes of the message: see Fault. Throws Failure: INVALID_ARGUMENT, there is no such interface, function or
  /// code, or it answers none.
  void fail_next(const std::string& interface_id, const std::string& function, std::int32_t code,
                 const std::string& message = {}) {
    fail({.interface_id = interface_id, .function = function, .code = code, .message = message});
  }
  /// The n-th call from now on: 1 is the next.
  void fail_nth(std::uint64_t n, const std::string& interface_id, const std::string& function, std::int32_t code,
                const std::string& message = {}) {
    fail({.interface_id = interface_id,
          .function = function,
          .code = code,
          .message = message,
          .let_pass = n == 0 ? 0 : n - 1});
  }
  /// Every call, until `heal`.
  void fail_every(const std::string& interface_id, const std::string& function, std::int32_t code,
                  const std::string& message = {}) {
    fail({.interface_id = interface_id, .function = function, .code = code, .message = message, .times = 0});
  }
  /// All there is to say about one.
  void fail(const Fault& fault) { throw_if(core_.inject(fault)); }
  /// Nothing fails by order any more.
  void heal() { core_.inject_nothing(); }

  /// How often plugins have called a function of the host, those included that got an error by order.
  [[nodiscard]] std::uint64_t count(const std::string& interface_id, const std::string& function) const {
    return core_.count(interface_id, function);
  }

  // --- what was seen ---

  /// The log so far: what plugins wrote, and what the host says of them. Any thread.
  [[nodiscard]] std::vector<LogLine> logs() const { return core_.logs(); }
  void forget_logs() { core_.forget_logs(); }

  /// What instances that are gone have left behind: the host ended it for them. Each is a line `plugin misbehaved` in
  /// the log as well. Complete once all services have stopped (stop_all).
  [[nodiscard]] std::vector<Leak> leaks() const { return core_.leaks(); }

 private:
  static sdk::Result<void> result_of(const Outcome& outcome) {
    if (outcome.code == LODGE_OK) return {};
    return sdk::Error{outcome.code, outcome.message, static_cast<sdk::Executed>(outcome.executed)};
  }
  static void throw_if(const Outcome& outcome) { result_of(outcome).or_throw(); }

  Core core_;
};

}  // namespace lodge::testing
