// lodgectl: talks to a running host over its control socket.
#include <csignal>
#include <iostream>

#include "lodgectl/verb.hpp"

int main(int count, char** words) {
  using namespace lodge::ctl;
  std::signal(SIGPIPE, SIG_IGN);  // a host that goes away is an error to report
  auto options = read_options(count, words);
  if (!options) {
    Output::standard(wants_json(count, words)).error(options.error());
    return lodge::control::status_of(ExitCode::usage);
  }
  Session session(*options, Output::standard(options->json), std::cin);
  const ExitCode exit = run_verb(session);
  // A script must not take an answer for printed that a full disk swallowed.
  if (!std::cout.flush() && exit == ExitCode::ok) {
    Output::standard(options->json)
        .error({lodge::Code::UNAVAILABLE, "what was asked for cannot be written to the standard output"});
    return lodge::control::status_of(ExitCode::os_error);
  }
  return lodge::control::status_of(exit);
}
