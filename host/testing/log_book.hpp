// The lines that a host in a library writes to its log, kept for the test.
#pragma once

#include <lodge/testing_core.hpp>

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.hpp"

namespace lodge::testing {

/// While one exists, no line of the process's log goes to stderr. A line goes to the book that is open on the thread
/// that writes it (Reading), else to the newest one. Thread-safe.
class LogBook {
 public:
  LogBook(const Clock& clock, std::function<void(const LogLine&)> on_line);
  ~LogBook();
  LogBook(const LogBook&) = delete;
  LogBook& operator=(const LogBook&) = delete;

  /// No line comes any more; those that came stay. The listener is not running afterwards, unless on this thread.
  void close();

  [[nodiscard]] std::vector<LogLine> lines() const;
  void clear();

  struct Pages;

  /// Opens a book on this thread for as long as it lives.
  class Reading {
   public:
    explicit Reading(const LogBook& book);
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    const Pages* const before_;
  };

 private:
  friend struct LogBooks;

  const std::shared_ptr<Pages> pages_;
};

}  // namespace lodge::testing
