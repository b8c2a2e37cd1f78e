// Children as a test scripts them, on a real node.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/writer.hpp"
#include "rig/node.hpp"

namespace lodge {

inline const lodge_child_v1& table_of(const lodge_host* host) { return rig::table<lodge_child_v1>(host); }

/// What all children of a test did, in order.
class Journal {
 public:
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(what);
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }
  bool has(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    return std::find(lines_.begin(), lines_.end(), what) != lines_.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A child as a test scripts it.
struct ScriptedChild {
  ScriptedChild(Journal& lines, std::string its_name, std::uint32_t its_restart = LODGE_CHILD_PERMANENT)
      : journal(lines), name(std::move(its_name)), restart(its_restart) {}

  std::int32_t start_on(const lodge_host* host, Writer* error = nullptr) {
    const lodge_child asked = spec();
    return table_of(host).start(host, &asked, error, &handle);
  }
  std::int32_t exit_on(const lodge_host* host, std::int32_t code, std::string_view message = "") const {
    return table_of(host).exit(host, run, code, message.data(), message.size());
  }
  /// Says that it has ended, and waits until it has been started `times` times altogether.
  bool dies_and_is_back(const lodge_host* host, int times) const {
    return exit_on(host, LODGE_INTERNAL, "no more") == LODGE_OK && rig::eventually([&] { return starts == times; });
  }
  lodge_child spec() {
    return {.struct_size = sizeof(lodge_child),
            .name = slice_of(std::string_view(name)),
            .restart = restart,
            .reserved = 0,
            .start =
                [](void* user, lodge_handle its_run, lodge_writer* error) {
                  auto& self = *static_cast<ScriptedChild*>(user);
                  self.run = its_run;
                  self.journal.note("start " + self.name);
                  const std::int32_t code = self.on_start ? self.on_start(its_run, error) : LODGE_OK;
                  ++self.starts;
                  return code;
                },
            .stop =
                [](void* user, lodge_handle) {
                  auto& self = *static_cast<ScriptedChild*>(user);
                  self.journal.note("stop " + self.name);
                  if (self.on_stop) self.on_stop();
                },
            .release =
                [](void* user) {
                  auto& self = *static_cast<ScriptedChild*>(user);
                  self.journal.note("release " + self.name);
                },
            .user = this,
            .unique_name = slice_of(std::string_view(unique)),
            .unique_value = {}};
  }

  Journal& journal;
  const std::string name;
  const std::uint32_t restart;
  std::string unique;
  std::function<std::int32_t(lodge_handle run, lodge_writer* error)> on_start;
  std::function<void()> on_stop;
  std::atomic<int> starts{0};
  std::atomic<lodge_handle> run{0};
  lodge_handle handle = 0;
};

class Children : public ::testing::Test {
 protected:
  Children() {
    lender.plugin.on_stop([this](const lodge_host* host) {
      journal.note("the stop hook");
      return at_stop ? at_stop(host) : LODGE_OK;
    });
  }
  void begin() {
    node.add(lender.plugin);
    ASSERT_TRUE(node.start("s", {"p"}));
  }
  [[nodiscard]] const lodge_host* host() const { return lender.host; }
  [[nodiscard]] service::Service::State state() { return node.runtime().find("s")->state(); }

  /// One that outlives the node.
  ScriptedChild& make(const std::string& name, std::uint32_t restart = LODGE_CHILD_PERMANENT) {
    return children_.emplace_back(journal, name, restart);
  }

  Journal journal;
  rig::Hook at_stop;
  rig::Lender lender{"p"};
  rig::Lender other{"q"};

 private:
  std::deque<ScriptedChild> children_;

 protected:
  rig::Node node;
};

}  // namespace lodge
