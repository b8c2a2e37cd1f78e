// Tasks in the order in which they came, linked through themselves.
#pragma once

#include <cstddef>

#include "base/executor.hpp"

namespace lodge {

/// Used under somebody's lock.
class TaskQueue {
 public:
  void push(Task& task) {
    task.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : first_) = &task;
    last_ = &task;
    ++size_;
  }

  /// Not when it is empty.
  [[nodiscard]] Task& pop() {
    Task& task = *first_;
    first_ = task.next_;
    if (first_ == nullptr) last_ = nullptr;
    --size_;
    return task;
  }

  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lodge
