// Calls to services: one, one for each line of a file, or one whose answer is not waited for.
#include <deque>
#include <fstream>
#include <iostream>

#include "lodgectl/arguments.hpp"
#include "lodgectl/verb.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::size_t lines_in_flight = 64;
constexpr std::size_t failures_shown = 5;

/// Sends and returns once the host has taken the call: what it answers to a question behind the call on the same
/// connection says that it has read it. A refusal that has come by then is reported.
ExitCode send_only(Session& session, Words words, const Value::List& arguments) {
  const auto client = session.client();
  if (!client) return session.failed(client.error());
  const auto sent = (*client)->send(words[0], words[1], packed(arguments), static_cast<std::uint32_t>(arguments.size()),
                                    session.call_options());
  if (!sent) return session.failed(sent.error());
  const auto taken = session.ask("status", {});
  if (!taken) return session.failed(taken.error());
  const auto answer = (*client)->receive(*sent, 0);
  if (!answer && answer.error().code != Code::DEADLINE_EXCEEDED) return session.failed(answer.error());
  return ExitCode::ok;
}

/// One call a line, many of them under way.
class LineCalls {
 public:
  LineCalls(Session& session, Words words, Value::List arguments)
      : session_(session), service_(words[0]), function_(words[1]), arguments_(std::move(arguments)) {}

  ExitCode run(std::istream& in) {
    const auto client = session_.client();
    if (!client) return session_.failed(client.error());
    const MonotonicNs began = session_.clock().now();
    for (std::string line; std::getline(in, line);) {
      ++lines_;
      Value::List arguments = arguments_;
      arguments.emplace_back(line);
      const auto sent = (*client)->send(service_, function_, packed(arguments),
                                        static_cast<std::uint32_t>(arguments.size()), session_.call_options());
      if (!sent) return session_.failed(sent.error());
      waiting_.push_back({lines_, *sent});
      if (waiting_.size() >= lines_in_flight && !take_one(**client)) return ExitCode::unavailable;
    }
    while (!waiting_.empty()) {
      if (!take_one(**client)) return ExitCode::unavailable;
    }
    summary(session_.clock().now() - began);
    return failed_ == 0 ? ExitCode::ok : ExitCode::failed;
  }

 private:
  struct Waiting {
    std::uint64_t line;
    std::uint64_t id;
  };

  /// False: the connection is gone, which has been said.
  bool take_one(wire::Client& client) {
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    const auto answer = client.receive(next.id, session_.patience_ns());
    if (session_.output().json()) {
      print(next.line, answer);
    } else if (!answer && ++shown_ <= failures_shown) {
      session_.output().error({answer.error().code, "line " + std::to_string(next.line) + ": " + answer.error().message,
                               answer.error().executed});
    }
    if (answer) return true;
    ++failed_;
    // Nothing ran and nothing will: the host is draining or gone, and every further line would fail as this one did.
    if (answer.error().code == Code::UNAVAILABLE)
      session_.output().note("stopped at line " + std::to_string(next.line));
    return answer.error().code != Code::UNAVAILABLE;
  }

  void print(std::uint64_t line, const Result<Bytes>& answer) {
    Value shown = Value::map({{"line", line}});
    if (answer) {
      const auto value = Value::unpack(*answer);
      shown.set("result", value ? *value : Value());
    } else {
      shown.set("error", error_value(answer.error()));
    }
    session_.output().line(wire::json_from_value(shown));
  }

  void summary(std::int64_t took_ns) {
    session_.output().note(std::to_string(lines_) + " calls, " + std::to_string(lines_ - failed_) + " answered, " +
                           std::to_string(failed_) + " failed, " + std::to_string(took_ns / 1'000'000) + " ms");
  }

  Session& session_;
  std::string service_;
  std::string function_;
  Value::List arguments_;
  std::deque<Waiting> waiting_;
  std::uint64_t lines_ = 0;
  std::uint64_t failed_ = 0;
  std::size_t shown_ = 0;
};

ExitCode call_lines(Session& session, Words words, Value::List arguments) {
  const std::string& file = session.options().each_line;
  LineCalls calls(session, words, std::move(arguments));
  if (file == "-") return calls.run(std::cin);
  std::ifstream in(file, std::ios::binary);
  if (in) return calls.run(in);
  session.output().error({Code::NOT_FOUND, file + ": cannot be read"});
  return ExitCode::no_input;
}

ExitCode call(Session& session, Words words) {
  const Options& options = session.options();
  auto arguments = arguments_from(words.subspan(2));
  if (!arguments) return session.wrong_usage(arguments.error().message);
  if (options.async && !options.each_line.empty())
    return session.wrong_usage("--async and --each-line exclude each other");
  if (!options.each_line.empty()) return call_lines(session, words, *std::move(arguments));
  if (options.async) return send_only(session, words, *arguments);
  const auto answer = session.call(words[0], words[1], *arguments);
  if (!answer) return session.failed(answer.error());
  session.output().value(*answer);
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"call", "SERVICE FUNCTION [ARG...]", "call a service; prints what it answers, as JSON", 2, any_number,
     "async each-line", call},
};

}  // namespace

std::span<const Verb> call_verbs() { return verbs; }

}  // namespace lodge::ctl
