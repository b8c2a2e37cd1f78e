#include "control/host.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/closest.hpp"
#include "base/counted.hpp"
#include "base/function_task.hpp"
#include "base/log.hpp"
#include "base/log_ring.hpp"
#include "control/host_options.hpp"
#include "control/loop_watch.hpp"
#include "names/abi_config.hpp"
#include "names/abi_names.hpp"
#include "platform/crash_line.hpp"
#include "platform/notify.hpp"
#include "plugin/abi_log.hpp"
#include "service/abi_metric.hpp"
#include "service/abi_store.hpp"
#include "service/base_plugin.hpp"

namespace lodge::control {

namespace {

constexpr std::string_view module = "control";
constexpr MonotonicNs ms = 1'000'000;

/// What is not safe to use is told apart from what is wrongly written.
ExitCode exit_of(Code code) { return code == Code::PERMISSION_DENIED ? ExitCode::permission : ExitCode::config; }

Failure failed_state(const Error& error) {
  switch (error.code) {
    case Code::ALREADY_EXISTS:
      return {ExitCode::try_later, error.message};
    case Code::DATA_LOSS:
    case Code::FAILED_PRECONDITION:
      return {ExitCode::data, error.message};
    default:
      return {ExitCode::cannot_create, error.message};
  }
}

/// Only the default directory is the host's own, to be made for its user alone; any other one that is missing is more
/// probably a mistake, and with which owner and mode it should be is not the host's to say.
Status make_socket_directory(const HostSection& host) {
  const std::filesystem::path directory = host.socket.parent_path();
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return {};
  if (std::filesystem::exists(directory, error)) {
    return Error{Code::FAILED_PRECONDITION,
                 directory.string() + " is not a directory; set host.socket to a place in one"};
  }
  if (directory != host.run_dir) {
    return Error{Code::NOT_FOUND, "there is no directory " + directory.string() + "; make it (install -d -m 0700 " +
                                      directory.string() + "), or set host.socket to a place that there is"};
  }
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return Error{Code::PERMISSION_DENIED, "cannot make the directory " + directory.string() + ": " +
                                            std::generic_category().message(errno) +
                                            "; set host.socket to a place that this user may write"};
}

std::unique_ptr<Loop> loop_or_throw(const Clock& clock, std::uint32_t spin_us) {
  Result<std::unique_ptr<Loop>> loop = Loop::create(clock, spin_us);
  if (!loop) throw std::runtime_error(loop.error().text());
  return *std::move(loop);
}

}  // namespace

Host::Host(const HostConfig& config, const ConfigSource& source, HashSeed hash_seed, std::uint64_t span_seed)
    : config_(config),
      loop_(loop_or_throw(clock_, config.threads.spin_us)),
      workers_(worker_options(config)),
      hooks_(hook_options()),
      names_(workers_, hash_seed, {config.limits.names_max, config.limits.names_per_instance_max}),
      node_config_(clock_, workers_, hash_seed, config.limits.config_entries_max),
      catalog_(catalog_options(config)),
      plugins_(catalog_, config),
      runtime_({.clock = clock_,
                .executor = workers_,
                .turns = hooks_,
                .timers = *loop_,
                .interfaces = interfaces_,
                .plugins = plugins_,
                .hash_seed = hash_seed,
                .call_timeout_ns = config.limits.call_timeout_ms * ms,
                .answer_bytes_max = config.limits.frame_bytes_max - wire::frame_length_min,
                .drain_patience_ns = config.limits.drain_timeout_ms * ms,
                .name = config.host.name,
                .span_seed = span_seed}),
      name_ties_(names_, node_config_, runtime_.calls()),
      server_(*loop_, workers_, runtime_.calls(), server_options(config)),
      log_follow_("the log", clock_, *loop_, workers_),
      span_follow_("spans", clock_, *loop_, workers_),
      reload_({config, source, runtime_, plugins_}),
      plugin_watch_({.loop = *loop_,
                     .turns = hooks_,
                     .catalog = catalog_,
                     .directories = catalog_options(config).directories,
                     .quiet_ns = config.plugin_files.quiet_ms * ms,
                     .take_in = config.plugin_files.take_in
                                    ? [this](const std::string& plugin) { reload_.take_in(plugin); }
                                    : std::function<void(const std::string&)>()}),
      admin_{config,  clock_,  workers_,      runtime_,    names_,       node_config_,    plugins_,
             server_, reload_, plugin_watch_, log_follow_, span_follow_, plugin_metrics_, clock_.now()} {
  log::on_line([this] { log_follow_.look(); });
  runtime_.spans().configure(config.trace);
  runtime_.spans().on_record([this] { span_follow_.look(); });
  runtime_.listen(name_ties_);
  runtime_.listen(plugin_metrics_);
  names::offer_names(interfaces_, names_);
  names::offer_config(interfaces_, node_config_);
  service::offer_store(interfaces_);
  service::offer_metrics(interfaces_, plugin_metrics_);
  plugin::offer_log(interfaces_);
  interfaces_.offer(plugin::Place::admin, "", nullptr, &admin_);
}

Host::~Host() {
  log::on_line({});
  runtime_.spans().on_record({});
  if (services_thread_.joinable()) services_thread_.join();
}

std::optional<Failure> Host::add_builtins() {
  for (const lodge_plugin* each : {&service::builtin_base(), &admin_plugin()}) {
    Result<std::shared_ptr<const plugin::Plugin>> bound = plugin::bind(*each);
    Status added = bound ? catalog_.add_builtin(*bound) : bound.error();
    if (!added) return Failure{ExitCode::internal, added.error().text()};
  }
  return std::nullopt;
}

void Host::seed_config(std::vector<Problem>& problems) {
  node_config_.persist(config_.persisted_domains());
  for (const auto& [domain, entries] : config_.node_config) {
    for (const auto& [key, value] : entries) {
      const Status seeded = node_config_.seed(domain, key, value);
      if (seeded) continue;
      problems.push_back({config_.origins.at("config." + domain + "." + key), seeded.error().message});
    }
  }
}

// What the operator says about plugins must mean something: a rule with a typo would protect nobody.
void Host::check_plugin_rules(std::vector<Problem>& problems) {
  for (const auto& [name, section] : config_.plugins) {
    for (const std::string& id : section.deny) {
      if (interfaces_.find(id) != nullptr) continue;
      const std::string path = "plugin." + name + ".deny";
      problems.push_back({config_.origins.at(path),
                          path + ": there is no interface `" + id + "`" + did_you_mean(id, interfaces_.ids())});
    }
    if (const auto known = plugins_.describe(name); !known && known.error().code == Code::NOT_FOUND) {
      const std::string path = "plugin." + name;
      log::warn(module, config_.origins.at(path).full() + ": " + path + ": there is no such plugin now");
    }
  }
}

void Host::check_services(std::vector<Problem>& problems) {
  for (const service::ServiceSpec& spec : config_.services) {
    if (std::find(spec.plugins.begin(), spec.plugins.end(), admin_plugin_name) != spec.plugins.end()) {
      problems.push_back(
          {config_.origins.at("service." + spec.name + ".plugins." + std::string(admin_plugin_name)),
           "service " + spec.name + ": plugin control belongs to the host's own service, lodge, alone; leave it out"});
    }
    for (const service::Finding& each : runtime_.check(spec)) {
      problems.push_back({config_.origins.at(each.path), each.what, each.code});
    }
  }
}

std::optional<Failure> Host::check(std::vector<Problem> problems) {
  if (auto failure = add_builtins()) return failure;
  seed_config(problems);
  check_plugin_rules(problems);
  check_services(problems);
  if (problems.empty()) return std::nullopt;
  sort_problems(problems);
  return Failure{exit_of(problems.front().code), report_of(problems)};
}

std::optional<Failure> Host::take_data_dir() {
  std::error_code error;
  const std::filesystem::path& directory = config_.host.data_dir;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return Failure{ExitCode::cannot_create, "data directory " + directory.string() + ": " + error.message() +
                                                "; set host.data_dir to a directory that this user may write"};
  }
  Result<platform::FileLock> lock = platform::FileLock::take(directory / "lodged.lock");
  if (!lock) {
    const bool taken = lock.error().code == Code::ALREADY_EXISTS;
    return Failure{
        taken ? ExitCode::try_later : ExitCode::cannot_create,
        "data directory " + directory.string() + ": " + lock.error().message + (taken ? ": host.data_dir" : "")};
  }
  lock_.emplace(*std::move(lock));
  return std::nullopt;
}

// Only where something is to be kept: a host that keeps nothing needs no such file, and none that is whole.
std::optional<Failure> Host::open_state() {
  if (config_.persisted_domains().empty()) return std::nullopt;
  Result<std::unique_ptr<state::Environment>> environment =
      state::Environment::open({config_.host.data_dir / "state", config_.limits.state_bytes_max});
  if (!environment) return failed_state(environment.error());
  committer_ = std::make_unique<state::Committer>(*std::move(environment));
  if (Status kept = node_config_.keep_in(*committer_); !kept) return failed_state(kept.error());
  return std::nullopt;
}

std::optional<Failure> Host::listen() {
  const std::filesystem::path& socket = config_.host.socket;
  if (Status there = make_socket_directory(config_.host); !there) {
    return Failure{ExitCode::cannot_create, "control socket " + socket.string() + ": " + there.error().message};
  }
  if (Status opened = server_.listen(socket); !opened) {
    const bool taken = opened.error().code == Code::ALREADY_EXISTS;
    return Failure{taken ? ExitCode::try_later : ExitCode::cannot_create,
                   "control socket " + socket.string() + ": " + opened.error().message +
                       (taken ? "; stop that host, or give this one a host.socket of its own" : "")};
  }
  return std::nullopt;
}

std::optional<Failure> Host::run() {
  if (auto failure = check()) return failure;
  if (auto failure = take_data_dir()) return failure;
  if (auto failure = open_state()) return failure;
  if (auto failure = listen()) return failure;
  for (const int signum : {SIGTERM, SIGINT}) {
    if (Status handled = loop_->on_signal(signum, [this] { begin_drain(); }); !handled) {
      return Failure{ExitCode::os_error, handled.error().text()};
    }
  }
  if (Status handled = loop_->on_signal(SIGHUP, [this] { reload(); }); !handled) {
    return Failure{ExitCode::os_error, handled.error().text()};
  }
  const LoopWatch watch(
      clock_, [this] { return runtime_.quick_since(); }, pthread_self());
  sweep_stores();
  keep_watchdog();
  plugin_watch_.begin();
  services_thread_ = std::thread([this] { start_services(); });
  loop_->run();
  services_thread_.join();
  // What still runs plugin code cannot be ended, nor can what it may touch be taken away.
  if (!hooks_.stop(100 * ms) || !workers_.stop(100 * ms) || failure_) {
    log::error(module, failure_ ? failure_->message : "a worker is still in plugin code");
    _exit(status_of(failure_ ? failure_->exit : ExitCode::failed));
  }
  log::info(module, "stopped");
  return std::nullopt;
}

// On a thread of its own, so that the loop serves timers and signals meanwhile.
void Host::start_services() {
  const platform::CrashStack stack;
  service::ServiceSpec admin;
  admin.name = admin_service;
  admin.plugins = {std::string(admin_plugin_name)};
  for (const service::ServiceSpec& spec : config_.services) runtime_.expect(spec.name);
  std::optional<Failure> failure;
  if (Status started = runtime_.start(admin); !started) failure = {ExitCode::internal, started.error().text()};
  for (const service::ServiceSpec& spec : config_.services) {
    if (failure) break;
    Status started = runtime_.start(spec);
    // A service that has failed is shown as that, and the host goes on; what could not even be loaded is refused.
    if (!started && !runtime_.find(spec.name)) {
      failure = {exit_of(started.error().code),
                 report_of({{config_.origins.at("service." + spec.name), started.error().message}})};
    }
  }
  if (!failure) remove_unused_copies();
  loop_->post([this, failure = std::move(failure)] { began(failure); });
}

// Every service has what it needs now, and the data directory's lock says that nobody else has anything there.
void Host::remove_unused_copies() {
  const Result<std::size_t> removed = catalog_.remove_unused_copies();
  if (!removed) {
    log::warn(module, removed.error().message);
  } else if (*removed > 0) {
    log::info(module, "removed private copies of plugin files that are not used any more: " + std::to_string(*removed));
  }
}

void Host::began(std::optional<Failure> failure) {
  services_thread_.join();
  begun_ = true;
  if (failure) {
    failure_ = std::move(failure);
    stopping_ = true;
  }
  if (stopping_) {
    stop_services();
    return;
  }
  reload_.open();
  log::info(module, "node " + config_.host.name + " is ready: " + counted(config_.services.size(), "service") +
                        ", socket " + config_.host.socket.string());
  platform::notify_ready("ready");
}

// What SIGHUP asks for, beside the loop.
void Host::reload() {
  hooks_.submit_always(task_of([this] {
    const Result<wire::Value> done = reload_.run();
    if (!done) log::error("reload", "nothing has changed: " + done.error().text());
  }));
}

void Host::sweep_stores() {
  (void)loop_->at(clock_.now() + 1000 * ms, [this] {
    for (const auto& each : runtime_.services()) each->store().sweep();
    sweep_stores();
  });
}

void Host::keep_watchdog() {
  const std::int64_t interval = platform::watchdog_interval_ns();
  if (interval == 0) return;
  platform::notify_watchdog();
  (void)loop_->at(clock_.now() + interval / 2, [this] { keep_watchdog(); });
}

void Host::begin_drain() {
  if (std::exchange(stopping_, true)) {
    log::warn(module, "told to stop a second time: stopping at once");
    _exit(128 + SIGTERM);
  }
  log::info(module, "draining: accepted calls are answered, later ones refused");
  platform::notify_stopping("draining");
  begin_watching_hooks();
  log_follow_.end();
  span_follow_.end();
  plugin_watch_.end();
  // Services that are still starting are stopped once they have.
  if (!begun_) return;
  server_.drain([this] { stop_services(); });
  (void)loop_->at(clock_.now() + config_.limits.drain_timeout_ms * ms, [this] { stop_services(); });
}

void Host::begin_watching_hooks() {
  if (!std::exchange(hooks_watched_, true)) watch_hooks(std::nullopt, 0);
}

// From the order to stop on, one hook holds the host no longer than calls may. Nobody can take its code away.
void Host::watch_hooks(const std::optional<service::Runtime::RunningHook>& before, MonotonicNs since) {
  const MonotonicNs now = clock_.now();
  const auto running = runtime_.running_hook();
  if (running != before) since = now;
  if (running && now - since >= config_.limits.drain_timeout_ms * ms) {
    log::misbehaved(running->plugin, "hook " + running->hook + " in service " + running->service +
                                         " has not returned within limits.drain_timeout_ms; the host ends without it");
    _exit(status_of(ExitCode::failed));
  }
  (void)loop_->at(now + 20 * ms, [this, running, since] { watch_hooks(running, since); });
}

void Host::stop_services() {
  if (std::exchange(services_stopping_, true)) return;
  begin_watching_hooks();
  const bool drained = server_.in_flight() == 0;
  if (!drained) log::warn(module, "calls were still under way at the drain deadline (limits.drain_timeout_ms)");
  services_thread_ = std::thread([this, drained] {
    const platform::CrashStack stack;
    reload_.close();
    const bool clean = runtime_.stop_all(drained ? std::chrono::milliseconds(config_.limits.drain_timeout_ms)
                                                 : std::chrono::milliseconds(0));
    loop_->post([this, clean] {
      if (!clean && !failure_) failure_ = {ExitCode::failed, "plugin code did not return; the host ends without it"};
      end();
    });
  });
}

void Host::end() {
  // A peer that does not read what is left for it holds the host no longer than this.
  (void)loop_->at(clock_.now() + 1500 * ms, [this] { loop_->stop(); });
  server_.close([this] { loop_->stop(); });
}

}  // namespace lodge::control
