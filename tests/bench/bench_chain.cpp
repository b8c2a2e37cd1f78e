// Group `chain`: what a call between plugins of one node costs.
#include <dlfcn.h>
#include <lodge/descriptor.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "figure.hpp"
#include "rig/node.hpp"

namespace lodge::bench {
namespace {

using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_chain: %s\n", why.c_str());
  std::exit(70);
}

/// The descriptor of a plugin file, loaded into this process.
const lodge_plugin& load(const std::string& name) {
  const std::string path = std::string(BENCH_PLUGIN_DIR) + "/" + name + ".so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) give_up(dlerror());
  return *reinterpret_cast<lodge_entry_fn>(dlsym(library, LODGE_ENTRY))();
}

constexpr std::size_t links = 9;

/// Calls `pass/1` of a service from this thread, as a plugin would; nanoseconds a call.
double walk_ns(service::Runtime& runtime, const std::string& service_name) {
  constexpr int calls = 300'000;
  service::Calls& engine = runtime.calls();
  const lodge_handle handle = engine.targets().intern(engine.cell(service_name), "pass", 1, {"bench", "bench"}).value();
  service::Target& target = *engine.targets().find(handle);
  const std::uint8_t argument = 7;
  const service::CallRequest request{.name = "pass", .args = wire::PackedValues::vouched(ByteView(&argument, 1), 1)};
  Writer reply;
  Executed executed = Executed::no;
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < calls; ++i) {
    reply.clear();
    if (engine.call(target, request, reply, executed) != LODGE_OK) give_up("the chain did not answer");
  }
  return ns_since(begin) / calls;
}

/// The same links called bare, through a table of function pointers of as many shared objects; nanoseconds a link.
double bare_ns(const std::vector<lodge_callback_fn>& table) {
  constexpr int rounds = 300'000;
  const lodge_call call{};
  Writer out;
  std::int32_t sum = 0;
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < rounds; ++i) {
    for (const lodge_callback_fn& each : table) sum += each(nullptr, &call, &out);
  }
  const double ns = ns_since(begin) / (rounds * static_cast<double>(table.size()));
  if (sum != rounds * static_cast<int>(table.size()) * LODGE_CONTINUE) give_up("the links did not run");
  return ns;
}

void measure_links(Figures& figures, rig::Node& node) {
  std::vector<std::string> names;
  std::vector<lodge_callback_fn> table;
  for (std::size_t i = 1; i <= links; ++i) {
    const lodge_plugin& plugin = load("bench_link_" + std::to_string(i));
    node.plugins().add_builtin(plugin);
    names.emplace_back(plugin.name);
    table.push_back(static_cast<const lodge_callback*>(plugin.callbacks.items)->fn);
  }
  if (!node.start("long", names) || !node.start("short", {names.front()})) give_up("the links do not start");
  const auto link_ns = [&node] {
    return (walk_ns(node.runtime(), "long") - walk_ns(node.runtime(), "short")) / (links - 1);
  };
  figures.compare("chain.link", "ns", Better::less, link_ns,
                  {{"bare indirect calls of nine objects", [&table] { return bare_ns(table); }}});
  figures.compare("chain.walk.1", "ns", Better::less, [&node] { return walk_ns(node.runtime(), "short"); },
                  {{"bare indirect call", [&table] { return bare_ns({table.front()}); }}});
}

/// `call/1` of the calling plugin makes so many calls itself; nanoseconds a call.
double typed_call_ns(rig::Node& node) {
  constexpr int calls = 500'000;
  const Clock::time_point begin = Clock::now();
  if (node.call("caller", "call", {calls}, 60'000'000'000).code != Code::OK) give_up("the caller failed");
  return ns_since(begin) / calls;
}

/// The same callback of the same object, called bare with the same packed arguments.
double bare_typed_ns(const lodge_plugin& adder) {
  constexpr int calls = 500'000;
  const lodge_callback_fn add = static_cast<const lodge_callback*>(adder.callbacks.items)->fn;
  void* self = nullptr;
  Writer out;
  const std::array<std::uint8_t, 2> args{1, 2};
  lodge_call call{};
  call.struct_size = sizeof call;
  call.arity = 2;
  call.args = slice_of(ByteView(args));
  const lodge_host nothing{sizeof(lodge_host),
                           [](const lodge_host*, const char*, std::size_t) -> const void* { return nullptr; }};
  if (adder.hooks->create(&nothing, &self, &out) != LODGE_OK) give_up("the adder cannot be created");
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < calls; ++i) {
    out.clear();
    if (add(self, &call, &out) != LODGE_DONE) give_up("the adder failed");
  }
  const double ns = ns_since(begin) / calls;
  adder.hooks->destroy(self);
  return ns;
}

void measure_typed_call(Figures& figures, rig::Node& node) {
  const lodge_plugin& adder = load("bench_adder");
  node.plugins().add_builtin(adder);
  node.plugins().add_builtin(load("bench_caller"));
  if (!node.start("adder", {"bench_adder"}) || !node.start("caller", {"bench_caller"})) give_up("no adder");
  figures.compare("chain.call", "ns", Better::less, [&node] { return typed_call_ns(node); },
                  {{"the same callback, called bare", [&adder] { return bare_typed_ns(adder); }}});
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) {
  lodge::log::configure(lodge::log::Format::human, lodge::log::Level::warn);
  lodge::bench::Figures figures(argc, argv);
  lodge::rig::Node node;
  lodge::bench::measure_links(figures, node);
  lodge::bench::measure_typed_call(figures, node);
}
