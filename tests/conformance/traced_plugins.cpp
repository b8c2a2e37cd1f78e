#include "traced_plugins.hpp"

#include <dlfcn.h>

#include <lodge/plugin.hpp>
#include <mutex>
#include <stdexcept>

namespace lodge_test {

namespace {

std::mutex mutex;

void note(std::string what) {
  const std::lock_guard lock(mutex);
  heard().push_back(std::move(what));
}

class Tracing {
 public:
  explicit Tracing(const lodge::Host& host) : host_(host) {}

  std::int64_t work(lodge::Call& call, std::int64_t half) {
    const lodge::Tracer trace = host_.trace();
    return trace.in_span(call, "outer", [&](lodge::Span& outer) {
      trace.log(LODGE_LOG_INFO, "working");
      const auto inner = trace.in_span(outer, "inner", [&](lodge::Span& span) -> lodge::Result<std::int64_t> {
        span.event("halfway");
        return half + 1;
      });
      trace.metric("rows_total", 2).or_throw();
      return 2 * *inner;
    });
  }

  void quietly(lodge::Call& call) {
    const auto dear = [] {
      ++texts_made();
      return std::string("dear");
    };
    host_.trace().in_span(call, "quiet", [&](lodge::Span& span) {
      span.event(dear);
      host_.trace().log(LODGE_LOG_DEBUG, dear);
    });
  }

  void break_down(lodge::Call& call) {
    host_.trace().in_span(call, "breaking", [] { throw lodge::Failure(LODGE_ABORTED, "given up"); });
  }

 private:
  lodge::Host host_;
};

template <bool replaces>
class Hearing {
 public:
  static lodge::Verdict begun(const lodge::SpanBegun& span) { return answer("begun " + span.name); }
  static lodge::Verdict ended(const lodge::SpanEnded& span) {
    return answer("ended " + span.name + (span.error.empty() ? "" : ": " + span.error));
  }
  static lodge::Verdict event(const lodge::TraceEvent& event) { return answer("event " + event.text); }
  static lodge::Verdict metric(const lodge::TraceMetric& metric) {
    return answer("metric " + metric.name + " " + std::to_string(static_cast<int>(metric.value)));
  }
  static lodge::Verdict log(const lodge::TraceLog& line) { return answer("log " + line.text); }

 private:
  static lodge::Verdict answer(std::string what) {
    note(std::move(what));
    return replaces ? lodge::done() : lodge::go_on();
  }
};

template <bool replaces>
const lodge_plugin& hearing(const char* name) {
  using Hears = Hearing<replaces>;
  static const auto description = lodge::describe<Hears>(
      name, "1.0.0", lodge::depends_on("trace", "^1"), lodge::callback<&Hears::begun>("trace_span_begun"),
      lodge::callback<&Hears::ended>("trace_span_ended"), lodge::callback<&Hears::event>("trace_event"),
      lodge::callback<&Hears::metric>("trace_metric"), lodge::callback<&Hears::log>("trace_log"));
  return *description.plugin();
}

}  // namespace

const lodge_plugin& tracing() {
  static const auto description = lodge::describe<Tracing>(
      "tracing", "1.0.0", lodge::needs(LODGE_TRACE_V1), lodge::callback<&Tracing::work>("work"),
      lodge::callback<&Tracing::quietly>("quietly"), lodge::callback<&Tracing::break_down>("break_down"));
  return *description.plugin();
}

const lodge_plugin& watcher() { return hearing<false>("watcher"); }
const lodge_plugin& replacer() { return hearing<true>("replacer"); }

const lodge_plugin& standard_trace() {
  void* const library = dlopen(SAMPLE_PLUGINS "/trace.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  return *reinterpret_cast<lodge_entry_fn>(dlsym(library, LODGE_ENTRY))();
}

std::vector<std::string>& heard() {
  static std::vector<std::string> all;
  return all;
}

int& texts_made() {
  static int count = 0;
  return count;
}

}  // namespace lodge_test
