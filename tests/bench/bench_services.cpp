// Group `services`: what it costs to start and to change services, and what their callers notice of it.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "figure.hpp"
#include "rig/node.hpp"
#include "service/service_info.hpp"

namespace lodge::bench {
namespace {

using Clock = std::chrono::steady_clock;
using rig::Node;
using rig::ScriptedPlugin;
using service::Change;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_services: %s\n", why.c_str());
  std::exit(70);
}

/// Eight plugins that pass calls on, one that answers, and one to be put in and taken out.
struct Stage {
  Stage() {
    for (int i = 0; i < 8; ++i) {
      auto& plugin = plugins.emplace_back(std::make_unique<ScriptedPlugin>("p" + std::to_string(i)));
      plugin->setting("n", LODGE_TYPE_INT, 0, 1);
      plugin->callback("pass", 1, [](const rig::Seen&) { return LODGE_CONTINUE; });
      plugin->on_updated([](const lodge_host*, const wire::Value&) { return LODGE_OK; });
      names.push_back(plugin->name());
      node.add(*plugin);
    }
    extra.callback("pass", 1, [](const rig::Seen&) { return LODGE_CONTINUE; });
    node.add(extra);
    start("s", names);
  }
  void start(const std::string& service, const std::vector<std::string>& of) {
    if (const Status started = node.start(service, of); !started) give_up(started.error().text());
  }
  void change(const Change& asked) {
    const auto changed = node.runtime().find("s")->change(asked);
    if (!changed) give_up(changed.error().text());
  }
  /// The chain with one link more, and as it was.
  void swap_twice() {
    Change asked;
    asked.add = {"extra"};
    change(asked);
    asked.add.clear();
    asked.remove = {"extra"};
    change(asked);
  }

  std::vector<std::unique_ptr<ScriptedPlugin>> plugins;
  ScriptedPlugin extra{"extra"};
  std::vector<std::string> names;
  Node node;
};

/// Threads that call all the time, as plugins would, and know how long the longest call of late took.
class Callers {
 public:
  explicit Callers(service::Runtime& runtime) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, &runtime] { call(runtime); });
    }
    while (count() < 1000) std::this_thread::yield();
  }
  ~Callers() {
    stop_ = true;
    for (std::thread& each : threads_) each.join();
  }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  [[nodiscard]] std::uint64_t count() const { return calls_.load(std::memory_order_relaxed); }
  /// The longest call that has ended since this was last asked, in ms.
  [[nodiscard]] double take_longest() { return static_cast<double>(longest_ns_.exchange(0)) / 1e6; }

 private:
  void call(service::Runtime& runtime) {
    service::Calls& engine = runtime.calls();
    const lodge_handle handle = engine.targets().intern(engine.cell("s"), "pass", 1, {"bench", "bench"}).value();
    service::Target& target = *engine.targets().find(handle);
    const std::uint8_t argument = 7;
    const service::CallRequest request{.name = "pass", .args = wire::PackedValues::vouched(ByteView(&argument, 1), 1)};
    Writer reply;
    Executed executed = Executed::no;
    auto before = Clock::now();
    while (!stop_.load(std::memory_order_relaxed)) {
      reply.clear();
      if (engine.call(target, request, reply, executed) != LODGE_OK) give_up("a call failed during a swap");
      calls_.fetch_add(1, std::memory_order_relaxed);
      const auto now = Clock::now();
      const std::int64_t took = (now - before).count();
      before = now;
      std::int64_t longest = longest_ns_.load(std::memory_order_relaxed);
      while (took > longest && !longest_ns_.compare_exchange_weak(longest, took)) continue;
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::int64_t> longest_ns_{0};
  std::vector<std::thread> threads_;
};

/// Calls a second, in thousands, over a second; `meanwhile` runs in it, told when it ends.
template <typename Meanwhile>
double goodput(Stage& stage, const Meanwhile& meanwhile) {
  Callers callers(stage.node.runtime());
  const std::uint64_t before = callers.count();
  const auto begin = Clock::now();
  meanwhile(begin + std::chrono::seconds(1));
  std::this_thread::sleep_until(begin + std::chrono::seconds(1));
  return static_cast<double>(callers.count() - before) / ms_since(begin);
}

/// The longest call around each of 100 swaps, or, for comparison, in spans of 2 ms without any: a share of them, in ms.
double pause(Stage& stage, bool swaps, double share) {
  Callers callers(stage.node.runtime());
  std::vector<double> longest;
  for (int i = 0; i < 100; ++i) {
    (void)callers.take_longest();
    if (swaps) {
      stage.swap_twice();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    longest.push_back(callers.take_longest());
  }
  std::sort(longest.begin(), longest.end());
  return longest[std::min(longest.size() - 1, static_cast<std::size_t>(share * static_cast<double>(longest.size())))];
}

double start_ms(Stage& stage, const std::vector<std::string>& of) {
  const auto begin = Clock::now();
  stage.start("t", of);
  const double took = ms_since(begin);
  if (!stage.node.runtime().remove("t", std::chrono::seconds(5))) give_up("it does not stop");
  return took;
}

double reconfigure_ms(Stage& stage) {
  constexpr int times = 100;
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) {
    Change asked;
    asked.update["p3"] = wire::Value::map({{"n", i + 2}});
    stage.change(asked);
  }
  return ms_since(begin) / times;
}

double restart_ms(Stage& stage) {
  constexpr int times = 20;
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) {
    (void)stage.node.want("s", service::Admin::inactive);
    (void)stage.node.want("s", service::Admin::active);
  }
  return ms_since(begin) / times;
}

/// Looks a second at a service, in thousands: `look` makes what somebody is shown.
template <typename Look>
double looks(Stage& stage, const Look& look) {
  constexpr int times = 2000;
  const std::shared_ptr<service::Service> service = stage.node.runtime().find("s");
  std::size_t bytes = 0;
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) bytes += look(*service).pack().size();
  if (bytes == 0) give_up("nothing is shown");
  return times / ms_since(begin);
}

int run(int argc, char** argv) {
  log::configure(log::Format::human, log::Level::error);
  Figures figures(argc, argv);
  Stage stage;
  figures.compare("services.start_8_plugins", "ms", Better::less, [&] { return start_ms(stage, stage.names); },
                  {{"start_1_plugin", [&] { return start_ms(stage, {"p0"}); }}});
  figures.compare("services.reconfigure", "ms", Better::less, [&] { return reconfigure_ms(stage); },
                  {{"stop_and_start", [&] { return restart_ms(stage); }}});
  for (const auto& [name, share] : {std::pair("p50", 0.5), {"p99", 0.99}, {"max", 1.0}}) {
    figures.compare(std::string("services.swap_pause_") + name, "ms", Better::less,
                    [&, at = share] { return pause(stage, true, at); },
                    {{"undisturbed", [&, at = share] { return pause(stage, false, at); }}});
  }
  const service::PluginChildren& children = stage.node.runtime().children();
  figures.compare("services.show", "kshows/s", Better::more,
                  [&] {
                    return looks(stage, [&](const service::Service& each) {
                      return service::service_info(each, children, stage.node.clock().wall());
                    });
                  },
                  {{"its_line_in_services", [&] { return looks(stage, service::service_summary); }}});
  const auto undisturbed = [&] { return goodput(stage, [](Clock::time_point) {}); };
  figures.compare("services.goodput_one_swap_a_second", "kcalls/s", Better::more,
                  [&] { return goodput(stage, [&](Clock::time_point) { stage.swap_twice(); }); },
                  {{"undisturbed", undisturbed}});
  figures.compare("services.goodput_during_swaps", "kcalls/s", Better::more,
                  [&] {
                    return goodput(stage, [&](Clock::time_point end) {
                      while (Clock::now() < end) stage.swap_twice();
                    });
                  },
                  {{"undisturbed", undisturbed}});
  return 0;
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) { return lodge::bench::run(argc, argv); }
