// Calls to services: one, one for each line of a file, or one whose answer is not waited for.
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

ExitCode call(Session& session, const Verb& /*verb*/, Words words) {
  const Options& options = session.options();
  const bool lines = !options.each_line.empty();
  if (options.async && lines) return session.wrong_usage("--async and --each-line exclude each other");
  if (options.each_line == "-" && takes_standard_input(words.subspan(2))) {
    return session.wrong_usage("standard input can be read once: by --each-line - or by @-");
  }
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
     "async each-line", call},
};

}  // namespace

std::span<const Verb> call_verbs() { return verbs; }

}  // namespace lodge::ctl
