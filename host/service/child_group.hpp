// The children of one instance: what its Supervisor says is done here, one thing at a time.
#pragma once

#include <lodge/child.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/alarm.hpp"
#include "base/executor.hpp"
#include "base/slots.hpp"
#include "base/timers.hpp"
#include "plugin/host_context.hpp"
#include "service/supervisor.hpp"

namespace lodge::service {

class ChildGroup;

/// What a handle of lodge.child/1 names: a child, or one run of it.
struct ChildRef {
  std::shared_ptr<ChildGroup> group;
  Supervisor::Id child;
  bool run;
};

/// What groups are made on; outlives them.
struct ChildGround {
  const Clock& clock;
  Executor& executor;
  Executor& turns;  ///< where children are stopped and started again
  Timers& timers;
  Slots<ChildRef>& handles;
  /// The service of that instance cannot go on.
  std::function<void(const plugin::HostContext& instance, const Error& error, const std::string& reason)> fail;
};

/// How a child is, for people and programs.
struct ChildFacts {
  lodge_handle handle;
  std::string name;
  Restart restart;
  bool up;
  std::int64_t since_wall_ns;  ///< of its last start
  std::uint64_t restarts;
  std::optional<Error> last_end;  ///< by itself, of its last run that did
};

/// Thread-safe. Plugin code is called by whoever has the turn, never under a lock.
class ChildGroup : public std::enable_shared_from_this<ChildGroup> {
 public:
  static constexpr std::size_t children_max = 1024;

  /// `instance` outlives the process' plugins, as all contexts do.
  ChildGroup(const ChildGround& ground, plugin::HostContext& instance)
      : ground_(ground), instance_(instance), alarm_(ground.timers) {}

  [[nodiscard]] const plugin::HostContext& instance() const { return instance_; }

  /// lodge_child_v1::start of what has been checked.
  [[nodiscard]] Result<lodge_handle> start(const lodge_child& spec);
  void stop(Supervisor::Id child);
  void ended(Supervisor::Id child, lodge_handle run, Error how);
  void supervise(const Supervisor::Policy& policy);
  /// In the order of their first starts.
  [[nodiscard]] std::vector<ChildFacts> list() const;

  /// Has all stopped, and their unique names given back, until `resume` starts them again. Returns when they are down.
  void rest();
  void resume();

  /// From now on nothing is started.
  void close();
  /// Closes, and ends all children. Not from code of theirs. It returns only when their code has.
  void end();

  /// Whose code the host runs now, as "start of child NAME"; nothing: nobody's.
  [[nodiscard]] std::optional<std::string> running() const;

 private:
  struct Child {
    std::string name;
    std::string label;  ///< what its code is called on a frame
    lodge_child code;   ///< its functions and `user`; what it borrowed is gone
    Restart restart;
    lodge_handle handle = 0;
    lodge_handle run = 0;
    lodge_handle name_owner = 0;
    Bytes unique_name;
    Bytes unique_value;
    bool up = false;
    std::int64_t since_wall_ns = 0;
    std::uint64_t restarts = 0;
    std::optional<Error> last_end;
  };
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] Status take_turn(Lock& lock, bool& nested);
  void give_turn(bool nested);
  void poke();
  void pump();
  void wake_later();
  void do_all_due(Lock& lock);

  [[nodiscard]] Status start_first(Supervisor::Id id, Child& child, Lock& lock);
  void perform(const Supervisor::Step& step, Lock& lock);
  void start_again(Supervisor::Id id, Lock& lock);
  void stop_run(Supervisor::Id id, Lock& lock);
  void forget(Supervisor::Id id, Lock& lock);
  void fail(const Supervisor::Step& step, Lock& lock);
  [[nodiscard]] Status run_start(Supervisor::Id id, Child& child, Lock& lock);
  template <typename Code>
  void run_code(const char* doing, const Child& child, Lock& lock, const Code& code);
  [[nodiscard]] Status claim_name(Child& child);
  void release_name(Child& child);

  [[nodiscard]] std::string module() const { return "service." + instance_.service(); }
  [[nodiscard]] std::string text_of_child(const Child& child) const;

  const ChildGround& ground_;
  plugin::HostContext& instance_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Supervisor rules_;
  std::map<Supervisor::Id, Child> children_;
  const void* turn_ = nullptr;  ///< the stack that has it
  const char* doing_ = nullptr;
  const std::string* doing_to_ = nullptr;
  bool pump_queued_ = false;
  bool closed_ = false;
  bool resting_ = false;
  Alarm alarm_;
};

}  // namespace lodge::service
