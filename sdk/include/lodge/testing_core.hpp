// What of lodge::testing lies in its library: plain values and no templates. Tests use testing.hpp, over it.
#pragma once

#include <lodge/descriptor.h>
#include <lodge/log.h>
#include <lodge/status.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#if defined(_WIN32)
#define LODGE_TESTING_API
#else
#define LODGE_TESTING_API __attribute__((visibility("default")))
#endif

namespace lodge::testing {

/// One line of the host's log.
struct LogLine {
  std::int32_t level = LODGE_LOG_INFO;  ///< LODGE_LOG_...
  std::string service = {};             ///< whom it is about; empty: no service in particular
  std::string plugin = {};              ///< empty: no plugin in particular
  std::string text = {};                ///< as it was written, cut at 8 KiB
  std::int64_t at_ns = 0;               ///< when, on the host's clock
};

/// Something of the host's that an instance still held when it was gone.
struct Leak {
  enum class Kind : std::uint8_t {
    ticket,  ///< a deferred call that was never completed
    timer,   ///< one that would have run again
    watch,   ///< of the store, of names, of services or of node configuration
    owner,   ///< of names
    call,    ///< one that was started, whose answer found nobody
    span     ///< one that was begun and not ended
  };
  Kind kind = Kind::ticket;
  std::string service = {};
  std::string plugin = {};
  std::string what = {};  ///< "left say/1 without an answer ..."
};

/// An error that a plugin gets from the host in place of what it asked for.
struct Fault {
  std::string interface_id = {};       ///< "lodge.store/1"
  std::string function = {};           ///< "put": as in the interface's table
  std::int32_t code = LODGE_INTERNAL;  ///< one of the negative codes of status.h
  /// For the log. The plugin gets it too where the host would tell it one: from `call` of lodge.call/1, `start` of
  /// lodge.child/1, `open` of lodge.metric/1, `register_name` of lodge.names/1, lodge.service/1. All others answer a
  /// code alone.
  std::string message = {};
  std::uint64_t let_pass = 0;  ///< so many calls succeed first
  std::uint64_t times = 1;     ///< so many then fail; 0: all of them
  std::string plugin = {};     ///< only this plugin's calls; empty: any plugin's
};

struct Options {
  /// Real time that threads of plugins get, in one call, to answer before virtual time passes without them. Nothing is
  /// waited for where the process has one thread, or the others wait for the host, or each other, without a time-out.
  std::chrono::nanoseconds thread_patience = std::chrono::seconds(2);
  /// What the wall clock of lodge.timer/1 shows at first: nanoseconds since 1970-01-01 UTC. By default 2000-01-01.
  std::int64_t wall_ns = 946'684'800'000'000'000;
  /// Gets each line of the log as it is written, those of the host's end included. From the thread that writes it.
  std::function<void(const LogLine&)> on_log = {};
};

/// How something went: a code with a message, and what belongs to answers of calls.
struct Outcome {
  std::int32_t code = LODGE_OK;
  std::string message = {};
  std::int32_t executed = LODGE_EXECUTED_NO;
  std::vector<std::uint8_t> value = {};  ///< msgpack
};

/// A call on its way into a service. Outlives its host.
class UnderWay {
 public:
  virtual ~UnderWay() = default;
  [[nodiscard]] virtual bool done() const = 0;
  /// Lets run, and time pass, until it is done.
  virtual Outcome outcome() = 0;
  /// False: it is done already.
  virtual bool cancel() = 0;
};

/// What a call is made of. Borrowed.
struct CallParts {
  std::string_view service;
  std::string_view name;
  std::uint32_t arity = 0;
  const std::uint8_t* args = nullptr;
  std::size_t args_size = 0;
  std::int64_t timeout_ns = 0;  ///< 0: limits.call_timeout_ms of the configuration
  bool idempotent = false;
};

/// The host behind a lodge::testing::Host, whose functions say what these do.
class LODGE_TESTING_API Core {
 public:
  explicit Core(const Options& options);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] Outcome add(const lodge_plugin* plugin);
  [[nodiscard]] Outcome add_file(const std::string& path);
  [[nodiscard]] Outcome add_folder(const std::string& path);
  [[nodiscard]] Outcome deny(const std::string& plugin, const std::string& interface_id);

  [[nodiscard]] Outcome configure(const std::string& toml);
  [[nodiscard]] Outcome configure_from(const std::string& file);
  [[nodiscard]] Outcome start_all();
  /// `settings`: a packed map for each plugin that has some.
  [[nodiscard]] Outcome start(const std::string& service, const std::vector<std::string>& plugins,
                              const std::map<std::string, std::vector<std::uint8_t>>& settings);
  [[nodiscard]] Outcome stop(const std::string& service);
  [[nodiscard]] Outcome stop_all();
  /// nullptr: it does not run.
  [[nodiscard]] const lodge_host* inside(const std::string& service) const;

  [[nodiscard]] std::shared_ptr<UnderWay> start_call(const CallParts& call);

  [[nodiscard]] Outcome advance(std::chrono::nanoseconds time);
  [[nodiscard]] Outcome settle();
  [[nodiscard]] bool hold_until(const std::function<bool()>& condition, std::chrono::nanoseconds real_patience);
  [[nodiscard]] std::int64_t now_ns() const;

  [[nodiscard]] Outcome inject(const Fault& fault);
  void inject_nothing();
  [[nodiscard]] std::uint64_t count(const std::string& interface_id, const std::string& function) const;

  [[nodiscard]] std::vector<LogLine> logs() const;
  void forget_logs();
  [[nodiscard]] std::vector<Leak> leaks() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lodge::testing
