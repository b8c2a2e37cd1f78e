// One call for each line of a text, many of them under way.
#pragma once

#include <deque>
#include <iosfwd>
#include <string>

#include "lodgectl/session.hpp"

namespace lodge::ctl {

/// With --json, prints one line for each line that it has read, in their order, whatever becomes of it: {line, result}
/// or {line, error}. Where the host is no longer available it reads no further line; what is under way by then still
/// gets its answer, or that error.
class LineCalls {
 public:
  /// A line is the last argument of its call, behind `arguments`.
  LineCalls(Session& session, std::string_view service, std::string_view function, wire::Value::List arguments)
      : session_(session), service_(service), function_(function), arguments_(std::move(arguments)) {}

  /// `name` is what errors call the text.
  ExitCode run(std::istream& in, const std::string& name);

 private:
  struct UnderWay {
    std::uint64_t line;
    Result<std::uint64_t> id;  ///< or why it was not sent
    MonotonicNs began;
  };

  void send(wire::Client& client, std::string_view line);
  void take_first(wire::Client& client);
  [[nodiscard]] Result<wire::Value> answer_to(wire::Client& client, const UnderWay& call) const;
  void print(std::uint64_t line, const Result<wire::Value>& answer);
  void summarize(std::int64_t took_ns);

  Session& session_;
  const std::string service_;
  const std::string function_;
  const wire::Value::List arguments_;
  std::deque<UnderWay> under_way_;
  std::uint64_t lines_ = 0;
  std::uint64_t failed_ = 0;
  bool stopped_ = false;
};

}  // namespace lodge::ctl
