// Children: what a plugin starts that lives on by itself, and the host keeps alive. child.h tells the rules.
#pragma once

#include <lodge/child.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <lodge/callback.hpp>

namespace lodge {
inline namespace sdk {

template <>
struct Advice<lodge_child_v1> {
  static constexpr const char* on(std::string_view operation, std::int32_t code) noexcept {
    switch (code) {
      case LODGE_INVALID_ARGUMENT:
        return operation == "supervise" ? "at most 10,000 restarts, in a period of 1 ms to 1 h" : nullptr;
      case LODGE_STALE:
        return "it is over, or this instance is gone";
      default:
        return nullptr;
    }
  }
};

/// When a child that has ended is started again: always; unless it ended well; never.
enum class Restart : std::uint32_t {
  permanent = LODGE_CHILD_PERMANENT,
  transient = LODGE_CHILD_TRANSIENT,
  temporary = LODGE_CHILD_TEMPORARY
};
/// What is started again when one child has to be: that one, or all of the instance.
enum class Strategy : std::uint32_t { one_for_one = LODGE_ONE_FOR_ONE, one_for_all = LODGE_ONE_FOR_ALL };

struct ChildOptions {
  Restart restart = Restart::permanent;
  std::string_view unique_name = {};  ///< held as long as there is the child; empty: none
};

/// One run of a child: how it says that it has ended by itself. To be copied and kept; used late it answers STALE.
class Run {
 public:
  Run(Link<lodge_child_v1> link, lodge_handle run) noexcept : link_(link), run_(run) {}
  /// With LODGE_OK as it should, else with an error. From any thread. [quick]
  Result<void> exit(std::int32_t code = LODGE_OK, std::string_view message = {}) const {
    const std::int32_t answer = link_.table->exit(link_.host, run_, code, message.data(), message.size());
    if (answer != LODGE_OK) return failed<lodge_child_v1>("exit", {}, answer);
    return {};
  }

 private:
  Link<lodge_child_v1> link_;
  lodge_handle run_;
};

/// A child that was started. Dropping it changes nothing: it is the host that keeps children, until they are stopped,
/// or the instance is.
class Child {
 public:
  Child(Link<lodge_child_v1> link, lodge_handle child) noexcept : link_(link), child_(child) {}
  /// Has it stopped and forgotten, and returns at once. STALE: it is over already. [quick]
  Result<void> stop() const {
    const std::int32_t code = link_.table->stop(link_.host, child_);
    if (code != LODGE_OK) return failed<lodge_child_v1>("stop", {}, code);
    return {};
  }

 private:
  Link<lodge_child_v1> link_;
  lodge_handle child_;
};

/// What `list` tells of one child.
struct ChildState {
  std::string name;
  Restart restart = Restart::permanent;
  bool up = false;
  std::int64_t since_ns = 0;  ///< wall clock: of its last start
  std::uint64_t restarts = 0;
  std::string last_end;  ///< the message of its last end by itself; empty: none
};

/// The children of this instance. What starts and stops one may throw a Failure; it runs as child.h says.
class Children {
 public:
  explicit Children(Link<lodge_child_v1> link) noexcept : link_(link) {}

  /// `start` acquires what the child needs, and keeps its Run where it can end by itself; `stop` has all of it gone
  /// when it returns. Both are kept, and run again and again, until the child is over.
  Result<Child> start(std::string_view name, std::function<void(Run)> start, std::function<void()> stop,
                      const ChildOptions& options = {}) const {
    return begin(name, options, std::make_unique<Code>(link_, std::move(start), std::move(stop)));
  }

  /// A thread: it ends well when `body` returns, and with an error when that throws. To be stopped it is asked to stop
  /// and waited for.
  Result<Child> thread(std::string_view name, std::function<void(std::stop_token)> body,
                       const ChildOptions& options = {}) const {
    auto thread = std::make_shared<std::jthread>();
    auto start = [thread, body = std::move(body)](const Run& run) {
      *thread = std::jthread([body, run](const std::stop_token& stop) {
        const Ending ending = run_body(body, stop);
        static_cast<void>(run.exit(ending.code, ending.message));  // STALE: it is being stopped
      });
    };
    return this->start(
        name, std::move(start), [thread] { *thread = std::jthread(); }, options);
  }

  /// At first one for one, 3 restarts in 5 s; beyond that the service fails, and is tried again as a whole. [quick]
  Result<void> supervise(Strategy strategy, std::uint32_t restarts_max = 3,
                         std::int64_t period_ns = 5'000'000'000) const {
    if (link_.table == nullptr) return missing_interface<lodge_child_v1>();
    const std::int32_t code =
        link_.table->supervise(link_.host, static_cast<std::uint32_t>(strategy), restarts_max, period_ns);
    if (code != LODGE_OK) return failed<lodge_child_v1>("supervise", {}, code);
    return {};
  }

  /// In the order of their first starts.
  [[nodiscard]] Result<std::vector<ChildState>> list() const {
    if (link_.table == nullptr) return missing_interface<lodge_child_v1>();
    std::vector<ChildState> out;
    const std::int32_t code = link_.table->list(link_.host, &see, &out);
    if (code != LODGE_OK) return failed<lodge_child_v1>("list", {}, code);
    return out;
  }

 private:
  /// What the host hands back as `user`; its `release` is this one's end.
  struct Code {
    Code(Link<lodge_child_v1> its_link, std::function<void(Run)> its_start, std::function<void()> its_stop)
        : link(its_link), start(std::move(its_start)), stop(std::move(its_stop)) {}
    Link<lodge_child_v1> link;
    std::function<void(Run)> start;
    std::function<void()> stop;

    static std::int32_t run_start(void* user, lodge_handle run, lodge_writer* error) noexcept {
      auto& self = *static_cast<Code*>(user);
      return guarded(*error, [&]() -> std::int32_t {
        self.start(Run(self.link, run));
        return LODGE_OK;
      });
    }
    static void run_stop(void* user, lodge_handle) noexcept {
      auto& self = *static_cast<Code*>(user);
      guarded_task(self.link.host, "the stop of a child", [&] { self.stop(); });
    }
    static void release(void* user) noexcept { delete static_cast<Code*>(user); }
  };

  struct Ending {
    std::int32_t code = LODGE_OK;
    std::string message;
  };
  static Ending run_body(const std::function<void(std::stop_token)>& body, const std::stop_token& stop) noexcept {
    Buffer<> error;
    const std::int32_t code = guarded(error, [&]() -> std::int32_t {
      body(stop);
      return LODGE_OK;
    });
    return {code, std::string(error.text())};
  }

  Result<Child> begin(std::string_view name, const ChildOptions& options, std::unique_ptr<Code> code) const {
    if (link_.table == nullptr) return missing_interface<lodge_child_v1>();
    lodge_child spec{};
    spec.struct_size = sizeof spec;
    spec.name = {name.data(), name.size()};
    spec.restart = static_cast<std::uint32_t>(options.restart);
    spec.start = &Code::run_start;
    spec.stop = &Code::run_stop;
    spec.release = &Code::release;
    spec.user = code.get();
    spec.unique_name = {options.unique_name.data(), options.unique_name.size()};
    Buffer<> error;
    lodge_handle child = 0;
    const std::int32_t answer = link_.table->start(link_.host, &spec, &error, &child);
    if (answer != LODGE_OK) {
      Error out = failed<lodge_child_v1>("start", name, answer);
      if (error.size > 0) out.message = std::string(error.text());
      return out;
    }
    static_cast<void>(code.release());  // the host's by now
    return Child(link_, child);
  }

  static std::int32_t see(void* user, const lodge_child_entry* entry) noexcept {
    static_cast<std::vector<ChildState>*>(user)->push_back({std::string(text_of(entry->name)), Restart{entry->restart},
                                                            entry->up != 0, entry->since_ns, entry->restarts,
                                                            std::string(text_of(entry->last_text))});
    return 0;
  }

  Link<lodge_child_v1> link_;
};

inline Children Host::children() const noexcept { return Children(link<lodge_child_v1>()); }

}  // namespace sdk
}  // namespace lodge
