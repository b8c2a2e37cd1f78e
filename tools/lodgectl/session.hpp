// One run of lodgectl: its options, its output, and the connection, made when it is first needed.
#pragma once

#include <iosfwd>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "control/exit_code.hpp"
#include "lodgectl/options.hpp"
#include "lodgectl/output.hpp"
#include "wire/client.hpp"
#include "wire/value.hpp"

namespace lodge::ctl {

using control::ExitCode;

class Session {
 public:
  /// `input` is standard input, or a test's.
  Session(Options options, Output output, std::istream& input)
      : options_(std::move(options)), output_(output), input_(input) {}

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Output& output() { return output_; }
  [[nodiscard]] std::istream& input() { return input_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// The connection. UNAVAILABLE says where a host was looked for.
  [[nodiscard]] Result<wire::Client*> client();
  /// A connection of its own, for what needs several.
  [[nodiscard]] Result<wire::Client> connect() const;

  [[nodiscard]] Result<wire::Value> call(std::string_view service, std::string_view function,
                                         const wire::Value::List& arguments, const wire::Client::CallOptions& options);
  [[nodiscard]] Result<wire::Value> call(std::string_view service, std::string_view function,
                                         const wire::Value::List& arguments) {
    return call(service, function, arguments, call_options());
  }
  /// Calls a function of the host itself.
  [[nodiscard]] Result<wire::Value> ask(std::string_view function, const wire::Value::List& arguments) {
    return call("lodge", function, arguments);
  }

  [[nodiscard]] wire::Client::CallOptions call_options() const;
  /// All calls from now on are part of that trace.
  void trace_calls(const lodge_trace& trace) { trace_ = trace; }
  /// How long an answer is waited for: somewhat longer than the call's deadline, for the host knows better what became
  /// of a call that missed it.
  [[nodiscard]] std::int64_t patience_ns() const { return (options_.timeout_ms + 1000) * 1'000'000; }

  /// Prints the error; what to end with.
  ExitCode failed(const Error& error);
  ExitCode wrong_usage(std::string_view message);
  /// NOT_FOUND: a file named on the command line cannot be read.
  ExitCode wrong_argument(const Error& error);

 private:
  Options options_;
  Output output_;
  std::istream& input_;
  SystemClock clock_;
  std::optional<wire::Client> client_;
  std::optional<lodge_trace> trace_;
};

}  // namespace lodge::ctl
