#include "testing/log_book.hpp"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace lodge::testing {

/// What is written of a book. Writers hold on to it while the book goes.
struct LogBook::Pages {
  Pages(const Clock& time, std::function<void(const LogLine&)> listener) : clock(time), on_line(std::move(listener)) {}

  void write(LogLine line) {
    std::lock_guard lock(mutex);
    if (closed) return;
    line.at_ns = clock.now();
    if (on_line) on_line(line);
    lines.push_back(std::move(line));
  }

  const Clock& clock;
  const std::function<void(const LogLine&)> on_line;
  std::recursive_mutex mutex;  ///< over all below; recursive, for a listener that looks at the lines or makes new ones
  bool closed = false;
  std::vector<LogLine> lines;
};

namespace {

constinit thread_local const LogBook::Pages* open_here = nullptr;

/// Whom a module is about: "service.SERVICE.PLUGIN", or "plugin", whose lines begin with "plugin misbehaved: PLUGIN: ".
void attribute(LogLine& line, std::string_view module) {
  constexpr std::string_view of_service = "service.";
  constexpr std::string_view of_plugin = "plugin misbehaved: ";
  if (module.starts_with(of_service)) {
    module.remove_prefix(of_service.size());
    const std::size_t dot = std::min(module.find('.'), module.size());
    line.service = module.substr(0, dot);
    line.plugin = module.substr(std::min(dot + 1, module.size()));
  } else if (line.text.starts_with(of_plugin)) {
    const std::size_t end = line.text.find(':', of_plugin.size());
    line.plugin = line.text.substr(of_plugin.size(), end - of_plugin.size());
  }
}

}  // namespace

/// All books there are. Never destroyed: threads of plugins may log while the process ends.
struct LogBooks {
  std::mutex mutex;
  std::vector<std::shared_ptr<LogBook::Pages>> books;

  static LogBooks& all() {
    static LogBooks& held = *new LogBooks;
    return held;
  }

  void add(const std::shared_ptr<LogBook::Pages>& book) {
    std::lock_guard lock(mutex);
    if (books.empty()) {
      log::configure(log::Format::human, log::Level::trace);
      log::send_to([this](std::string_view module, log::Level level, std::string_view text) {
        LogLine line{.level = static_cast<std::int32_t>(level), .text = std::string(text)};
        attribute(line, module);
        if (const auto open = of_this_thread()) open->write(std::move(line));
      });
    }
    books.push_back(book);
  }

  void remove(const std::shared_ptr<LogBook::Pages>& book) {
    std::lock_guard lock(mutex);
    std::erase(books, book);
    // Nothing comes to stderr afterwards either.
    if (books.empty()) log::configure(log::Format::human, log::Level::off);
  }

  std::shared_ptr<LogBook::Pages> of_this_thread() {
    std::lock_guard lock(mutex);
    if (books.empty()) return nullptr;
    // The one that is open here may have gone meanwhile.
    const auto found =
        std::find_if(books.begin(), books.end(), [](const auto& each) { return each.get() == open_here; });
    return found != books.end() ? *found : books.back();
  }
};

LogBook::LogBook(const Clock& clock, std::function<void(const LogLine&)> on_line)
    : pages_(std::make_shared<Pages>(clock, std::move(on_line))) {
  LogBooks::all().add(pages_);
}

LogBook::~LogBook() { close(); }

void LogBook::close() {
  LogBooks::all().remove(pages_);
  std::lock_guard lock(pages_->mutex);
  pages_->closed = true;
}

std::vector<LogLine> LogBook::lines() const {
  std::lock_guard lock(pages_->mutex);
  return pages_->lines;
}

void LogBook::clear() {
  std::lock_guard lock(pages_->mutex);
  pages_->lines.clear();
}

LogBook::Reading::Reading(const LogBook& book) : before_(std::exchange(open_here, book.pages_.get())) {}
LogBook::Reading::~Reading() { open_here = before_; }

}  // namespace lodge::testing
