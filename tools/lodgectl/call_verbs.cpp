// Calls to services: one, one for each line of a file, or one whose answer is not waited for.
#include <lodge/traceparent.h>

#include <algorithm>
#include <random>

#include "lodgectl/arguments.hpp"
#include "lodgectl/input_file.hpp"
#include "lodgectl/line_calls.hpp"
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

/// Returns once the host has queued the call, whose answer nobody gets, or has refused it.
ExitCode send_only(Session& session, Words words, const Value::List& arguments) {
  wire::Client::CallOptions one_way = session.call_options();
  one_way.one_way = true;
  const auto taken = session.call(words[0], words[1], arguments, one_way);
  return taken ? ExitCode::ok : session.failed(taken.error());
}

ExitCode call_lines(Session& session, Words words, Value::List arguments) {
  const std::string& file = session.options().each_line;
  LineCalls calls(session, words[0], words[1], std::move(arguments));
  if (file == "-") return calls.run(session.input(), "standard input");
  auto in = open_input(file);
  return in ? calls.run(*in, file) : session.wrong_argument(in.error());
}

/// The beginning of a trace that is sampled.
lodge_trace new_trace() {
  std::random_device device;
  std::uniform_int_distribution<unsigned> byte(0, 255);
  lodge_trace out{};
  do {
    for (std::uint8_t& each : out.trace_id) each = static_cast<std::uint8_t>(byte(device));
    for (std::uint8_t& each : out.span_id) each = static_cast<std::uint8_t>(byte(device));
  } while (lodge_no_id(out.trace_id, sizeof out.trace_id) != 0 || lodge_no_id(out.span_id, sizeof out.span_id) != 0);
  out.flags = LODGE_TRACE_SAMPLED;
  return out;
}

/// What --trace and --traceparent ask for. Nothing: it has been done.
std::optional<ExitCode> begin_trace(Session& session) {
  const Options& options = session.options();
  const auto& given = options.given;
  const bool part = std::find(given.begin(), given.end(), "traceparent") != given.end();
  if (options.trace && part) return session.wrong_usage("--trace and --traceparent exclude each other");
  lodge_trace trace{};
  if (part && lodge_traceparent_read(options.traceparent.data(), options.traceparent.size(), &trace) != LODGE_OK) {
    return session.wrong_usage("--traceparent: `" + options.traceparent +
                               "` is none: 00-, 32 of 0-9 and a-f that are not all 0, -, 16 more, -, and 2");
  }
  if (options.trace) {
    trace = new_trace();
    std::string id(2 * sizeof trace.trace_id, '\0');
    lodge_write_hex(trace.trace_id, sizeof trace.trace_id, id.data());
    session.output().summary("trace " + id, Value::map({{"trace_id", id}}));
  }
  if (options.trace || part) session.trace_calls(trace);
  return std::nullopt;
}

ExitCode call(Session& session, const Verb& /*verb*/, Words words) {
  const Options& options = session.options();
  const bool lines = !options.each_line.empty();
  if (options.async && lines) return session.wrong_usage("--async and --each-line exclude each other");
  if (options.each_line == "-" && takes_standard_input(words.subspan(2))) {
    return session.wrong_usage("standard input can be read once: by --each-line - or by @-");
  }
  if (const auto wrong = begin_trace(session)) return *wrong;
  auto arguments = arguments_from(words.subspan(2), session.input());
  if (!arguments) return session.wrong_argument(arguments.error());
  if (lines) return call_lines(session, words, *std::move(arguments));
  if (options.async) return send_only(session, words, *arguments);
  const auto answer = session.call(words[0], words[1], *arguments);
  if (!answer) return session.failed(answer.error());
  session.output().value(*answer);
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"call", "SERVICE FUNCTION [ARG...]", "call a service; prints what it answers, as JSON", 2, any_number,
     "async each-line trace traceparent", call},
};

}  // namespace

std::span<const Verb> call_verbs() { return verbs; }

}  // namespace lodge::ctl
