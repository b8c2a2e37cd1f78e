// An executor for what is measured without any tasks.
#pragma once

#include "base/executor.hpp"

namespace lodge::bench {

class IdleExecutor final : public Executor {
 public:
  [[nodiscard]] std::size_t submit(std::span<Task* const>) override { return 0; }
  [[nodiscard]] std::size_t queue_depth_max() const override { return 0; }
  void submit_always(Task&) override {}
  void enter_blocked() override {}
  void leave_blocked() override {}
  [[nodiscard]] bool on_loop_thread() const override { return false; }
};

}  // namespace lodge::bench
