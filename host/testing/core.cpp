#include <lodge/testing_core.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/closest.hpp"
#include "base/log.hpp"
#include "control/config_file.hpp"
#include "control/config_reader.hpp"
#include "control/problem.hpp"
#include "platform/threads.hpp"
#include "plugin/name_forms.hpp"
#include "service/base_plugin.hpp"
#include "testing/node.hpp"

namespace lodge::testing {

namespace {

Outcome failed(const Error& error) {
  return {.code = static_cast<std::int32_t>(error.code),
          .message = error.message,
          .executed = static_cast<std::int32_t>(error.executed)};
}

Outcome outcome_of(const Status& status) { return status ? Outcome() : failed(status.error()); }

Outcome wrong(Code code, std::string message) { return failed({code, std::move(message)}); }

std::string no_interface(const std::string& id, const std::vector<std::string>& ids) {
  return "there is no interface `" + id + "`" + did_you_mean(id, ids);
}

/// As lodged would report them.
Outcome failed(std::vector<control::Problem> problems) {
  control::sort_problems(problems);
  return wrong(problems.front().code, control::report_of(problems));
}

}  // namespace

struct [[gnu::visibility("hidden")]] Core::Parts {
  explicit Parts(const Options& given)
      : options(given), clock(given.wall_ns), book(clock, given.on_log), interception(book) {
    // Built in; it cannot be missing or wrong.
    (void)shelf.add(&service::builtin_base());
  }

  const Options options;
  const std::thread::id owner = std::this_thread::get_id();
  VirtualClock clock;
  LogBook book;
  Interception interception;
  Shelf shelf;
  control::HostConfig config;
  std::vector<Leak> leaks;
  std::unique_ptr<Node> made;

  Node& node() {
    if (!made) {
      made = std::make_unique<Node>(NodeGround{clock, shelf, interception}, config, options.thread_patience.count());
    }
    return *made;
  }

  /// What is wrong with being called here, from where the thread is; nothing: all is well.
  [[nodiscard]] std::optional<Outcome> misplaced() const {
    if (std::this_thread::get_id() != owner) {
      return wrong(Code::FAILED_PRECONDITION, "a lodge::testing::Host is used by the thread that made it");
    }
    if (platform::Fiber::current() == nullptr) return std::nullopt;
    return wrong(Code::FAILED_PRECONDITION,
                 "not from within a plugin's callback: the test lets time pass, and services come and go");
  }

  [[nodiscard]] Outcome take_config(const control::ConfigSource& source);
  [[nodiscard]] Outcome take_rules();
  [[nodiscard]] Status start(const service::ServiceSpec& spec);
  void note_leaks();
};

namespace {

/// Hosts that ended while somebody could still come: plugin code that did not return, for good; the last ones of a
/// process with other threads, so that a plugin's thread that comes late is told STALE.
struct Ended {
  static constexpr std::size_t kept_max = 64;
  std::mutex mutex;
  std::vector<std::shared_ptr<void>> for_good;
  std::deque<std::shared_ptr<void>> last;

  static Ended& all() {
    static Ended& held = *new Ended;
    return held;
  }
};

}  // namespace

Core::Core(const Options& options) : parts_(std::make_unique<Parts>(options)) {}

Core::~Core() {
  bool clean = true;
  if (parts_->made) {
    const LogBook::Reading reading(parts_->book);
    clean = parts_->made->stop_all();
    (void)parts_->made->thread().settle();
    clean = clean && !parts_->made->thread().standing();
    parts_->note_leaks();
  }
  parts_->book.close();
  const bool others = platform::has_other_threads();
  if (clean && !others) return;
  Ended& ended = Ended::all();
  std::lock_guard lock(ended.mutex);
  if (!clean) {
    ended.for_good.emplace_back(std::move(parts_));
    return;
  }
  ended.last.emplace_back(std::move(parts_));
  if (ended.last.size() > Ended::kept_max) ended.last.pop_front();
}

void Core::Parts::note_leaks() {
  for (Leak& each : interception.holdings.take_leaks()) {
    log::misbehaved(each.plugin, each.what);
    leaks.push_back(std::move(each));
  }
}

Outcome Core::add(const lodge_plugin* plugin) {
  const LogBook::Reading reading(parts_->book);
  return outcome_of(parts_->shelf.add(plugin));
}

Outcome Core::add_file(const std::string& path) {
  const LogBook::Reading reading(parts_->book);
  return outcome_of(parts_->shelf.add_file(path));
}

Outcome Core::add_folder(const std::string& path) { return outcome_of(parts_->shelf.add_folder(path)); }

Outcome Core::deny(const std::string& plugin, const std::string& interface_id) {
  const std::vector<std::string> ids = parts_->node().interfaces().ids();
  if (std::find(ids.begin(), ids.end(), interface_id) == ids.end()) {
    return wrong(Code::INVALID_ARGUMENT, no_interface(interface_id, ids));
  }
  parts_->shelf.deny(plugin, interface_id);
  return {};
}

Outcome Core::Parts::take_config(const control::ConfigSource& source) {
  if (made)
    return wrong(Code::FAILED_PRECONDITION, "the configuration comes before the first service and the first rule");
  Result<control::HostConfig> read = control::read_config(source);
  if (!read) return failed(read.error());
  config = *std::move(read);
  return take_rules();
}

// What only the layers below know: what interfaces there are, and what node configuration takes.
Outcome Core::Parts::take_rules() {
  std::vector<control::Problem> problems;
  for (const auto& folder : config.host.plugin_dirs) shelf.look_in(folder.string());
  const std::vector<std::string> ids = node().interfaces().ids();
  for (const auto& [name, section] : config.plugins) {
    const std::string path = "plugin." + name + ".deny";
    for (const std::string& id : section.deny) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
        problems.push_back({config.origins.at(path), path + ": " + no_interface(id, ids)});
      }
      shelf.deny(name, id);
    }
  }
  node().node_config().persist(config.persisted_domains());
  for (const auto& [domain, entries] : config.node_config) {
    for (const auto& [key, value] : entries) {
      const Status seeded = node().node_config().seed(domain, key, value);
      if (!seeded) problems.push_back({config.origins.at("config." + domain + "." + key), seeded.error().message});
    }
  }
  return problems.empty() ? Outcome() : failed(std::move(problems));
}

Outcome Core::configure(const std::string& toml) {
  const LogBook::Reading reading(parts_->book);
  return parts_->take_config(
      {.file = std::nullopt, .overrides = {}, .environment = control::process_environment(), .text = toml});
}

Outcome Core::configure_from(const std::string& file) {
  const LogBook::Reading reading(parts_->book);
  return parts_->take_config({.file = file, .overrides = {}, .environment = control::process_environment()});
}

Status Core::Parts::start(const service::ServiceSpec& spec) {
  Status started = node().runtime().start(spec);
  (void)node().thread().settle();
  note_leaks();
  return started;
}

Outcome Core::start_all() {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  const control::HostConfig& config = parts_->config;
  service::Runtime& runtime = parts_->node().runtime();
  std::vector<control::Problem> problems;
  for (const service::ServiceSpec& spec : config.services) {
    runtime.expect(spec.name);
    for (const service::Finding& each : runtime.check(spec)) {
      problems.push_back({config.origins.at(each.path), each.what, each.code});
    }
  }
  if (!problems.empty()) return failed(std::move(problems));
  for (const service::ServiceSpec& spec : config.services) {
    const Status started = parts_->start(spec);
    if (started) continue;
    return failed({{config.origins.at("service." + spec.name), started.error().message, started.error().code}});
  }
  return {};
}

Outcome Core::start(const std::string& service, const std::vector<std::string>& plugins,
                    const std::map<std::string, std::vector<std::uint8_t>>& settings) {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  if (!plugin::is_name(service)) {
    return wrong(Code::INVALID_ARGUMENT,
                 "`" + service + "` is not a service's name: a-z first, then a-z, 0-9, _ and -, up to 64");
  }
  service::ServiceSpec spec;
  spec.name = service;
  spec.plugins = plugins;
  spec.store_bytes_max = parts_->config.limits.store_bytes_max;
  for (const auto& [plugin, packed] : settings) {
    Result<wire::Value> value = wire::Value::unpack(packed);
    if (!value) return failed(value.error());
    spec.config.emplace(plugin, *std::move(value));
  }
  return outcome_of(parts_->start(spec));
}

Outcome Core::stop(const std::string& service) {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  const Status stopped = parts_->node().stop(service);
  (void)parts_->node().thread().settle();
  parts_->note_leaks();
  return outcome_of(stopped);
}

Outcome Core::stop_all() {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  const bool clean = parts_->node().stop_all();
  (void)parts_->node().thread().settle();
  parts_->note_leaks();
  if (clean) return {};
  return wrong(Code::FAILED_PRECONDITION, "plugin code did not return by limits.drain_timeout_ms");
}

const lodge_host* Core::inside(const std::string& service) const {
  const std::shared_ptr<service::Service> found = parts_->node().runtime().find(service);
  if (!found) return nullptr;
  const service::Running running = found->state().running;
  if (running != service::Running::running && running != service::Running::paused) return nullptr;
  // `base`, which is last in every chain.
  return &found->assembly()->instances.back()->context();
}

std::shared_ptr<UnderWay> Core::start_call(const CallParts& call) {
  const LogBook::Reading reading(parts_->book);
  std::shared_ptr<UnderWay> under_way = parts_->node().start_call(call);
  // From within plugin code it begins when that waits or returns.
  if (std::this_thread::get_id() == parts_->owner) (void)parts_->node().thread().settle();
  return under_way;
}

Outcome Core::advance(std::chrono::nanoseconds time) {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  if (time.count() < 0) return wrong(Code::INVALID_ARGUMENT, "time does not go back");
  (void)parts_->node().thread().advance(time.count());
  return {};
}

Outcome Core::settle() {
  const LogBook::Reading reading(parts_->book);
  if (const auto misplaced = parts_->misplaced()) return *misplaced;
  (void)parts_->node().thread().settle();
  return {};
}

bool Core::hold_until(const std::function<bool()>& condition, std::chrono::nanoseconds real_patience) {
  const LogBook::Reading reading(parts_->book);
  if (parts_->misplaced()) return condition();
  return parts_->node().thread().hold_until(condition, real_patience.count());
}

std::int64_t Core::now_ns() const { return parts_->clock.now(); }

Outcome Core::inject(const Fault& fault) {
  if (const Status possible = can_fail({fault.interface_id, fault.function}); !possible)
    return failed(possible.error());
  if (fault.code >= 0 || fault.code < LODGE_FENCED) {
    return wrong(Code::INVALID_ARGUMENT,
                 std::to_string(fault.code) +
                     " is no code of an error: those are LODGE_CANCELLED, -1, to LODGE_FENCED, " +
                     std::to_string(LODGE_FENCED) + " (lodge/status.h)");
  }
  parts_->interception.faults.add(fault);
  return {};
}

void Core::inject_nothing() { parts_->interception.faults.clear(); }

std::uint64_t Core::count(const std::string& interface_id, const std::string& function) const {
  return parts_->interception.faults.count({interface_id, function});
}

std::vector<LogLine> Core::logs() const { return parts_->book.lines(); }

void Core::forget_logs() { parts_->book.clear(); }

std::vector<Leak> Core::leaks() const { return parts_->leaks; }

}  // namespace lodge::testing
