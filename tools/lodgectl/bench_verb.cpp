// How many calls a service answers, and how long they take.
#include <algorithm>
#include <cmath>
#include <deque>
#include <thread>

#include "lodgectl/arguments.hpp"
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

/// What one connection measured.
struct Measured {
  std::vector<std::int64_t> took_ns;
  std::uint64_t errors = 0;
  std::optional<Error> first_error;
};

/// Keeps `depth` calls under way on one connection until the time is over, then takes the rest of the answers.
class Caller {
 public:
  Caller(const Session& session, wire::Client client, Words words, const Value::List& arguments)
      : session_(session),
        client_(std::move(client)),
        service_(words[0]),
        function_(words[1]),
        arguments_(packed(arguments)),
        arity_(static_cast<std::uint32_t>(arguments.size())) {}

  void run(MonotonicNs until) {
    while (session_.clock().now() < until) {
      while (under_way_.size() < session_.options().depth) {
        if (!send_one()) return;
      }
      if (!take_one()) return;
    }
    while (!under_way_.empty() && take_one()) {
    }
  }

  Measured measured;

 private:
  struct UnderWay {
    std::uint64_t id;
    MonotonicNs began;
  };

  bool send_one() {
    const MonotonicNs began = session_.clock().now();
    const auto sent = client_.send(service_, function_, arguments_, arity_, session_.call_options());
    if (!sent) return fail(sent.error());
    under_way_.push_back({*sent, began});
    return true;
  }

  bool take_one() {
    const UnderWay next = under_way_.front();
    under_way_.pop_front();
    const auto answer = client_.receive(next.id, session_.patience_ns());
    if (answer) {
      measured.took_ns.push_back(session_.clock().now() - next.began);
      return true;
    }
    ++measured.errors;
    if (!measured.first_error) measured.first_error = answer.error();
    return answer.error().code == Code::UNAVAILABLE ? fail(answer.error()) : true;
  }

  bool fail(const Error& error) {
    if (!measured.first_error) measured.first_error = error;
    return false;
  }

  const Session& session_;
  wire::Client client_;
  std::string service_;
  std::string function_;
  Bytes arguments_;
  std::uint32_t arity_;
  std::deque<UnderWay> under_way_;
};

double micros(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return std::round(static_cast<double>(sorted[at]) / 100) / 10;  // tenths are enough
}

Value figures(std::vector<std::int64_t> took_ns, std::uint64_t errors, double seconds) {
  std::sort(took_ns.begin(), took_ns.end());
  const auto rate = static_cast<std::int64_t>(static_cast<double>(took_ns.size()) / seconds);
  return Value::map({{"calls", std::uint64_t{took_ns.size()}},
                     {"errors", errors},
                     {"seconds", std::round(seconds * 1000) / 1000},
                     {"calls_per_s", rate},
                     {"p50_us", micros(took_ns, 0.5)},
                     {"p99_us", micros(took_ns, 0.99)},
                     {"max_us", micros(took_ns, 1)}});
}

ExitCode bench(Session& session, const Verb& /*verb*/, Words words) {
  const Options& options = session.options();
  const auto arguments = arguments_from(words.subspan(2), session.input());
  if (!arguments) return session.wrong_argument(arguments.error());
  // One call first: whoever misspells a name wants to hear of it, not to read a table of errors.
  const auto first = session.call(words[0], words[1], *arguments);
  if (!first) return session.failed(first.error());

  std::deque<Caller> callers;
  for (std::uint32_t at = 0; at < options.connections; ++at) {
    auto client = session.connect();
    if (!client) return session.failed(client.error());
    callers.emplace_back(session, *std::move(client), words, *arguments);
  }
  const MonotonicNs began = session.clock().now();
  const MonotonicNs until = began + static_cast<std::int64_t>(options.seconds * 1e9);
  std::vector<std::thread> threads;
  threads.reserve(callers.size());
  for (Caller& caller : callers) threads.emplace_back([&caller, until] { caller.run(until); });
  for (std::thread& thread : threads) thread.join();
  const double seconds = static_cast<double>(session.clock().now() - began) / 1e9;

  std::vector<std::int64_t> took_ns;
  std::uint64_t errors = 0;
  std::optional<Error> error;
  for (Caller& caller : callers) {
    took_ns.insert(took_ns.end(), caller.measured.took_ns.begin(), caller.measured.took_ns.end());
    errors += caller.measured.errors;
    if (caller.measured.first_error) error = caller.measured.first_error;
  }
  session.output().fields(figures(std::move(took_ns), errors, seconds));
  return error ? session.failed(*error) : ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"bench", "SERVICE FUNCTION [ARG...]", "call again and again, and measure", 2, any_number,
     "connections depth seconds", bench},
};

}  // namespace

std::span<const Verb> bench_verbs() { return verbs; }

}  // namespace lodge::ctl
