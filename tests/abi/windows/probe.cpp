// Loads plugins as .dll and calls them, as a host on Windows would. `probe.exe FILE.dll...`; a line for what is wrong.
#include <windows.h>

#include <lodge/pack_structs.hpp>
#include <lodge/plugin.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

#include "probe_host.hpp"

namespace {

/// msgpack of values, one after another.
template <typename... T>
std::string packed(const T&... values) {
  lodge::Buffer<> out;
  if (lodge::write_values(out, values...) != LODGE_OK) std::abort();
  return out.text();
}

struct Answer {
  std::int32_t code;
  std::string bytes;
  bool operator==(const Answer&) const = default;
};
template <typename... T>
Answer done(const T&... value) {
  return {LODGE_DONE, packed(value...)};
}
template <typename... T>
Answer continue_with(const T&... values) {
  return {LODGE_CONTINUE_WITH, packed(values...)};
}

int failures = 0;

void fail(const std::string& where, const std::string& what) {
  std::cout << where << ": " << what << "\n";
  ++failures;
}

std::string shown(const Answer& answer) {
  std::string out = std::to_string(answer.code) + " \"";
  for (const char c : answer.bytes) out += c >= ' ' && c <= '~' ? c : '.';
  return out + "\"";
}

void expect(const std::string& where, const Answer& got, const Answer& wanted) {
  if (got != wanted) fail(where, "answered " + shown(got) + " instead of " + shown(wanted));
}
void expect(const std::string& where, bool holds) {
  if (!holds) fail(where, "does not hold");
}

template <typename T>
std::span<const T> items(const lodge_list& list) {
  return {static_cast<const T*>(list.items), list.count};
}

/// One instance, between `create` and `destroy`.
class Instance {
 public:
  Instance(const lodge_plugin& plugin, const std::string& own_settings) : plugin_(plugin) {
    host.own_settings = own_settings;
    const Answer created = with_writer([&](lodge_writer& out) { return plugin_.hooks->create(&host, &self_, &out); });
    expect(name() + " create", created, {LODGE_OK, ""});
    if (plugin_.hooks->start != nullptr) {
      expect(name() + " start", with_writer([&](lodge_writer& out) { return plugin_.hooks->start(self_, &out); }),
             {LODGE_OK, ""});
    }
  }
  ~Instance() { plugin_.hooks->destroy(self_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] std::string name() const { return plugin_.name; }

  template <typename... T>
  Answer call(std::string_view callback, const T&... values) {
    for (const lodge_callback& each : items<lodge_callback>(plugin_.callbacks)) {
      if (callback != each.name || each.arity != sizeof...(T)) continue;
      return answer(each, packed(values...));
    }
    return {LODGE_UNIMPLEMENTED, "no " + std::string(callback)};
  }
  Answer config(const std::string& given) {
    const lodge_slice slice{given.data(), given.size()};
    return with_writer([&](lodge_writer& out) { return plugin_.hooks->config(self_, &slice, &out); });
  }

  ProbeHost host;

 private:
  template <typename Function>
  static Answer with_writer(const Function& function) {
    lodge::Buffer<> out;
    const std::int32_t code = function(out);
    return {code, out.text()};
  }
  Answer answer(const lodge_callback& callback, const std::string& args) {
    lodge_call call{};
    call.struct_size = sizeof call;
    call.arity = callback.arity;
    call.args = {args.data(), args.size()};
    call.deadline_ns = INT64_MAX;
    call.service = {"probed", 6};
    call.name = {callback.name, std::strlen(callback.name)};
    return with_writer([&](lodge_writer& out) { return callback.fn(self_, &call, &out); });
  }

  const lodge_plugin& plugin_;
  void* self_ = nullptr;
};

using Settings = std::map<std::string, std::int64_t>;
using Texts = std::vector<std::string>;

void probe_greeter(const lodge_plugin& plugin) {
  Instance greeter(plugin, packed(std::map<std::string, std::string>{{"salutation", "good day"}}));
  expect("greet", greeter.call("greet", "Ada"), done("good day, Ada"));
  expect("greet", greeter.call("greet", 7), {LODGE_INVALID_ARGUMENT, "argument 1: expected str, got int"});
}

void probe_normalizer(const lodge_plugin& plugin) {
  Instance normalizer(plugin, "");
  expect("feed", normalizer.call("feed", Texts{"One", "FISH"}), continue_with(Texts{"one", "fish"}));
}

void probe_counter(const lodge_plugin& plugin) {
  Instance counter(plugin, "");
  expect("feed", counter.call("feed", Texts{"a", "b", "a"}), done(3));
  expect("counts", counter.call("counts"), done(std::map<std::string, int>{{"a", 2}, {"b", 1}}));
  expect("reset", counter.call("reset"), {LODGE_DONE, ""});
  expect("count", counter.call("count", "a"), done(0));
}

/// Without hooks there is nothing to create.
void probe_tokenizer(const lodge_plugin& plugin) {
  const std::string line = packed("one fish");
  lodge_call call{};
  call.struct_size = sizeof call;
  call.arity = 1;
  call.args = {line.data(), line.size()};
  lodge::Buffer<> out;
  const std::int32_t code = items<lodge_callback>(plugin.callbacks)[0].fn(nullptr, &call, &out);
  expect("feed", {code, out.text()}, continue_with(Texts{"one", "fish"}));
}

void probe_notes(Instance& notebook) {
  expect("write", notebook.call("write", "a", "fish", Texts{"red"}), done(1));
  expect("write again", notebook.call("write", "a", "birds", Texts{"red"}), done(2));
  expect("the log", notebook.host.log == Texts{"wrote a, revision 1", "wrote a, revision 2"});
  expect("write too much", notebook.call("write", "a", std::string(21, 'x'), Texts{}),
         {LODGE_INVALID_ARGUMENT, "argument 2: a text of 21 bytes; the setting `limit` allows 20"});
  expect("write no tag", notebook.call("write", "a", "text", std::vector<int>{1}),
         {LODGE_INVALID_ARGUMENT, "argument 3, element 1: expected str, got int"});
  expect("read", notebook.call("read", "a"), done("birds"));
  expect("read nothing", notebook.call("read", "b"), {LODGE_NOT_FOUND, "argument 1: no note called b"});
  expect("render nothing", notebook.call("render", "text"), {LODGE_CONTINUE, ""});
  expect("render", notebook.call("render", "two [[a]]"), continue_with("two birds"));
  const Answer found = notebook.call("search", "red", false);
  lodge::Mismatch mismatch;
  Texts titles;
  expect("search", lodge::read_value(lodge::bytes_of(found.bytes), titles, mismatch) && titles == Texts{"a"});
}

void probe_calls(Instance& notebook) {
  notebook.host.call_reply = packed(7);
  expect("copy", notebook.call("copy", "a", "other"), done(7));
  expect("the call", notebook.host.called == "other.write/3");
  expect("its arguments", notebook.host.call_args == packed("a", "birds", Texts{"red"}));
  notebook.host.call_code = LODGE_UNAVAILABLE;
  notebook.host.call_reply = "not now";
  expect("copy in vain", notebook.call("copy", "a", "other"), {LODGE_UNAVAILABLE, "not now"});
}

void probe_bug(Instance& notebook) {
  expect("a bug", notebook.call("tear_out", "spine"), {LODGE_INTERNAL, "the spine holds the notebook together"});
  expect("after the bug", notebook.call("read", "a"), done("birds"));
}

void probe_reminder(Instance& notebook) {
  expect("remind", notebook.call("remind", "a", 1.5), {LODGE_DEFERRED, ""});
  expect("one timer",
         notebook.host.timers.size() == 1 && notebook.host.timers.begin()->second.delay_ns == 1'500'000'000);
  expect("no answer yet", notebook.host.completions.empty());
  notebook.host.fire_timers();
  expect("an answer", notebook.host.completions.size() == 1);
  if (notebook.host.completions.empty()) return;
  const FakeHost::Completion& completion = notebook.host.completions.front();
  expect("its ticket", completion.ticket == 42);
  expect("reminded", {completion.verdict, completion.bytes}, done("birds"));
}

void probe_notebook(const lodge_plugin& plugin) {
  {
    Instance notebook(plugin, packed(Settings{{"limit", 20}}));
    probe_notes(notebook);
    probe_calls(notebook);
    probe_bug(notebook);
    probe_reminder(notebook);
    using Services = std::map<std::string, Settings>;
    expect("config", notebook.config(packed(Services{{plugin.name, {{"limit", 5}}}})), {LODGE_CONTINUE, ""});
    expect("config refused", notebook.config(packed(Services{{plugin.name, {{"limit", 0}}}})),
           {LODGE_INVALID_ARGUMENT, "limit: from 1 to 65536, not 0"});
  }
  Instance ended(plugin, packed(Settings{{"limit", 20}}));
  expect("remind at the end", ended.call("remind", "a", 1), {LODGE_DEFERRED, ""});  // and it is destroyed meanwhile
}

struct Outcome {
  std::string status, info;
  int code = 0;
  std::map<std::string, int> data;
  std::map<std::string, std::string> metadata;
  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("status", &Outcome::status), lodge::field("info", &Outcome::info),
                      lodge::field("code", &Outcome::code), lodge::field("data", &Outcome::data),
                      lodge::field("metadata", &Outcome::metadata));
};

void probe_status(const lodge_plugin& plugin) {
  Instance status(plugin, "");
  expect("status", status.call("status", "ok"), done(Outcome{"ok", "", 200, {}, {}}));
  expect("status", status.call("status", 409), done(Outcome{"conflict", "", 409, {}, {}}));
}

void probe_request(const lodge_plugin& plugin) {
  Instance request(plugin, "");
  expect("send", request.call("send", "a", "b", 5, Settings()),
         done(Outcome{"invalid_argument", "argument 3: expected list, got int", 400, {}, {{"executed", "no"}}}));
}

void probe_trace(const lodge_plugin& plugin) {
  Instance trace(plugin, "");
  const lodge::TraceLog line{LODGE_LOG_INFO, "a line"};
  expect("trace_log", trace.call("trace_log", line), ::done(line));
}

struct Expected {
  std::string_view name;
  void (*probe)(const lodge_plugin& plugin);
};
constexpr Expected all[] = {
    {"counter", probe_counter},     {"greeter", probe_greeter},       {"normalizer", probe_normalizer},
    {"notebook_c", probe_notebook}, {"notebook_cpp", probe_notebook}, {"request", probe_request},
    {"status", probe_status},       {"tokenizer", probe_tokenizer},   {"trace", probe_trace}};

const lodge_plugin* load(const std::filesystem::path& file) {
  const HMODULE library = LoadLibraryW(file.c_str());  // stays for good, as in a host
  if (library == nullptr) return nullptr;
  const auto entry = reinterpret_cast<lodge_entry_fn>(reinterpret_cast<void*>(GetProcAddress(library, LODGE_ENTRY)));
  if (entry == nullptr || entry() != entry()) return nullptr;
  return entry();
}

void probe(const std::filesystem::path& file) {
  const std::string name = file.stem().string();
  const lodge_plugin* const plugin = load(file);
  if (plugin == nullptr) return fail(name, "cannot be loaded, error " + std::to_string(GetLastError()));
  const int before = failures;
  expect("struct_size", plugin->struct_size == sizeof(lodge_plugin));
  expect("abi", plugin->abi == LODGE_ABI);
  expect("name", plugin->name == name);
  expect("item_size", plugin->callbacks.item_size == sizeof(lodge_callback));
  const auto* const expected =
      std::find_if(std::begin(all), std::end(all), [&](const Expected& each) { return each.name == name; });
  if (expected == std::end(all)) return fail(name, "the probe does not know how to call it");
  expected->probe(*plugin);
  std::cout << name << (failures == before ? ": all well\n" : ": see above\n");
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) probe(argv[i]);
  if (argc - 1 != static_cast<int>(std::size(all))) fail("probe", "there should be " + std::to_string(std::size(all)));
  return failures == 0 ? 0 : 1;
}
