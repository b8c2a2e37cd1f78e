#include "service/coroutines.hpp"

#include <lodge/plugin.hpp>
#include <thread>

namespace lodge_test {

std::atomic<int> living_frames{0};
std::atomic<std::int32_t> last_seen{0};

namespace {

using lodge::task;
constexpr std::int64_t ms = 1'000'000;

struct Living {
  Living() { ++living_frames; }
  ~Living() { --living_frames; }
  Living(const Living&) = delete;
  Living& operator=(const Living&) = delete;
};

struct Pair {
  int number = 0;
  std::string text;
  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("number", &Pair::number), lodge::field("text", &Pair::text));
};

/// Every way in which a coroutine answers.
class Waiting {
 public:
  explicit Waiting(const lodge::Host& host) : host_(host) {}

  task<std::string> at_once(std::string word) { co_return word + "!"; }
  task<std::string> keep() {
    const Living living;
    auto kept = co_await lodge::call<std::string>("keeper", "keep");
    last_seen = kept ? LODGE_OK : kept.error().code;
    co_return std::move(kept).or_throw();
  }
  task<> sleep_long() {
    const Living living;
    (co_await lodge::sleep(3'600'000 * ms)).or_throw();
  }
  task<std::int64_t> nap(std::int64_t ns) {
    (co_await lodge::sleep(ns)).or_throw();
    co_return ns;
  }
  task<std::int64_t> sum(std::int64_t count) {
    std::int64_t total = 0;
    for (std::int64_t i = 1; i <= count; ++i) total += co_await slowly(i);
    co_return total;
  }
  task<> nothing() { (co_await lodge::sleep(ms)).or_throw(); }
  task<int> throws_at_once() {
    throw lodge::Failure(LODGE_NOT_FOUND, "not here");
    co_return 1;
  }
  task<int> throws_later() {
    (co_await lodge::sleep(ms)).or_throw();
    throw std::runtime_error("it broke");
  }
  task<lodge::Verdict> passes_on(std::string word) {
    (co_await lodge::sleep(ms)).or_throw();
    co_return lodge::continue_with("dear " + word);
  }
  task<lodge::Result<int>> fails() {
    (co_await lodge::sleep(ms)).or_throw();
    co_return lodge::Error{LODGE_ABORTED, "given up"};
  }
  task<lodge::Verdict> impossible() {
    (co_await lodge::sleep(ms)).or_throw();
    co_return lodge::go_on();
  }
  task<std::string> from_a_thread() {
    lodge::Ticket<std::string> ticket;
    std::thread([done = ticket.completer()] { done.complete(std::string("from afar")); }).detach();
    co_return (co_await ticket).or_throw();
  }
  task<std::string> dropped() {
    lodge::Ticket<std::string> ticket;
    std::thread([done = ticket.completer()] {}).detach();
    co_return (co_await ticket).or_throw();
  }
  static task<int> completed_before() {
    lodge::Ticket<int> ticket;
    const lodge::Completer<int> done = ticket.completer();
    const bool first = done.complete(1);
    const bool again = done.complete(2);
    co_return (co_await ticket).or_throw() + (first && !again ? 10 : 0);
  }
  task<std::string> through_a_target() {
    const auto target = host_.target<std::string(std::string)>("waiting", "at_once").or_throw();
    std::string out;
    for (int i = 0; i < 3; ++i) out += (co_await lodge::call(target, std::to_string(i))).or_throw();
    co_return out;
  }
  static task<int> never_run() { co_return 1; }
  task<int> drops_a_task() {
    static_cast<void>(never_run());
    co_return co_await never_run();
  }
  task<std::string> called_by() {
    (co_await lodge::sleep(ms)).or_throw();
    const lodge::TaskRoot& call = co_await lodge::this_call();
    co_return call.caller() + (call.outside() ? "outside" : "inside") + (call.awaited() ? ", awaited" : "");
  }
  task<Pair> in_braces() {
    (co_await lodge::sleep(1)).or_throw();
    co_return {1, "two"};
  }
  task<std::string> made_before() {
    std::string service = "waiting";
    std::string name = "at_once";
    auto call = lodge::call<std::string>(service, name, "word");
    service = "nowhere";
    name = "nothing";
    co_return (co_await call).or_throw();
  }
  task<std::string> nobody() { co_return (co_await lodge::call<std::string>("nobody", "f", 1)).or_throw(); }
  task<std::string> wrong_type() { co_return (co_await lodge::call<std::string>("waiting", "nap", 1)).or_throw(); }

 private:
  static task<std::int64_t> slowly(std::int64_t i) {
    if (i % 2 == 0) (co_await lodge::sleep(1)).or_throw();
    co_return i;
  }

  lodge::Host host_;
};

}  // namespace

const lodge_plugin& waiting() {
  static const auto description = lodge::describe<Waiting>(
      "waiting", "1.0.0", lodge::callback<&Waiting::at_once>("at_once"), lodge::callback<&Waiting::keep>("keep"),
      lodge::callback<&Waiting::sleep_long>("sleep_long"), lodge::callback<&Waiting::nap>("nap"),
      lodge::callback<&Waiting::sum>("sum"), lodge::callback<&Waiting::nothing>("nothing"),
      lodge::callback<&Waiting::throws_at_once>("throws_at_once"),
      lodge::callback<&Waiting::throws_later>("throws_later"), lodge::callback<&Waiting::passes_on>("passes_on"),
      lodge::callback<&Waiting::fails>("fails"), lodge::function<&Waiting::impossible>("impossible"),
      lodge::callback<&Waiting::from_a_thread>("from_a_thread"), lodge::callback<&Waiting::dropped>("dropped"),
      lodge::callback<&Waiting::completed_before>("completed_before"),
      lodge::callback<&Waiting::through_a_target>("through_a_target"),
      lodge::callback<&Waiting::drops_a_task>("drops_a_task"), lodge::callback<&Waiting::called_by>("called_by"),
      lodge::callback<&Waiting::in_braces>("in_braces"), lodge::callback<&Waiting::made_before>("made_before"),
      lodge::callback<&Waiting::nobody>("nobody"), lodge::callback<&Waiting::wrong_type>("wrong_type"));
  return *description.plugin();
}

}  // namespace lodge_test
