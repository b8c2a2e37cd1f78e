// A task of a function, for what is handed over too seldom to be worth a class of its own.
#pragma once

#include <memory>
#include <utility>

#include "base/executor.hpp"

namespace lodge {

template <typename Function>
class FunctionTask final : public Task {
 public:
  explicit FunctionTask(Function function) : function_(std::move(function)) {}
  void run() noexcept override {
    const std::unique_ptr<FunctionTask> self(this);
    function_();
  }

 private:
  Function function_;
};

/// Runs `function()` and is gone: for `submit_always`, which takes what it is given.
template <typename Function>
[[nodiscard]] Task& task_of(Function function) {
  return *new FunctionTask<Function>(std::move(function));
}

}  // namespace lodge
