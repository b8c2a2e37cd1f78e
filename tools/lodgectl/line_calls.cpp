#include "lodgectl/line_calls.hpp"

#include <algorithm>
#include <istream>

#include "base/counted.hpp"
#include "lodgectl/arguments.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {

using wire::Value;

namespace {

constexpr std::size_t under_way_max = 64;
constexpr std::uint64_t failures_shown_max = 5;

}  // namespace

ExitCode LineCalls::run(std::istream& in, const std::string& name) {
  const auto client = session_.client();
  if (!client) return session_.failed(client.error());
  const MonotonicNs began = session_.clock().now();
  for (std::string line; !stopped_ && std::getline(in, line);) {
    send(**client, line);
    if (under_way_.size() >= under_way_max) take_first(**client);
  }
  while (!under_way_.empty()) take_first(**client);
  summarize(session_.clock().now() - began);
  if (stopped_) return ExitCode::unavailable;
  if (in.bad()) {
    session_.output().error({Code::NOT_FOUND, name + ": cannot be read to its end"});
    return ExitCode::no_input;
  }
  return failed_ == 0 ? ExitCode::ok : ExitCode::failed;
}

void LineCalls::send(wire::Client& client, std::string_view line) {
  Value::List arguments = arguments_;
  arguments.emplace_back(line);
  const MonotonicNs began = session_.clock().now();
  auto id = client.send(service_, function_, packed(arguments), static_cast<std::uint32_t>(arguments.size()),
                        session_.call_options());
  // A line that is too large is that line's error; any other means that the connection is of no use any more.
  if (!id && id.error().code != Code::RESOURCE_EXHAUSTED) stopped_ = true;
  under_way_.push_back({++lines_, std::move(id), began});
}

void LineCalls::take_first(wire::Client& client) {
  const UnderWay call = std::move(under_way_.front());
  under_way_.pop_front();
  const Result<Value> answer = answer_to(client, call);
  if (!answer) {
    ++failed_;
    // Nothing ran and nothing will: the host is draining or gone, and every further line would fail as this one did.
    if (answer.error().code == Code::UNAVAILABLE) stopped_ = true;
  }
  print(call.line, answer);
}

Result<Value> LineCalls::answer_to(wire::Client& client, const UnderWay& call) const {
  if (!call.id) return call.id.error();
  // Counted from when it was sent: a host that has stopped answering costs one wait, not one a line.
  const std::int64_t waited_ns = session_.clock().now() - call.began;
  const auto answer = client.receive(*call.id, std::max<std::int64_t>(0, session_.patience_ns() - waited_ns));
  if (!answer) return answer.error();
  return Value::unpack(*answer);
}

void LineCalls::print(std::uint64_t line, const Result<Value>& answer) {
  Output& output = session_.output();
  if (output.json()) {
    Value shown = Value::map({{"line", line}});
    answer ? shown.set("result", *answer) : shown.set("error", error_value(answer.error()));
    output.line(wire::json_from_value(shown));
  } else if (!answer && failed_ <= failures_shown_max) {
    const Error& error = answer.error();
    output.error({error.code, "line " + std::to_string(line) + ": " + error.message, error.executed});
  }
}

void LineCalls::summarize(std::int64_t took_ns) {
  const std::int64_t took_ms = took_ns / 1'000'000;
  std::string text = counted(lines_, "call") + ", " + std::to_string(lines_ - failed_) + " answered, " +
                     std::to_string(failed_) + " failed, " + std::to_string(took_ms) + " ms";
  if (stopped_) text += "; stopped: nothing behind line " + std::to_string(lines_) + " was read";
  session_.output().summary(text, Value::map({{"calls", lines_},
                                              {"answered", lines_ - failed_},
                                              {"failed", failed_},
                                              {"stopped", stopped_},
                                              {"took_ms", took_ms}}));
}

}  // namespace lodge::ctl
