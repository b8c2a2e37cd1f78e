// The verb about metrics: all that is counted, as Prometheus reads it.
#include <algorithm>

#include "base/log.hpp"
#include "control/admin.hpp"
#include "control/exposition.hpp"

namespace lodge::control {

namespace {

using service::ChainMetrics;
using service::ServiceMetrics;
using service::StoreMetrics;

double number(std::uint64_t count) { return static_cast<double>(count); }

void add_codes(Exposition& out, const Exposition::Family& family, const Exposition::Labels& labels,
               const service::CodeCounts& counts) {
  const std::vector<std::uint64_t> by_code = counts.read();
  for (std::size_t i = 0; i < by_code.size(); ++i) {
    if (by_code[i] == 0) continue;
    Exposition::Labels with_code = labels;
    with_code.emplace_back("code", code_name(code_from(-static_cast<std::int32_t>(i))));
    out.counter(family, with_code, number(by_code[i]));
  }
}

void add_latencies(Exposition& out, const Exposition::Family& family, const Exposition::Labels& labels,
                   const LatencyHistogram& latencies) {
  const LatencyHistogram::Counts counts = latencies.read();
  const bool any = std::any_of(counts.buckets.begin(), counts.buckets.end(), [](auto each) { return each != 0; });
  if (any) out.histogram(family, labels, counts);
}

void add_host(Exposition& out, const Admin& admin) {
  const double uptime_s = static_cast<double>(admin.clock.now() - admin.started_at) / 1e9;
  out.gauge({"lodge_info", "This host: 1."}, {{"node", admin.config.host.name}, {"version", LODGE_SDK_VERSION}}, 1);
  out.gauge({"lodge_start_time_seconds", "When the host was started, since 1970."}, {},
            static_cast<double>(admin.clock.wall()) / 1e9 - uptime_s);
  out.gauge({"lodge_connections", "Connections to the control socket."}, {}, number(admin.server.connection_count()));
  out.counter({"lodge_calls_accepted_total", "Calls taken from connections."}, {}, number(admin.server.accepted()));
  out.gauge({"lodge_calls_in_flight", "Calls from connections that have no answer yet."}, {},
            number(admin.server.in_flight()));
  out.gauge({"lodge_names", "Names that are registered, unique and shared."}, {}, number(admin.names.size()));
}

void add_threads(Exposition& out, const Admin& admin) {
  const WorkerPool::Stats threads = admin.workers.stats();
  out.gauge({"lodge_queue_tasks", "Tasks that wait for a worker."}, {}, number(threads.queued));
  out.gauge({"lodge_queue_tasks_max", "So many may wait (threads.queue_depth_max)."}, {},
            number(admin.workers.queue_depth_max()));
  out.counter({"lodge_queue_taken_total", "Tasks that workers have begun."}, {}, number(threads.taken));
  out.counter({"lodge_queue_refused_total", "Tasks that found the queue full."}, {}, number(threads.rejected));
  out.gauge({"lodge_threads", "Workers, spares included."}, {}, threads.threads);
  out.gauge({"lodge_threads_running", "Workers in a task, those that are blocked aside."}, {}, threads.running);
  out.gauge({"lodge_threads_blocked", "Workers that wait for something in a task."}, {}, threads.blocked);
  out.gauge({"lodge_threads_stuck", "Workers that were found in one task for long."}, {}, threads.stuck);
}

void add_log(Exposition& out) {
  for (const log::Level level :
       {log::Level::trace, log::Level::debug, log::Level::info, log::Level::warn, log::Level::error}) {
    out.counter({"lodge_log_lines_total", "Lines written to the log."},
                {{"level", std::string(log::level_name(level))}}, number(log::lines_written(level)));
  }
  for (const auto& [plugin, count] : log::misbehaved_counts()) {
    out.counter({"lodge_plugin_misbehaved_total", "Rules of the ABI that the plugin has broken."}, {{"plugin", plugin}},
                number(count));
  }
}

void add_store(Exposition& out, const Exposition::Labels& labels, const StoreMetrics& metrics) {
  const std::vector<std::uint64_t> operations = metrics.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i] == 0) continue;
    Exposition::Labels with_operation = labels;
    with_operation.emplace_back("operation", StoreMetrics::operation_names[i]);
    out.counter({"lodge_store_operations_total", "What plugins asked of their service's private store."},
                with_operation, number(operations[i]));
  }
  add_codes(out, {"lodge_store_errors_total", "Operations with another answer than OK: NOT_FOUND is a miss."}, labels,
            metrics.errors);
  add_latencies(out, {"lodge_store_sampled_seconds", "One of 256 operations of a kind on each thread."}, labels,
                metrics.sampled);
}

void add_services(Exposition& out, const Admin& admin) {
  for (const auto& each : admin.runtime.services()) {
    const Exposition::Labels labels = {{"service", each->name()}};
    out.gauge({"lodge_service_running", "1: it takes calls. 0: it does not."}, labels,
              each->state().running == service::Running::running ? 1 : 0);
    out.gauge({"lodge_store_entries", "Entries of the service's private store."}, labels,
              number(each->store().entries()));
    out.gauge({"lodge_store_bytes", "Bytes of the service's private store, as its quota counts them."}, labels,
              number(each->store().bytes()));
    out.gauge({"lodge_store_bytes_max", "Its quota (service.NAME.store_bytes_max)."}, labels,
              number(each->spec()->store_bytes_max));
    add_store(out, labels, each->store().metrics());
  }
}

void add_calls(Exposition& out, const service::CallMetrics& metrics) {
  metrics.each_chain([&](const ChainMetrics& each) {
    const Exposition::Labels labels = {{"service", each.service.name}, {"callback", each.name}};
    const std::vector<std::uint64_t> counts = each.counters.read();
    out.counter({"lodge_calls_total", "Calls of a callback, from wherever they came."}, labels,
                number(counts[ChainMetrics::calls]));
    out.counter({"lodge_links_total", "Links of its chain that ran for them."}, labels,
                number(counts[ChainMetrics::links]));
  });
  metrics.each_service([&](const ServiceMetrics& each) {
    add_codes(out, {"lodge_call_errors_total", "Calls of a service that ended with an error."},
              {{"service", each.name}}, each.errors);
  });
  add_codes(out, {"lodge_calls_refused_total", "Calls that came to no service or callback."}, {}, metrics.refused);
  constexpr Exposition::Family seconds = {"lodge_call_seconds", "From the arrival of a call to its answer."};
  constexpr Exposition::Family sampled = {
      "lodge_call_sampled_seconds", "Calls that plugins wait for on their own thread: one of 64 on each is timed."};
  metrics.each_service([&](const ServiceMetrics& each) {
    add_latencies(out, seconds, {{"service", each.name}, {"origin", "outside"}}, each.outside);
    add_latencies(out, seconds, {{"service", each.name}, {"origin", "started"}}, each.started);
    add_latencies(out, sampled, {{"service", each.name}}, each.sampled);
  });
  add_latencies(out, {"lodge_queue_wait_seconds", "How long calls waited for a worker."}, {}, metrics.queue_wait);
}

void add_plugins(Exposition& out, const service::PluginMetrics& metrics) {
  for (const service::PluginMetrics::Reading& each : metrics.read()) {
    const Exposition::Family family{each.spec.family, each.spec.help};
    switch (each.spec.kind) {
      case service::MetricKind::counter:
        out.counter(family, each.spec.labels, each.value);
        break;
      case service::MetricKind::gauge:
        out.gauge(family, each.spec.labels, each.value);
        break;
      case service::MetricKind::histogram:
        out.histogram(family, each.spec.labels, each.spec.bounds, each.buckets, each.value);
        break;
    }
  }
}

Result<wire::Value> metrics(Admin& admin, std::span<const wire::Value>) {
  Exposition out;
  add_host(out, admin);
  add_threads(out, admin);
  add_log(out);
  add_services(out, admin);
  add_calls(out, admin.runtime.metrics());
  add_plugins(out, admin.plugin_metrics);
  return wire::Value(out.text());
}

constexpr AdminVerb verbs[] = {
    {"metrics", 0, "", "all that is counted, in the text format of Prometheus", metrics},
};

}  // namespace

std::span<const AdminVerb> metrics_verbs() { return verbs; }

}  // namespace lodge::control
